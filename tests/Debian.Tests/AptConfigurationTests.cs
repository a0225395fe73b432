namespace Slipway.Debian.Tests;

public sealed class AptConfigurationTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("slipway-apt-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void One_line_entries_are_read()
    {
        Write(
            "sources.list",
            """
            # deb http://commented.invalid/debian trixie main
            deb-src http://source.invalid/debian trixie main
            deb cdrom:[Debian 13]/ trixie main
            deb mirror+file:/etc/apt/mirrors/debian.list trixie main
            deb [ arch=amd64 signed-by=/usr/share/keyrings/x.gpg ] http://deb.invalid/debian/ trixie main contrib # mine
            deb http://deb.invalid/debian-security trixie-security main
            """
        );
        Assert.Equal(("http://deb.invalid/debian/", "http://deb.invalid/debian-security/"), Read());
    }

    [Fact]
    public void Paragraphs_are_read_and_disabled_ones_are_not()
    {
        Write(
            "sources.list.d/debian.sources",
            """
            Types: deb
            Enabled: no
            URIs: http://disabled.invalid/debian
            Suites: trixie
            Components: main

            # a comment between
            Types: deb deb-src
            # and one inside
            URIs: mirror+file:/etc/apt/mirrors/debian.list
              https://deb.invalid/debian
            Suites: trixie trixie-updates
            Components: main
            Signed-By:
             -----BEGIN PGP PUBLIC KEY BLOCK-----
             .
             x
             -----END PGP PUBLIC KEY BLOCK-----

            Types: deb
            URIs: https://deb.invalid/debian-security
            Suites: trixie-security
            Components: main
            """
        );
        Assert.Equal(("https://deb.invalid/debian/", "https://deb.invalid/debian-security/"), Read());
    }

    [Fact]
    public void Archives_of_others_do_not_count()
    {
        Write(
            "sources.list",
            """
            deb https://packages.invalid/apt cloud-sdk-bookworm main
            deb https://download.invalid/linux/debian bookworm stable
            deb http://archive.invalid/ubuntu noble main universe
            deb http://security.invalid/ubuntu noble-security main
            deb https://user:secret@private.invalid/debian trixie main
            deb https://deb.invalid/node_20.x nodistro main
            deb https://deb.invalid/pub/repos/apt bookworm-pgdg main
            """
        );
        Write("sources.list.d/x.list.disabled", "deb http://disabled.invalid/debian trixie main");
        Assert.Equal((null, null), Read());
    }

    [Fact]
    public void The_archive_at_a_debian_path_is_preferred_to_another_that_names_its_suite_alike()
    {
        Write("sources.list", "deb https://vendor.invalid bookworm main\ndeb https://deb.invalid/mirror/debian bookworm main");
        Assert.Equal("https://deb.invalid/mirror/debian/", Read().Main);
    }

    [Fact]
    public void A_mirror_at_another_path_is_known_by_its_suites()
    {
        Write("sources.list", "deb http://deb.invalid/d trixie-updates main\ndeb http://deb.invalid/s trixie-security main");
        Assert.Equal(("http://deb.invalid/d/", "http://deb.invalid/s/"), Read());
    }

    [Fact]
    public void A_machine_without_apt_has_none() => Assert.Equal((null, null), Read());

    [Fact]
    public void A_broken_file_says_nothing_and_does_no_harm()
    {
        Write("sources.list.d/a.sources", " broken\n");
        Write("sources.list.d/b.list", "deb\ndeb [\ndeb http://\ndeb [x http://deb.invalid/debian trixie main");
        Assert.Equal((null, null), Read());
    }

    [Fact]
    public void Without_both_archives_there_is_no_mirror_of_apt()
    {
        AptConfiguration apt = new() { Main = new Uri("http://deb.invalid/debian/") };
        Assert.Null(DebianMirror.Of(apt));
        DebianMirror mirror = DebianMirror.Of(apt with { Security = new Uri("http://deb.invalid/sec/") })!;
        Assert.Equal(
            ["http://deb.invalid/sec/pool/x.deb"],
            mirror.Locate("trixie-security", "pool/x.deb").Select(origin => origin.Address.ToString())
        );
    }

    [Fact]
    public void The_snapshot_archive_is_the_last_to_be_asked()
    {
        DebianMirror mirror = DebianMirror
            .At("http://mirror.invalid/apt")
            .Then(DebianMirror.Snapshot(new DateTimeOffset(2026, 11, 21, 4, 5, 6, TimeSpan.FromHours(1))));
        // Which host that is stands below.
        string archive = mirror.RootsOf("trixie-security")[^1].GetLeftPart(UriPartial.Authority);
        Assert.Equal(
            ["http://mirror.invalid/apt/debian/pool/a+b_1~2.deb", $"{archive}/archive/debian/20261121T030506Z/pool/a+b_1~2.deb"],
            mirror.Locate("trixie", "pool/a+b_1~2.deb").Select(origin => origin.Address.ToString())
        );
        Assert.Equal(
            ["http://mirror.invalid/apt/debian-security/", "https://snapshot.debian.org/archive/debian-security/20261121T030506Z/"],
            mirror.RootsOf("trixie-security").Select(root => root.ToString())
        );
        Assert.Throws<ArgumentException>(() => mirror.Locate("trixie", "../x"));
    }

    private (string? Main, string? Security) Read()
    {
        AptConfiguration apt = AptConfiguration.Read(_root);
        return (apt.Main?.ToString(), apt.Security?.ToString());
    }

    private void Write(string path, string text)
    {
        string full = Path.Combine(_root, "etc", "apt", path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, text);
    }
}
