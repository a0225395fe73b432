using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Slipway.Oci.Tests;

/// <summary>Documents that others wrote are taken by the grammar of each member, and what is wrong with one is told in our words.</summary>
public class ForeignDocumentTests
{
    private const string Zeros = "sha256:0000000000000000000000000000000000000000000000000000000000000000";

    private const string False = "linux\nverified: sha256:0 signed by the key k\n::warning::x\u001b[2J\u202e";

    [Theory]
    [InlineData("unknown", "unknown", null)]
    [InlineData("linux", "ppc64le", null)]
    [InlineData("linux", "arm", "v7")]
    [InlineData("windows", "amd64", "")]
    [InlineData("wasip1", "wasm", null)]
    [InlineData("", "", null)]
    public void Platforms_that_are_really_written_are_read(string os, string architecture, string? variant)
    {
        Platform? read = Index
            .Parse(
                IndexOf(
                    new
                    {
                        os,
                        architecture,
                        variant,
                    }
                )
            )
            .Manifests[0]
            .Platform;
        Assert.Equal(new Platform(os, architecture, variant is "" ? null : variant), read);
    }

    public static TheoryData<string> Words { get; } =
    [False, "Linux", "a b", "a:b", "::warning::", "-a", "a\u200b", new string('a', 33), "\u001b[31m", "../.."];

    [Theory]
    [MemberData(nameof(Words))]
    public void Platforms_that_are_no_words_are_refused(string word)
    {
        foreach (
            object platform in (object[])
                [
                    new { os = word, architecture = "amd64" },
                    new { os = "linux", architecture = word },
                    new
                    {
                        os = "linux",
                        architecture = "arm",
                        variant = word,
                    },
                ]
        )
        {
            Refused(() => Index.Parse(IndexOf(platform)), "wanted a word as linux or arm64");
            JsonObject config = JsonSerializer.SerializeToNode(platform)!.AsObject();
            config["rootfs"] = new JsonObject { ["diff_ids"] = new JsonArray() };
            Refused(() => ImageConfig.Parse(Encoding.UTF8.GetBytes(config.ToJsonString())), "wanted a word as linux or arm64");
        }
    }

    [Theory]
    [InlineData(False)]
    [InlineData("application/x\n")]
    [InlineData("application/x; a=b")]
    [InlineData("text")]
    [InlineData("a/b/c")]
    [InlineData("application/\u202ex")]
    public void Media_types_that_are_none_are_refused(string type)
    {
        Refused(
            () =>
                Index.Parse(
                    Document(
                        new
                        {
                            schemaVersion = 2,
                            manifests = new[]
                            {
                                new
                                {
                                    mediaType = type,
                                    digest = Zeros,
                                    size = 1,
                                },
                            },
                        }
                    )
                ),
            "media type wanted"
        );
        Refused(
            () =>
                Manifest.Parse(
                    Document(
                        new
                        {
                            schemaVersion = 2,
                            config = new
                            {
                                mediaType = type,
                                digest = Zeros,
                                size = 1,
                            },
                            layers = Array.Empty<object>(),
                        }
                    )
                ),
            "media type wanted"
        );
    }

    [Fact]
    public void A_list_that_anybody_adds_to_keeps_its_sound_entries()
    {
        byte[] list = Document(
            new
            {
                schemaVersion = 2,
                manifests = new object?[]
                {
                    new
                    {
                        mediaType = MediaType.Manifest,
                        digest = Zeros,
                        size = 1,
                        artifactType = False,
                    },
                    new
                    {
                        mediaType = False,
                        digest = Zeros,
                        size = 1,
                    },
                    new
                    {
                        mediaType = MediaType.Manifest,
                        digest = Zeros,
                        size = "1",
                    },
                    new
                    {
                        mediaType = MediaType.Manifest,
                        digest = Zeros,
                        size = 7,
                        artifactType = "a/b",
                    },
                },
            }
        );
        Assert.Equal(7, Assert.Single(Index.ParseReferrers(list).Referrers).Size);
        Refused(() => Index.Parse(list), "media type wanted");
        Assert.Equal(3, Index.ParseReferrers(list).PassedOver);
    }

    /// <summary>Each member of each document missing, null, or of another kind: one line of ours, or a value.</summary>
    [Fact]
    public void What_is_wrong_with_a_member_is_told_without_a_word_of_NETs()
    {
        const string Descriptor =
            $$$"""{"mediaType":"a/b","digest":"{{{Zeros}}}","size":1,"annotations":{"a":"b"},"platform":{"os":"linux","architecture":"arm","variant":"v7"},"artifactType":"a/b"}""";
        (string Json, Action<byte[]> Read)[] documents =
        [
            (
                $$$"""{"schemaVersion":2,"mediaType":"{{{MediaType.Index}}}","manifests":[{{{Descriptor}}}],"annotations":{"a":"b"}}""",
                json => Index.Parse(json)
            ),
            (
                $$$"""{"schemaVersion":2,"mediaType":"{{{MediaType.Manifest}}}","config":{{{Descriptor}}},"layers":[{{{Descriptor}}}],"subject":{{{Descriptor}}},"annotations":{"a":"b"},"artifactType":"a/b"}""",
                json => Manifest.Parse(json)
            ),
            (
                $$$"""{"os":"linux","architecture":"arm","variant":"v7","created":"2026-01-02T03:04:05Z","config":{"User":"0","Env":["A=b"],"Cmd":["x"],"Entrypoint":["x"],"WorkingDir":"/","Labels":{"a":"b"}},"rootfs":{"type":"layers","diff_ids":["{{{Zeros}}}"]},"history":[{"created_by":"x"}]}""",
                json => ImageConfig.Parse(json)
            ),
        ];
        int refused = 0;
        foreach ((string json, Action<byte[]> read) in documents)
        {
            foreach (string changed in Changes(json))
            {
                if (Record.Exception(() => read(Encoding.UTF8.GetBytes(changed))) is not { } problem)
                    continue;
                refused++;
                Assert.IsType<ContentException>(problem);
                Assert.DoesNotMatch(
                    "operation|dictionary|Object reference|Nullable|Exception|System\\.|JsonElement|identified items",
                    problem.Message
                );
                Assert.Equal(problem.Message, Printable.Line(problem.Message));
            }
        }

        Assert.InRange(refused, 100, 10_000);
    }

    private static IEnumerable<string> Changes(string json)
    {
        string?[] values =
        [
            null,
            "null",
            "\"\"",
            "7",
            "1.5",
            "1e400",
            "\"x\"",
            "[]",
            "{}",
            "[7]",
            "{\"a\":7}",
            "true",
            "\"\\ud800\"",
            "\"\\u001b[2J\\n\"",
        ];
        int count = Places(JsonNode.Parse(json)!).Count();
        for (int at = 0; at < count; at++)
        {
            foreach (string? value in values)
            {
                JsonNode root = JsonNode.Parse(json)!;
                (JsonObject holder, string name) = Places(root).ElementAt(at);
                holder.Remove(name);
                // Written by hand: what is half of a character cannot be built.
                if (value is not null)
                    holder[name] = "@@";
                yield return root.ToJsonString().Replace("\"@@\"", value ?? "", StringComparison.Ordinal);
            }
        }
    }

    private static IEnumerable<(JsonObject Holder, string Name)> Places(JsonNode node) =>
        node switch
        {
            JsonObject holder => holder
                .Select(member => (holder, member.Key))
                .Concat(holder.SelectMany(member => member.Value is null ? [] : Places(member.Value))),
            JsonArray items => items.SelectMany(item => item is null ? [] : Places(item)),
            _ => [],
        };

    private static void Refused(Action parse, string because)
    {
        ContentException e = Assert.Throws<ContentException>(parse);
        Assert.Contains(because, e.Message, StringComparison.Ordinal);
        Assert.Equal(e.Message, Printable.Line(e.Message));
    }

    private static byte[] IndexOf(object platform) =>
        Document(
            new
            {
                schemaVersion = 2,
                manifests = new[]
                {
                    new
                    {
                        mediaType = MediaType.Manifest,
                        digest = Zeros,
                        size = 1,
                        platform,
                    },
                },
            }
        );

    private static byte[] Document(object content) => JsonSerializer.SerializeToUtf8Bytes(content);
}
