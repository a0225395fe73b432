using System.Text;
using FsCheck;
using FsCheck.Fluent;

namespace Slipway.Oci.Tests;

/// <summary>
/// Whatever a registry, a file or a person says, a parser gives a value or a <see cref="ContentException"/> in one short line. A
/// failure names its seed, as <c>Replay</c> takes it.
/// </summary>
public class HostileTextTests
{
    private const string Manifest1 =
        """{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{"mediaType":"a/b","digest":"sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855","size":0},"layers":[],"annotations":{"a":"b"}}""";

    private const string Index1 =
        """{"schemaVersion":2,"manifests":[{"mediaType":"a/b","digest":"sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855","size":0,"platform":{"os":"linux","architecture":"amd64"}}]}""";

    private const string Config1 =
        """{"os":"linux","architecture":"amd64","config":{"Env":["A=b"]},"rootfs":{"type":"layers","diff_ids":[]},"history":[]}""";

    /// <summary>What stumbles parsers, put in place of some characters.</summary>
    private static readonly string[] Pieces =
    [
        "{",
        "}",
        "[",
        "]",
        "\"",
        ":",
        ",",
        "null",
        "true",
        "-1",
        "1e400",
        "\u0000",
        "\\ud800",
        "\u001b[2J",
        "\u202e",
        "\"a\":1,",
        new string('[', 40),
        new string('9', 400),
        "\ud83d",
    ];

    [Fact]
    public void Any_text_is_a_reference_that_writes_itself_the_same_or_is_refused_in_one_line() =>
        Check(Text(), text => Refused(() => Reference.Parse(text)) is not { } reference || reference.ToString() == text);

    [Fact]
    public void Any_change_of_a_reference_is_one_or_is_refused_in_one_line() =>
        Check(Changed("quay.io:443/poseidon/kubelet:v1.36.4@sha256:" + new string('a', 64)), text =>
            Refused(() => Reference.Parse(text)) is not { } reference || reference.ToString() == text
        );

    [Fact]
    public void Any_text_is_a_digest_or_a_platform_or_is_refused_in_one_line() =>
        Check(Text(), text =>
            (Refused(() => Digest.Parse(text))?.ToString() ?? text) == text
            && (Refused(() => Platform.Parse(text))?.ToString() ?? text) == text
        );

    [Fact]
    public void Any_change_of_a_document_is_one_or_is_refused_in_one_line()
    {
        Check(Changed(Manifest1), text =>
            Same(
                Refused(() => Manifest.Parse(Encoding.UTF8.GetBytes(text))),
                manifest => Manifest.Parse(manifest.ToBytes()).ToBytes(),
                manifest => manifest.ToBytes()
            )
        );
        Check(Changed(Index1), text =>
            Same(
                Refused(() => Index.Parse(Encoding.UTF8.GetBytes(text))),
                index => Index.Parse(index.ToBytes()).ToBytes(),
                index => index.ToBytes()
            )
        );
        Check(Changed(Config1), text =>
            Same(
                Refused(() => ImageConfig.Parse(Encoding.UTF8.GetBytes(text))),
                config => ImageConfig.Parse(config.ToBytes()).ToBytes(),
                config => config.ToBytes()
            )
        );
    }

    [Fact]
    public void Any_bytes_are_refused_in_one_line() =>
        Check(ArbMap.Default.GeneratorFor<byte[]>(), bytes =>
            Refused(() => Manifest.Parse(bytes)) is null
            && Refused(() => Index.Parse(bytes)) is null
            && Refused(() => ImageConfig.Parse(bytes)) is null
        );

    [Theory]
    [InlineData("application/vnd.oci.image.index.v1+json")]
    [InlineData("application/vnd.docker.distribution.manifest.v2+json")]
    [InlineData("text/html")]
    [InlineData("\u001b[31mred\n")]
    public void A_manifest_of_another_type_is_none(string type)
    {
        string json = Manifest1.Replace(
            "application/vnd.oci.image.manifest.v1+json",
            System.Text.Json.JsonEncodedText.Encode(type).ToString(),
            StringComparison.Ordinal
        );
        Assert.Null(Refused(() => Manifest.Parse(Encoding.UTF8.GetBytes(json))));
    }

    [Theory]
    [InlineData("unknown", "unknown")]
    [InlineData("plan9", "mips64le")]
    public void A_platform_that_nobody_knows_is_data_and_no_failure(string os, string architecture)
    {
        Index index = Index.Parse(new Index([Descriptor.Of("a/b", "x"u8) with { Platform = new Platform(os, architecture) }]).ToBytes());
        Assert.Equal(new Platform(os, architecture), index.Manifests[0].Platform);
    }

    [Fact]
    public void Ten_megabytes_are_read_or_refused_in_one_short_line()
    {
        string filler = new('x', 10_000_000);
        Assert.NotNull(Refused(() => Manifest.Parse(Encoding.UTF8.GetBytes(Manifest1[..^1] + ",\"x\":\"" + filler + "\"}"))));
        foreach (
            string json in (string[])
                [
                    Manifest1.Replace("\"a/b\"", filler, StringComparison.Ordinal),
                    Manifest1.Replace("sha256:", filler, StringComparison.Ordinal),
                    Manifest1.Replace("image.manifest", filler, StringComparison.Ordinal),
                    Manifest1 + filler,
                    "{\"layers\":" + new string('[', 10_000_000),
                ]
        )
            Assert.Null(Refused(() => Manifest.Parse(Encoding.UTF8.GetBytes(json))));
    }

    /// <summary>Null when it is refused as it should be; any other exception is thrown on.</summary>
    private static T? Refused<T>(Func<T> parse)
        where T : class
    {
        try
        {
            return parse();
        }
        catch (ContentException e)
        {
            Assert.InRange(e.Message.Length, 1, 700);
            Assert.DoesNotContain(e.Message, character => char.IsControl(character) || character is '\u202e' or '\u2028');
            return null;
        }
    }

    private static bool Same<T>(T? value, Func<T, byte[]> again, Func<T, byte[]> bytes)
        where T : class => value is null || again(value).AsSpan().SequenceEqual(bytes(value));

    private static void Check<T>(Gen<T> values, Func<T, bool> holds) =>
        Prop.ForAll(values.ToArbitrary(), holds).Check(Config.QuickThrowOnFailure.WithMaxTest(500).WithQuietOnSuccess(true));

    private static Gen<string> Text() =>
        from parts in Gen.Elements([
                "quay.io",
                "/",
                ":",
                "@",
                "a",
                "sha256:",
                "linux",
                "..",
                "-",
                "[::1]",
                "\n",
                "\u0000",
                "é",
                new string('a', 64),
                new string('z', 5000),
            ])
            .ListOf()
        select string.Concat(parts);

    private static Gen<string> Changed(string text) =>
        from changes in Gen.Zip(Gen.Choose(0, text.Length - 1), Gen.Zip(Gen.Choose(0, 12), Gen.Elements(Pieces))).ListOf(3)
        select changes.Aggregate(text, (now, change) =>
        {
            int at = Math.Min(change.Item1, now.Length);
            return now[..at] + change.Item2.Item2 + now[Math.Min(now.Length, at + change.Item2.Item1)..];
        });
}
