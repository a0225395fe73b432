using System.IO.Compression;
using System.Text;
using Slipway.Debian;
using Slipway.Oci;

namespace Slipway.Advisories.Tests;

/// <summary>Debian's security tracker and OSV, as they are and as nobody should write them.</summary>
public sealed class AdvisoryFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("slipway-advisories-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(
        "{ \"status\": \"resolved\", \"fixed_version\": \"2.41-12+deb13u2\", \"urgency\": \"high\", \"repositories\": { "
            + "\"trixie\": \"2.41-12\" } }",
        true
    )]
    [InlineData("{ \"fixed_version\": \"2.41-12+deb13u1\", \"status\": \"resolved\" }", false)]
    [InlineData("{ \"fixed_version\": \"2.41-12+deb13u3\", \"status\": \"resolved\" }", false)]
    [InlineData("{ \"fixed_version\": \"0\", \"status\": \"resolved\" }", false)]
    [InlineData("{ \"status\": \"open\", \"urgency\": \"low\" }", false)]
    [InlineData("{ \"status\": \"undetermined\" }", false)]
    public void The_tracker_names_what_is_open_at_one_version_and_fixed_at_the_next(string release, bool isFixed) =>
        Assert.Equal(isFixed ? ["CVE-2026-1"] : [], Fixed(Tracker(release)));

    [Fact]
    public void The_tracker_of_another_release_or_source_says_nothing()
    {
        string release = "{ \"status\": \"resolved\", \"fixed_version\": \"2.41-12+deb13u2\" }";
        Assert.Empty(Fixed(Tracker(release).Replace("trixie", "bookworm", StringComparison.Ordinal)));
        Assert.Empty(Fixed(Tracker(release).Replace("glibc", "musl", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("{}")]
    [InlineData("[1]")]
    [InlineData("7")]
    [InlineData("<html>")]
    [InlineData("{ \"glibc\": { \"CVE-1\": { \"releases\": { \"trixie\": { \"status\": \"resolved\" } } } } }")]
    [InlineData("{ \"glibc\": { \"CVE-1\": { \"releases\": { \"trixie\": { \"status\": \"maybe\" } } } } }")]
    [InlineData("{ \"glibc\": { \"CVE-1\": { \"releases\": { \"trixie\": { \"status\": \"resolved\", \"fixed_version\": \"a b\" } } } } }")]
    [InlineData("{ \"glibc\": { \"CVE-1\": { \"releases\": { \"trixie\": { \"status\": 7 } } } } }")]
    [InlineData("{ \"glibc\": { \"CVE-1\": [] } }")]
    [InlineData("{ \"glibc\": { \"CVE-1\": { \"releases\": [] } } }")]
    [InlineData("{ \"musl\": {}, \"glibc\": 7 }")]
    [InlineData("{ \"musl\": {} } { }")]
    [InlineData("{ \"id\": \"CVE-1\" }")]
    [InlineData("{ \"affected\": [] }")]
    [InlineData(
        "[{ \"id\": \"CVE-1\", \"affected\": [{ \"package\": { \"ecosystem\": \"Debian:13\", \"name\": \"glibc\" }, \"ranges\": [{ "
            + "\"type\": \"ECOSYSTEM\", \"events\": [{ \"fixed\": \"a b\" }] }] }] }]"
    )]
    public void What_is_neither_format_is_refused_and_the_file_named(string text)
    {
        string path = Write("advisories.json", text);
        ContentException e = Assert.Throws<ContentException>(() => Read(path));
        Assert.StartsWith(path + ": ", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(e.Message, char.IsControl);
    }

    [Fact]
    public void What_is_nested_without_end_or_a_text_without_end_is_refused()
    {
        string deep = "{ \"musl\": { \"a\": " + new string('[', 5000) + new string(']', 5000) + "} }";
        Assert.Contains("depth", Assert.Throws<ContentException>(() => Read(Write("deep.json", deep))).Message, StringComparison.Ordinal);
        string text = "{ \"musl\": { \"a\": \"" + new string('x', 5 << 20) + "\" } }";
        Assert.Contains(
            "a token is longer than",
            Assert.Throws<ContentException>(() => Read(Write("long.json", text))).Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Texts_across_the_reader_s_buffer_are_whole_and_escapes_are_read()
    {
        // The buffer ends within one of these whichever it is.
        StringBuilder text = new("{ ");
        for (int i = 0; i < 5000; i++)
            text.Append("\"other-")
                .Append(i)
                .Append(
                    "\": { \"CVE-2026-1\": { \"description\": \"a\\\"b\\u00e9\", \"releases\": { \"trixie\": { \"status\": "
                        + "\"open\" } } } }, "
                );
        text.Append(
            "\"gl\\u0069bc\": { \"CVE-2026-1\": { \"releases\": { \"trixie\": { \"status\": \"resolved\", \"fixed_version\": "
                + "\"2.41-12+deb13u2\" } } } } }"
        );
        Assert.Equal(["CVE-2026-1"], Fixed(text.ToString()));
    }

    [Theory]
    [InlineData("{ \"introduced\": \"0\" }, { \"fixed\": \"2.41-12+deb13u2\" }", true)]
    [InlineData("{ \"fixed\": \"2.41-12+deb13u2\" }, { \"introduced\": \"0\" }", true)]
    [InlineData("{ \"introduced\": \"2.41-1\", \"fixed\": \"2.41-12+deb13u2\" }", true)]
    [InlineData("{ \"introduced\": \"0\" }, { \"last_affected\": \"2.41-12+deb13u1\" }", true)]
    [InlineData("{ \"introduced\": \"0\" }", false)]
    [InlineData("{ \"introduced\": \"0\" }, { \"fixed\": \"2.41-12\" }", false)]
    [InlineData("{ \"introduced\": \"2.41-12+deb13u2\" }", false)]
    [InlineData(
        "{ \"introduced\": \"0\" }, { \"fixed\": \"2.41-1\" }, { \"introduced\": \"2.41-5\" }, { \"fixed\": \"2.41-12+deb13u2\" }",
        true
    )]
    public void An_osv_record_counts_by_its_events(string events, bool isFixed) =>
        Assert.Equal(isFixed ? ["CVE-2026-2"] : [], Fixed(Osv(Range(events))));

    [Fact]
    public void An_osv_record_counts_by_its_list_of_versions_too_and_by_all_of_its_ranges()
    {
        Assert.Equal(["CVE-2026-2"], Fixed(Osv("\"versions\": [\"2.41-12+deb13u1\"]")));
        Assert.Empty(Fixed(Osv("\"versions\": [\"2.41-12+deb13u1\", \"2.41-12+deb13u2\"]")));
        string still = Range("{ \"introduced\": \"0\" }, { \"fixed\": \"2.41-12+deb13u2\" }")
            .Replace(
                "\"ranges\": [",
                "\"ranges\": [{ \"type\": \"ECOSYSTEM\", \"events\": [{ \"introduced\": \"0\" }] }, ",
                StringComparison.Ordinal
            );
        Assert.Empty(Fixed(Osv(still)));
    }

    [Theory]
    [InlineData("\"ecosystem\": \"Debian:13\"", "\"ecosystem\": \"Debian:12\"")]
    [InlineData("\"ecosystem\": \"Debian:13\"", "\"ecosystem\": \"Ubuntu:13\"")]
    [InlineData("\"name\": \"glibc\"", "\"name\": \"libc6\"")]
    [InlineData("\"ECOSYSTEM\"", "\"GIT\"")]
    [InlineData("\"id\"", "\"withdrawn\": \"2026-01-01T00:00:00Z\", \"id\"")]
    public void An_osv_record_about_something_else_or_withdrawn_says_nothing(string old, string changed)
    {
        string record = Osv(Range("{ \"introduced\": \"0\" }, { \"fixed\": \"2.41-12+deb13u2\" }"));
        Assert.Contains(old, record, StringComparison.Ordinal);
        Assert.Empty(Fixed(record.Replace(old, changed, StringComparison.Ordinal)));
    }

    [Fact]
    public void Osv_records_may_be_one_an_array_a_folder_or_a_zip()
    {
        string record = Osv(Range("{ \"introduced\": \"0\" }, { \"fixed\": \"2.41-12+deb13u2\" }"));
        Assert.Equal(["CVE-2026-2"], Fixed($"[{record}, {record}]").Distinct());
        string folder = Directory.CreateDirectory(Path.Combine(_folder, "records")).FullName;
        File.WriteAllText(Path.Combine(folder, "one.json"), record);
        File.WriteAllText(Path.Combine(folder, "README"), "no record");
        Assert.Equal(["CVE-2026-2"], Fixed(Read(folder)));
        ZipFile.CreateFromDirectory(folder, Path.Combine(_folder, "all.zip"));
        Assert.Equal(["CVE-2026-2"], Fixed(Read(Path.Combine(_folder, "all.zip"))));
    }

    [Fact]
    public void A_zip_that_is_broken_empty_or_a_bomb_is_refused()
    {
        Assert.Throws<ContentException>(() => Read(Write("broken.zip", "PK\u0003\u0004 and no more")));
        string path = Path.Combine(_folder, "bomb.zip");
        using (ZipArchive zip = ZipFile.Open(path, ZipArchiveMode.Create))
        {
            using Stream entry = zip.CreateEntry("bomb.json", CompressionLevel.Optimal).Open();
            entry.Write("{ \"id\": \"CVE-1\", \"affected\": ["u8);
            byte[] blanks = Encoding.ASCII.GetBytes(new string(' ', 1 << 20));
            for (int i = 0; i < 70; i++)
                entry.Write(blanks);
        }

        Assert.Contains("bomb.json: wanted at most", Assert.Throws<ContentException>(() => Read(path)).Message, StringComparison.Ordinal);
        string none = Path.Combine(_folder, "none.zip");
        ZipFile.Open(none, ZipArchiveMode.Create).Dispose();
        Assert.Throws<ContentException>(() => Read(none));
    }

    private static string Tracker(string release) =>
        "{ \"acl\": { \"CVE-2009-4411\": { \"scope\": \"local\", \"releases\": { \"trixie\": { \"status\": \"open\" } } } "
        + "}, \"glibc\": { \"CVE-2026-1\": { \"description\": \"d\", \"debianbug\": 12, \"releases\": { \"sid\": { \"status\": "
        + $"\"open\" }}, \"trixie\": {release} }} }} }} }}";

    private static string Range(string events) => $"\"ranges\": [{{ \"type\": \"ECOSYSTEM\", \"events\": [{events}] }}]";

    private static string Osv(string affected) =>
        "{ \"schema_version\": \"1.7.3\", \"id\": \"DEBIAN-CVE-2026-2\", \"upstream\": [\"CVE-2026-2\"], \"affected\": [{ "
        + "\"package\": { \"ecosystem\": \"Debian:13\", \"name\": \"glibc\", \"purl\": \"pkg:deb/debian/glibc?arch=source\" "
        + $"}}, {affected}, \"ecosystem_specific\": {{ \"urgency\": \"high\" }} }}] }}";

    private static AdvisoryList Read(string path) =>
        AdvisoryFile.Read(path, new AdvisoryScope(new HashSet<string> { "glibc", "bash" }, "trixie", "13"), default);

    private static IEnumerable<string> Fixed(AdvisoryList advisories) =>
        advisories.FixedBetween("glibc", DebianVersion.Parse("2.41-12+deb13u1"), DebianVersion.Parse("2.41-12+deb13u2"));

    private IEnumerable<string> Fixed(string text) => Fixed(Read(Write("advisories.json", text)));

    private string Write(string name, string text)
    {
        string path = Path.Combine(_folder, name);
        File.WriteAllText(path, text);
        return path;
    }
}
