using System.Globalization;
using System.Text;
using System.Text.Json;
using Slipway.Testing;

namespace Slipway.Peers.Tests;

/// <summary>
/// What install-cni.sh takes for a configuration: one JSON object (RFC 8259). The cases are bytes, a character each; what .NET's own
/// reader says of them is compared too.
/// </summary>
[Collection(FlannelImages.Name)]
public sealed class InstallerJsonTests(FlannelFixture fixture) : IDisposable
{
    private static readonly string[] Good =
    [
        "{}",
        " {} ",
        "\t\r\n{\n}\n",
        "{\"\":0}",
        "{\"a\":1}",
        "{\"a\":-0}",
        "{\"a\":-1}",
        "{\"a\":10}",
        "{\"a\":0.1}",
        "{\"a\":1.00}",
        "{\"a\":1e5}",
        "{\"a\":1E+5}",
        "{\"a\":1e-05}",
        "{\"a\":0e0}",
        "{\"a\":123456789012345678901234567890}",
        "{\"a\":-1.5e+300}",
        "{\"a\":true}",
        "{\"a\":false}",
        "{\"a\":null}",
        "{\"a\":\"\"}",
        "{\"a\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"}",
        "{\"a\":\"\\u0041\\uabcd\\uABCD\\u0000\"}",
        "{\"a\":\"\\ud83d\\ude00\"}",
        "{\"a\":\"\u007F\"}",
        "{\"a\":\"]}[{,:\"}",
        "{\"a\":\"// no comment\"}",
        "{\"a\":\"'\"}",
        "{\"a\":\"^-]\"}",
        "{\"a\":\"$(reboot) `reboot` %s \\\\n\"}",
        "{\"a\":[]}",
        "{\"a\":[1,2,3]}",
        "{\"a\":[ 1 , \"b\" , null , {} , [ ] ]}",
        "{\"a\":{\"b\":{\"c\":[{\"d\":[]}]}}}",
        "{\"a\":1,\"a\":2}",
        "{ \"a\" : 1 , \"b\" : [ true ] }",
        "{\"a\":\"\u00C3\u00A9\"}",
        "{\"a\":\"\u00E2\u0082\u00AC\"}",
        "{\"a\":\"\u00F0\u009F\u0098\u0080\"}",
        "{\"\u00C3\u00A9\":1}",
        "{\"a\":\"\u00ED\u009F\u00BF\u00EE\u0080\u0080\u00EF\u00BF\u00BF\"}",
        "{\"a\":\"\u00F4\u008F\u00BF\u00BF\"}",
        "{\"a\":" + Nested(199) + "}",
        "{\"a\":\"" + new string('x', 50_000) + "\"}",
    ];

    private static readonly string[] Bad =
    [
        " ",
        "\n",
        "[]",
        "1",
        "\"a\"",
        "null",
        "true",
        "[{}]",
        "{",
        "}",
        "{}}",
        "{{}",
        "{}{}",
        "{} {}",
        "{},{}",
        "{}x",
        "{}\n1",
        "x{}",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\":1,}",
        "{,\"a\":1}",
        "{\"a\":1,,\"b\":2}",
        "{\"a\" 1}",
        "{\"a\"::1}",
        "{:1}",
        "{a:1}",
        "{'a':1}",
        "{1:1}",
        "{null:1}",
        "{[]:1}",
        "{\"a\":1 \"b\":2}",
        "{\"a\":1;\"b\":2}",
        "{\"a\":[}",
        "{\"a\":]}",
        "{\"a\":[1,]}",
        "{\"a\":[,1]}",
        "{\"a\":[1 2]}",
        "{\"a\":[1}",
        "{\"a\":{\"b\":1]}",
        "{\"a\":[\"b\":1]}",
        "{\"a\":01}",
        "{\"a\":-01}",
        "{\"a\":+1}",
        "{\"a\":1.}",
        "{\"a\":.5}",
        "{\"a\":-}",
        "{\"a\":- 1}",
        "{\"a\":1e}",
        "{\"a\":1e+}",
        "{\"a\":1 .5}",
        "{\"a\":1.5.5}",
        "{\"a\":0x1}",
        "{\"a\":1_0}",
        "{\"a\":NaN}",
        "{\"a\":Infinity}",
        "{\"a\":-Infinity}",
        "{\"a\":True}",
        "{\"a\":tru}",
        "{\"a\":truefalse}",
        "{\"a\":nul l}",
        "{\"a\":undefined}",
        "{\"a\":\"}",
        "{\"a\":\"b}",
        "{\"a\":b\"}",
        "{\"a\":\"b\"c\"}",
        "{\"a\":\"\\x41\"}",
        "{\"a\":\"\\'\"}",
        "{\"a\":\"\\u12\"}",
        "{\"a\":\"\\u12G4\"}",
        "{\"a\":\"\\U0041\"}",
        "{\"a\":\"\\\"}",
        "{\"a\":\"\\",
        "{\"a\":\"\n\"}",
        "{\"a\":\"\t\"}",
        "{\"a\":\"\u0001\"}",
        "{\"a\":\"\u0002\"}",
        "{\"a\":\"\u0003\"}",
        "{\"a\":\"\u001F\"}",
        "{\"a\":\u0001}",
        "{\"a\":\u0002}",
        "{\u0001:\u0002}",
        "{}\u0003",
        "{}\u0003\n",
        "{}\n\u0003",
        "\u0003{}",
        "{\u0003}",
        "\u0002",
        "{}\u000C",
        "{}\u000B",
        "{\u00A0}",
        "{}\u00A0",
        "{\u00C2\u00A0}",
        "\u00EF\u00BB\u00BF{}",
        "{\"a\":1}//",
        "{/**/}",
        "# {}\n{}",
        "{\"a\":1}\\n",
        "\\u007b}",
        "{\"a\\\":1}",
        "name: cbr0\nplugins: []\n",
        "<json/>",
        "{\"a\":" + Nested(200) + "}",
    ];

    // .NET's reader looks at the bytes of a string only when it is asked for it.
    private static readonly string[] BadUtf8 =
    [
        "{\"a\":\"\u0080\"}",
        "{\"a\":\"\u00C3\"}",
        "{\"a\":\"\u00C3\u0028\"}",
        "{\"a\":\"\u00C0\u00AF\"}",
        "{\"a\":\"\u00C1\u00BF\"}",
        "{\"a\":\"\u00E0\u009F\u00BF\"}",
        "{\"a\":\"\u00E2\u0082\"}",
        "{\"a\":\"\u00ED\u00A0\u0080\"}",
        "{\"a\":\"\u00F0\u008F\u00BF\u00BF\"}",
        "{\"a\":\"\u00F4\u0090\u0080\u0080\"}",
        "{\"a\":\"\u00F5\u0080\u0080\u0080\"}",
        "{\"a\":\"\u00FF\"}",
        "{\"\u00FE\":1}",
        "\u00FF\u00FE{}",
    ];

    private readonly ScratchFolder _folder = new();
    private readonly InstallerHost _host = new();

    public void Dispose()
    {
        _folder.Dispose();
        _host.Dispose();
    }

    [Theory]
    [InlineData("amd64")]
    [InlineData("arm64")]
    public async Task It_takes_JSON_objects_and_nothing_else(string architecture)
    {
        Assert.Equal((Good.Length, 0), (Good.Count(IsObject), Bad.Count(IsObject)));
        UnpackedRoot root = await fixture.UnpackAsync(architecture, _folder);
        await RequireAsync(root, [.. Good.Select(text => (text, true)), .. Bad.Concat(BadUtf8).Select(text => (text, false))]);
    }

    [Fact]
    public async Task What_is_one_byte_away_from_a_configuration_is_judged_as_NETs_own_reader_does()
    {
        const string Sound = "{\"cniVersion\": \"1.0.0\", \"n\\u0041\": [-1.50e+2, {\"a\": null}, [], true]}\n";
        UnpackedRoot root = await fixture.UnpackAsync(UnpackedRoot.Native, _folder);
        List<(string Text, bool Good)> cases = [];
        for (int at = 0; at < Sound.Length; at++)
        {
            cases.Add((Sound.Remove(at, 1), false));
            foreach (char other in "\"\\,:{}[]0-.e tu\n\u0001")
                cases.Add((Sound[..at] + other + Sound[(at + 1)..], false));
        }

        await RequireAsync(root, [.. cases.Select(one => (one.Text, IsObject(one.Text)))]);
    }

    [Fact]
    public async Task What_is_no_JSON_leaves_the_old_configuration_and_the_plugins_alone()
    {
        UnpackedRoot root = await fixture.UnpackAsync(UnpackedRoot.Native, _folder);
        File.WriteAllText(Path.Combine(_host.Networks, "10-flannel.conflist"), "old");
        RootRun run = _host.Run with { Variables = new Dictionary<string, string> { ["CNI_NETWORK_CONFIG"] = "{\"name\":" } };

        ChildResult refused = (await root.RunAsync(run)).Require(65);

        Assert.Equal("install-cni: CNI_NETWORK_CONFIG is no JSON object; nothing was written\n", refused.Error);
        Assert.Equal(["10-flannel.conflist"], _host.Names);
        Assert.Equal("old", File.ReadAllText(Path.Combine(_host.Networks, "10-flannel.conflist")));
    }

    [Fact]
    public async Task An_object_that_is_no_CNI_configuration_is_written_with_a_warning()
    {
        UnpackedRoot root = await fixture.UnpackAsync(UnpackedRoot.Native, _folder);
        RootRun run = _host.Run with { Variables = new Dictionary<string, string> { ["CNI_NETWORK_CONFIG"] = "{}" } };
        ChildResult warned = (await root.RunAsync(run)).Require();
        Assert.Contains("warning: CNI_NETWORK_CONFIG has no \"cniVersion\"", warned.Output, StringComparison.Ordinal);
        Assert.Equal("{}\n", File.ReadAllText(Path.Combine(_host.Networks, "10-flannel.conflist")));
    }

    private static string Nested(int levels) => new string('[', levels) + new string(']', levels);

    private static bool IsObject(string text)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(Encoding.Latin1.GetBytes(text), new JsonDocumentOptions { MaxDepth = 200 });
            return document.RootElement.ValueKind == JsonValueKind.Object;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>Runs the installer with each text as the configuration, with no folder mounted; prints those it judges otherwise.</summary>
    private async Task RequireAsync(UnpackedRoot root, IReadOnlyList<(string Text, bool Good)> cases)
    {
        const string Judge = """
            n=0
            while IFS='|' read -r code text; do
              n=$((n + 1))
              CNI_NETWORK_CONFIG="$(printf '%b.' "$text")"
              export CNI_NETWORK_CONFIG="${CNI_NETWORK_CONFIG%.}"
              got=0
              /install-cni.sh >/dev/null 2>&1 || got=$?
              [ "$got" = "$code" ] || echo "case $n: wanted $code, got $got"
            done </host/cases/list
            echo "$n cases"
            """;
        string list = Path.Combine(_host.Folder("cases"), "list");
        File.WriteAllLines(list, cases.Select(one => $"{(one.Good ? 0 : 65)}|{string.Concat(one.Text.Select(Escape))}"));
        RootRun run = new() { Command = ["/bin/sh", "-c", Judge], Mounts = [new HostMount(Path.GetDirectoryName(list)!, "/cases")] };

        ChildResult judged = (await root.RunAsync(run)).Require();

        Assert.Equal(
            $"{cases.Count} cases\n",
            string.Join(
                '\n',
                judged.Lines.Select(line =>
                    line.StartsWith("case ", StringComparison.Ordinal)
                        ? $"{line}: {cases[int.Parse(line.Split(' ', ':')[1], CultureInfo.InvariantCulture) - 1].Text}"
                        : line
                )
            ) + "\n"
        );
    }

    /// <summary>A byte as printf's %b reads it.</summary>
    private static string Escape(char c) => "\\0" + Convert.ToString(c, 8).PadLeft(3, '0');
}
