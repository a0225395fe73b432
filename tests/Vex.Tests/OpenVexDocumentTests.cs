using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Slipway.Oci;
using Slipway.Spdx;

namespace Slipway.Vex.Tests;

/// <summary>The form of an OpenVEX document, what it says of an image, and what is refused when one is read.</summary>
public sealed class OpenVexDocumentTests
{
    private static readonly DateTimeOffset Locked = new(2026, 2, 3, 4, 5, 6, TimeSpan.Zero);
    private static readonly Digest Index = Digest.Of("index"u8);

    [Fact]
    public void A_document_is_named_by_what_it_says_and_reads_back_as_it_was()
    {
        OpenVexDocument document = Document(Verdict(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero)));
        Assert.Equal(Locked, document.Timestamp);
        Assert.Matches("^https://example.org/tiny/openvex/sha256-[0-9a-f]{64}$", document.Id);
        Assert.Equal(document.ToBytes(), Document(Verdict(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero))).ToBytes());
        OpenVexDocument later = Document(Verdict(new DateTimeOffset(2026, 3, 1, 0, 0, 0, TimeSpan.Zero)));
        Assert.Equal(3, later.Timestamp.Month);
        Assert.NotEqual(document.Id, later.Id);
        Assert.Equal(document.ToBytes(), OpenVexDocument.Parse(document.ToBytes()).ToBytes());
    }

    /// <summary>Of what we write: the properties that OpenVEX's JSON schema 0.2.0 allows, those that it requires with a star.</summary>
    [Fact]
    public void Every_object_has_the_properties_that_the_schema_requires_and_none_that_it_lacks()
    {
        Dictionary<string, string> schema = new()
        {
            ["$"] = "@context* @id* author* role timestamp* last_updated version* tooling statements*",
            ["$.statements"] =
                "@id version vulnerability* timestamp last_updated products status* supplier status_notes justification impact_statement "
                + "action_statement action_statement_timestamp",
            ["$.statements.vulnerability"] = "@id name* description aliases",
            ["$.statements.products"] = "@id identifiers hashes subcomponents",
            ["$.statements.products.identifiers"] = "purl @cpe22 @cpe23",
            ["$.statements.products.hashes"] = "md5 sha1 sha-256 sha-384 sha-512 sha3-224 sha3-256 sha3-384 sha3-512",
            ["$.statements.products.subcomponents"] = "@id identifiers hashes",
            ["$.statements.products.subcomponents.identifiers"] = "purl @cpe22 @cpe23",
        };
        JsonElement root = JsonDocument
            .Parse(
                Document(Verdict(Locked), Verdict(Locked) with { Status = VexStatus.Affected, Justification = null, Action = "a" })
                    .ToBytes()
            )
            .RootElement;
        Check("$", root);
        Assert.Equal("https://openvex.dev/ns/v0.2.0", root.GetProperty("@context").GetString());
        // The schema has an affected statement say what to do, and one that is not affected say why in one of two ways and not in both.
        JsonElement[] statements = [.. root.GetProperty("statements").EnumerateArray()];
        Assert.Equal(["component_not_present", null], statements.Select(statement => Text(statement, "justification")));
        Assert.Equal([null, "a"], statements.Select(statement => Text(statement, "action_statement")));
        Assert.All(statements, statement => Assert.Null(Text(statement, "impact_statement")));

        void Check(string place, JsonElement value)
        {
            if (value.ValueKind == JsonValueKind.Array)
            {
                foreach (JsonElement item in value.EnumerateArray())
                    Check(place, item);
                return;
            }

            if (value.ValueKind != JsonValueKind.Object)
                return;
            string[] known = schema[place].Split(' ');
            string[] has = [.. value.EnumerateObject().Select(member => member.Name)];
            Assert.Empty(has.Except(known.Select(name => name.TrimEnd('*'))));
            Assert.Empty(known.Where(name => name.EndsWith('*')).Select(name => name.TrimEnd('*')).Except(has));
            foreach (JsonProperty member in value.EnumerateObject())
                Check($"{place}.{member.Name}", member.Value);
        }
    }

    [Theory]
    [InlineData("index", "CVE-2026-1", "mount", true)]
    [InlineData("index", "GHSA-1", "pkg:deb/debian/mount@2.41-5?arch=amd64", true)]
    [InlineData("index", "CVE-2026-1", "pkg:deb/debian/mount@2.42?arch=amd64", false)]
    [InlineData("index", "CVE-2026-2", "mount", false)]
    [InlineData("another", "CVE-2026-1", "mount", false)]
    public void It_speaks_of_its_images_and_packages_alone(string image, string id, string package, bool isFound) =>
        Assert.Equal(
            isFound,
            OpenVexDocument.Parse(Document(Verdict(Locked)).ToBytes()).For(Digest.Of(Encoding.UTF8.GetBytes(image)), [id], package)
                is not null
        );

    [Fact]
    public void A_later_statement_overrules_and_of_the_same_time_the_one_to_be_careful_about_does()
    {
        VexVerdict old = Verdict(Locked),
            newer = Verdict(Locked.AddDays(1)) with { Status = VexStatus.Fixed, Justification = null };
        Assert.Equal(VexStatus.Fixed, Document(old, newer).For(Index, ["CVE-2026-1"], "mount")!.Status);
        Assert.Equal(
            VexStatus.UnderInvestigation,
            Document(newer, newer with { Status = VexStatus.UnderInvestigation }).For(Index, ["CVE-2026-1"], "mount")!.Status
        );
    }

    [Fact]
    public void The_first_form_and_what_is_not_known_are_read_as_their_writers_meant_them()
    {
        OpenVexDocument document = Parse(
            """
            {"@context":"https://openvex.dev/ns","@id":"x","author":"somebody","role":7,"timestamp":"2023-01-08T18:02:03.647787998-06:00",
             "version":"1","more":{"a":[1]},"statements":[{"vulnerability":"CVE-1","products":["pkg:oci/x@sha256:%"],"status":"fixed","new":1},
             {"vulnerability":{"name":"CVE-2","aliases":null},"status":"not_affected","impact_statement":"because"}]}
            """.Replace("sha256:%", Index.ToString(), StringComparison.Ordinal)
        );
        Assert.Equal(VexStatus.Fixed, document.For(Index, ["CVE-1"], "whatever")!.Status);
        Assert.Null(document.For(Digest.Of("y"u8), ["CVE-1"], "whatever"));
        Assert.Equal("because", document.For(Digest.Of("y"u8), ["CVE-2"], "whatever")!.Reason);
    }

    [Theory]
    [InlineData("\"https://openvex.dev/ns/v0.2.0\"", "\"https://openvex.dev/ns/v1\"", "@context wanted https://openvex.dev/ns/v0.2.0")]
    [InlineData("\"https://openvex.dev/ns/v0.2.0\"", "\"https://openvex.dev/nsx\"", "@context wanted")]
    [InlineData("\"https://openvex.dev/ns/v0.2.0\"", "\"\\u001b[2J\"", "'@context' wanted a line of")]
    [InlineData("\"version\":1", "\"version\":0", "'version' wanted a whole number from 1")]
    [InlineData("\"version\":1", "\"version\":{}", "'version' wanted a whole number from 1")]
    [InlineData("\"version\":1", "\"version\":1,\"version\":2", "'version' appears twice")]
    [InlineData("\"author\"", "\"autor\"", "'author' is missing")]
    [InlineData("2026-02-03T04:05:06Z\",\"version", "yesterday\",\"version", "'timestamp' wanted a time")]
    [InlineData(
        "\"not_affected\"",
        "\"safe\"",
        "statement 1: 'status' wanted one of affected, under_investigation, fixed, not_affected, got 'safe'"
    )]
    [InlineData("\"not_affected\"", "\"NOT_AFFECTED\"", "statement 1: 'status' wanted one of")]
    [InlineData("\"component_not_present\"", "\"trust_me\"", "statement 1: 'justification' wanted one of")]
    [InlineData("\"justification\":\"component_not_present\"", "\"x\":1", "not_affected wanted a justification or an impact_statement")]
    [InlineData("\"name\":\"CVE-2026-1\"", "\"name\":\"\"", "statement 1: 'vulnerability' wanted a line")]
    [InlineData("\"name\":\"CVE-2026-1\"", "\"nam\":\"\"", "statement 1: 'name' is missing")]
    [InlineData("\"products\":[", "\"products\":[7,", "statement 1: wanted an object")]
    [InlineData("\"sha-256\":\"", "\"sha-256\":\"x", "statement 1: ")]
    [InlineData("\"subcomponents\":[", "\"subcomponents\":[{\"@id\":\"http://example.org\"},", "'subcomponents' wanted package URLs")]
    [InlineData("\"statements\":[", "\"statements\":[],\"was\":[", "'statements' wanted one at least")]
    public void What_says_nothing_certain_is_named(string what, string with, string complaint)
    {
        string text = Encoding.UTF8.GetString(Document(Verdict(Locked)).ToBytes());
        string changed = text.Replace(what, with, StringComparison.Ordinal);
        Assert.NotEqual(text, changed);
        Assert.Contains(complaint, Assert.Throws<ContentException>(() => Parse(changed)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_truncated_document_is_refused_by_name()
    {
        byte[] whole = Document(Verdict(Locked)).ToBytes();
        for (int length = 0; length < whole.Length; length += 7)
            Assert.StartsWith(
                "OpenVEX document: ",
                Assert.Throws<ContentException>(() => OpenVexDocument.Parse(whole.AsMemory(0, length))).Message,
                StringComparison.Ordinal
            );
    }

    [Theory]
    [InlineData("\"aliases\":[%]", "\"a\"", 257, "'aliases' wanted at most 256 items")]
    [InlineData("\"products\":[%]", "\"p\"", 1025, "'products' wanted at most 1024 items")]
    [InlineData("\"statements\":[%]", "{\"vulnerability\":\"a\",\"status\":\"fixed\"}", 10_001, "'statements' wanted at most 10000 items")]
    public void What_is_too_much_is_refused(string list, string item, int count, string complaint)
    {
        string name = list.Split(':')[0];
        string text = Encoding.UTF8.GetString(Document(Verdict(Locked)).ToBytes());
        string many = list.Replace("%", string.Join(',', Enumerable.Repeat(item, count)), StringComparison.Ordinal);
        Assert.Contains(
            complaint,
            Assert.Throws<ContentException>(() => Parse(text.Replace($"{name}:[", $"{many},\"was\":[", StringComparison.Ordinal))).Message,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "wanted at most 16777216 bytes",
            Assert.Throws<ContentException>(() => OpenVexDocument.Parse(new byte[OpenVexDocument.MaximumSize + 1])).Message,
            StringComparison.Ordinal
        );
    }

    private static OpenVexDocument Parse(string text) => OpenVexDocument.Parse(Encoding.UTF8.GetBytes(text));

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement value) ? value.GetString() : null;

    private static VexVerdict Verdict(DateTimeOffset time) =>
        new()
        {
            Status = VexStatus.NotAffected,
            Justification = VexJustification.ComponentNotPresent,
            Reason = "left out",
            Timestamp = time,
        };

    private static OpenVexDocument Document(params ImmutableArray<VexVerdict> verdicts) =>
        OpenVexDocument.Of(
            "https://example.org/tiny",
            Locked,
            [
                .. verdicts.Select(verdict => new VexStatement
                {
                    Id = "CVE-2026-1",
                    Aliases = ["GHSA-1"],
                    Verdict = verdict,
                    Products =
                    [
                        new VexImage(Reference.Parse("quay.io/test/tiny"), Index, []).Product(
                            null,
                            [VexComponent.TryParse(PackageUrl.OfDebian("mount", "2.41-5", "amd64", "trixie"))!]
                        ),
                    ],
                }),
            ]
        );
}
