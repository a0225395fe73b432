using System.Collections.Immutable;
using Slipway.Debian;
using Slipway.Definitions;
using Slipway.Oci;
using Slipway.Testing;

namespace Slipway.Images.Tests;

/// <summary>What a Dockerfile is given comes from lock and definition, and nothing else.</summary>
public sealed class DockerfileArgumentsTests : IDisposable
{
    private readonly AssemblyFixture _shop = new AssemblyFixture
    {
        Layers = "- { name: base, title: the base, upstream: [some-program] }",
        More =
            "exclude:\n  - { paths: [/usr/share/doc/**, \"/usr/lib/{multiarch}/x\"], except: [/usr/share/doc/*/copyright], reason: "
            + "documentation }\n  - { paths: [/etc/y], platforms: [linux/arm64], reason: there alone }",
    }
        .Add(new TinyDeb("tool", "1:2.0-3"))
        .Add(new TinyDeb("amd-only"), architectures: "amd64")
        .AddUpstream("some-program", "x"u8.ToArray(), "[{ to: /usr/bin/program }]");

    [Fact]
    public void Every_version_hash_and_pattern_is_an_argument()
    {
        ImmutableSortedDictionary<string, string> map = Of(Platform.LinuxAmd64);
        Assert.Equal("amd-only=1.0-1 tool=1:2.0-3", map["PACKAGES"]);
        string[] sums = map["PACKAGE_SUMS"].Split('\n');
        Assert.Equal(
            [
                _shop.Lock.Packages[0].Files["amd64"].Digest.Hex + "  amd-only_1.0-1_all.deb",
                _shop.Lock.Packages[1].Files["amd64"].Digest.Hex + "  tool_1%3a2.0-3_all.deb",
            ],
            sums
        );
        Assert.Equal("/usr/share/doc/** /usr/lib/x86_64-linux-gnu/x ! /usr/share/doc/*/copyright", map["EXCLUDE"]);
        Assert.Equal(_shop.Lock.Upstream[0].Files["amd64"].Digest.ToString(), map["SOME_PROGRAM_CHECKSUM"]);
        Assert.Equal("https://example.org/some-program", map["SOME_PROGRAM_URL"]);
        Assert.Equal("1770091506", map["SOURCE_DATE_EPOCH"]);
        Assert.Equal("perl python3", map["WITHOUT"]);
        Assert.Equal("debian@sha256:0", map["BASE"]);
    }

    [Fact]
    public void What_a_platform_lacks_is_no_argument_there()
    {
        ImmutableSortedDictionary<string, string> map = Of(Platform.LinuxArm64);
        Assert.Equal("tool=1:2.0-3", map["PACKAGES"]);
        Assert.Equal("/usr/share/doc/** /usr/lib/aarch64-linux-gnu/x ! /usr/share/doc/*/copyright\n/etc/y", map["EXCLUDE"]);
    }

    [Fact]
    public void Apt_reads_each_suite_in_the_order_of_asking()
    {
        Assert.Equal(
            "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://mirror.example/debian trixie main\n"
                + "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://mirror.example/debian-security "
                + "trixie-security main",
            Of(Platform.LinuxAmd64)["DEBIAN_SOURCES"]
        );
        ImageLock imageLock = LockOfSuites();
        DebianMirror archive = DebianMirror.Snapshot(imageLock.Timestamp);
        string Root(string suite) => archive.RootsOf(suite).Single().AbsoluteUri.TrimEnd('/');
        Assert.EndsWith("/debian-security/20260203T040506Z", Root("trixie-security"), StringComparison.Ordinal);
        Assert.Equal(
            [$"deb {Root("trixie")} trixie main", $"deb {Root("trixie-security")} trixie-security main"],
            DockerfileArguments.SourcesOf(imageLock, archive, "")
        );
        Assert.Contains(
            "cannot read a folder of this machine",
            Assert
                .Throws<ArgumentException>(() => DockerfileArguments.SourcesOf(imageLock, DebianMirror.At(_shop.Root), "").ToArray())
                .Message,
            StringComparison.Ordinal
        );
    }

    public void Dispose() => _shop.Dispose();

    private ImageLock LockOfSuites() =>
        _shop.Lock with
        {
            Suites =
            [
                new LockedSuite("trixie", AssemblyFixture.Timestamp, Digest.Of("x"u8)),
                new LockedSuite("trixie-security", AssemblyFixture.Timestamp, Digest.Of("y"u8)),
            ],
            Debian = new LockedDebian(["main"], Essential: false, Without: ["perl", "python3"]),
        };

    private ImmutableSortedDictionary<string, string> Of(Platform platform) =>
        new DockerfileArguments
        {
            Request = new AssemblyRequest(_shop.Definition(), LockOfSuites(), [platform]),
            Platform = platform,
            Debian = DebianMirror.At("http://mirror.example"),
            Base = "debian@sha256:0",
            Locate = file => new Uri(file.Location),
        }.ToMap();
}
