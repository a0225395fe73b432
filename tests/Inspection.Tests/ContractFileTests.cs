using System.Text.Json;
using System.Text.RegularExpressions;
using Slipway.Definitions;
using Slipway.Testing;

namespace Slipway.Inspection.Tests;

/// <summary>What <c>contract.yaml</c> may say, and where a mistake is told to be.</summary>
public class ContractFileTests
{
    private static readonly JsonElement Schema = JsonDocument
        .Parse(File.ReadAllBytes(SourceTree.At("images", "contract.schema.json")))
        .RootElement;

    [Theory]
    [InlineData("setuit: []", "1:1: unknown key 'setuit'; did you mean 'setuid'?")]
    [InlineData("setuid: [{ path: /x, reasn: y }]", "1:22: unknown key 'reasn'; did you mean 'reason'?")]
    [InlineData("setuid: [{ path: /x }]", "'reason' is missing")]
    [InlineData("setuid: [{ path: x, reason: y }]", "'path' wanted an absolute path")]
    [InlineData("setuid: [{ path: /usr/*, reason: y }]", "'path' wanted one path")]
    [InlineData("setuid: [{ path: \"/usr/{arhc}\", reason: y }]", "'path' wanted one path")]
    [InlineData("setuid: [{ path: /x, mode: \"9755\", reason: y }]", "'mode' wanted an octal mode")]
    [InlineData("setuid: [{ path: /x, reason: y }, { path: /x, reason: z }]", "1:43: /x is listed twice")]
    [InlineData("setuid: [{ path: /x, reason: y, platforms: [linux/s390x] }]", "'linux/s390x' is not a platform of the image")]
    [InlineData("danglingLinks: [{ path: /x, mode: \"0777\", reason: y }]", "unknown key 'mode'")]
    [InlineData("unresolvedLibraries: [{ path: /x, reason: y }]", "'needs' is missing")]
    [InlineData("requires: [{ reason: y }]", "wanted either 'path' or 'soname'")]
    [InlineData("requires: [{ path: /x, soname: y, reason: z }]", "wanted either 'path' or 'soname'")]
    [InlineData("hostPrograms: [opt]", "1:16: wanted an absolute path")]
    [InlineData("versions: [{ path: /x }]", "'contains' is missing")]
    [InlineData("budgets: [{ layer: base, compressedMiB: 0, unpackedMiB: 1 }]", "'compressedMiB' wanted a number from 1")]
    [InlineData("budgets: [{ layer: bass, compressedMiB: 1, unpackedMiB: 1 }]", "there is no layer 'bass'; there are: base")]
    [InlineData(
        "budgets: [{ layer: base, compressedMiB: 1, unpackedMiB: 1 }, { layer: base, compressedMiB: 1, unpackedMiB: 1 }]",
        "layer 'base' has two budgets"
    )]
    [InlineData("run: [{ comand: [/x] }]", "1:9: unknown key 'comand'; did you mean 'command'?")]
    [InlineData("run: [{ command: [x] }]", "1:19: wanted an absolute path first, got 'x'")]
    [InlineData("run: [{ command: [/x], arguments: [y] }]", "wanted either 'command' or 'arguments'")]
    [InlineData("run: [{ command: [] }]", "'command' wanted one at least")]
    [InlineData("run: [{ exitCode: 256 }]", "'exitCode' wanted a number from 0 to 255")]
    [InlineData("run: [{ exitCode: -1 }]", "'exitCode' wanted a number from 0")]
    [InlineData("run: [{ output: ['('] }]", "1:18: '(' is not an allowed regular expression")]
    [InlineData("run: [{ output: ['(?=x)y'] }]", "is not an allowed regular expression")]
    [InlineData("run: [{ scratch: [../x] }]", "wanted an absolute path")]
    [InlineData("run: [{ capabilities: [all-of-them] }]", "wanted capabilities as NET_ADMIN")]
    [InlineData("run: [{ network: maybe }]", "'network' wanted true or false")]
    [InlineData("run: [{ platforms: [linux/s390x] }]", "'linux/s390x' is not a platform of the image")]
    [InlineData("hostPrograms: []", "layer 'base' has no budget")]
    public void A_mistake_is_told_with_its_place(string contract, string complaint) =>
        Assert.Contains(
            complaint,
            Refused(
                contract.StartsWith("budgets", StringComparison.Ordinal) || complaint.EndsWith("no budget", StringComparison.Ordinal)
                    ? contract
                    : contract + "\nbudgets: [{ layer: base, compressedMiB: 1, unpackedMiB: 1 }]"
            ),
            StringComparison.Ordinal
        );

    [Fact]
    public void An_image_without_contract_is_refused()
    {
        using AssemblyFixture shop = new();
        DefinitionException e = Assert.Throws<DefinitionException>(() => ContractFile.Read(shop.Definition()));
        Assert.Equal("images/tiny/contract.yaml: file not found", e.Message);
    }

    [Fact]
    public void A_command_is_closed_unless_it_says_otherwise_and_its_patterns_hold_the_version_as_a_text()
    {
        using AssemblyFixture shop = new();
        File.WriteAllText(
            Path.Combine(shop.Folder, Contract.FileName),
            "run: [{ arguments: [--version], output: ['^tiny {version} {arch}$'] }]\nbudgets: [{ layer: base, compressedMiB: 1, "
                + "unpackedMiB: 1 }]"
        );
        ContractCommand command = Assert.Single(ContractFile.Read(shop.Definition()).Commands);
        Assert.Equal((0, false, true), (command.ExitCode, command.HasNetwork, command.WorksEmulated));
        Assert.Empty(command.Capabilities.Concat(command.Scratch).Concat(command.Environment.Keys));
        (_, Regex pattern) = Assert.Single(command.Patterns("v1.2", "amd64"));
        Assert.Matches(pattern, "first\ntiny v1.2 amd64\n");
        Assert.DoesNotMatch(pattern, "tiny v1x2 amd64");
    }

    [Fact]
    public void Parser_and_schema_know_the_same_keys()
    {
        Assert.Equal(Known("unknown: x"), Keys(Schema));
        foreach (JsonProperty list in Schema.GetProperty("properties").EnumerateObject())
        {
            JsonElement shape = list.Value.TryGetProperty("$ref", out JsonElement reference)
                ? Schema.GetProperty("definitions").GetProperty(reference.GetString()!.Split('/')[^1])
                : list.Value;
            if (!shape.GetProperty("items").TryGetProperty("properties", out _))
                continue;
            string entry = string.Join(", ", Sample(list.Name).Append("unknown: x"));
            Assert.Equal(Keys(shape.GetProperty("items")), Known($"{list.Name}: [{{ {entry} }}]"));
        }
    }

    [Theory]
    [InlineData("kubelet")]
    [InlineData("flannel-cni")]
    public void The_real_contracts_are_sound(string image)
    {
        Contract contract = ContractFile.Read(ImageDefinitionFile.Read(SourceTree.At("images", image)));
        Assert.NotEmpty(contract.Budgets);
        Assert.NotEmpty(contract.Commands);
        Assert.StartsWith(
            "# yaml-language-server: $schema=../contract.schema.json\n",
            File.ReadAllText(SourceTree.At("images", image, Contract.FileName)),
            StringComparison.Ordinal
        );
    }

    private static string[] Sample(string list) =>
        list switch
        {
            "versions" => ["path: /x", "contains: y"],
            "budgets" => ["layer: base", "compressedMiB: 1", "unpackedMiB: 1"],
            "run" => ["exitCode: 0"],
            "missingInterpreters" or "unresolvedLibraries" => ["path: /x", "needs: y", "reason: z"],
            _ => ["path: /x", "reason: y"],
        };

    private static string[] Keys(JsonElement map)
    {
        Assert.False(map.GetProperty("additionalProperties").GetBoolean());
        return [.. map.GetProperty("properties").EnumerateObject().Select(property => property.Name).Order(StringComparer.Ordinal)];
    }

    private static string[] Known(string contract) =>
        Regex.Match(Refused(contract), "unknown key 'unknown'; wanted one of (.*)$").Groups[1].Value.Split(", ");

    private static string Refused(string contract)
    {
        using AssemblyFixture shop = new();
        File.WriteAllText(Path.Combine(shop.Folder, Contract.FileName), contract);
        string message = Assert.Throws<DefinitionException>(() => ContractFile.Read(shop.Definition())).Message;
        Assert.StartsWith("images/tiny/contract.yaml:", message, StringComparison.Ordinal);
        return message;
    }
}
