using System.Text;
using Slipway.Oci;
using Slipway.Testing;

namespace Slipway.Debian.Tests;

public class PackageIndexTests
{
    [Fact]
    public void A_package_is_read_with_its_fields()
    {
        PackageIndex index = Archive.Index(
            "trixie",
            Archive.Stanza("other1", "1"),
            Archive.Stanza(
                "mount",
                "2.41-5+b2",
                "Source: util-linux (2.41-5); Priority: required; Essential: yes; Multi-Arch: allowed; Installed-Size: 400; "
                    + "Depends: libc6 (>= 2.38),\n libmount1; Pre-Depends: dpkg | dpkg2; Provides: mounter (= 2); Conflicts: old1; "
                    + "Breaks: older (<< 3)"
            )
        );

        DebianPackage mount = index.Find("mount")!;

        Assert.Equal("mount 2.41-5+b2 [arm64]", mount.ToString());
        Assert.Equal("trixie", mount.Suite);
        Assert.Equal("util-linux 2.41-5", $"{mount.Source} {mount.SourceVersion}");
        Assert.Equal("pool/main/m/mount/mount_2.41-5+b2_arm64.deb", mount.Filename);
        Assert.Equal(1005, mount.Size);
        Assert.Equal(400, mount.InstalledSize);
        Assert.Equal(Archive.DigestOf("mount", "2.41-5+b2"), mount.Digest);
        Assert.True(mount.Essential && mount.AllowsAnyArchitecture);
        Assert.Equal("required", mount.Priority);
        Assert.Equal("libc6 (>= 2.38), libmount1", string.Join(", ", mount.Depends.Select(group => string.Join(" | ", group))));
        Assert.Equal("dpkg | dpkg2", string.Join(" | ", Assert.Single(mount.PreDepends)));
        Assert.Equal("mounter (= 2), old1, older (<< 3)", $"{mount.Provides[0]}, {mount.Conflicts[0]}, {mount.Breaks[0]}");
        Assert.Equal(["mount"], index.EssentialNames);
        Assert.Equal(["mount"], index.NamesProviding("mounter"));
        Assert.Null(index.Find("libmount1"));
        Assert.Equal(2, index.Count);
    }

    [Fact]
    public void Of_several_versions_the_newest_is_found() =>
        Assert.Equal(
            "1.10",
            Archive
                .Index("trixie", Archive.Stanza("kmod", "1.9"), Archive.Stanza("kmod", "1.10"), Archive.Stanza("kmod", "1.10~rc1"))
                .Find("kmod")!
                .Version.ToString()
        );

    [Fact]
    public void An_empty_index_is_an_index() => Assert.Equal(0, Archive.Index("trixie-updates").Count);

    [Fact]
    public void Twenty_thousand_packages_are_all_found()
    {
        PackageIndex index = Archive.Index(
            "trixie",
            [.. Enumerable.Range(0, 20_000).Select(i => Archive.Stanza($"p{i}", $"{i}", $"Provides: v{i % 100}"))]
        );
        Assert.All(Enumerable.Range(0, 20_000), i => Assert.Equal($"{i}", index.Find($"p{i}")!.Version.ToString()));
        Assert.Equal(200, index.NamesProviding("v7").Count);
    }

    [Theory]
    [InlineData("Package: kmod", "")]
    [InlineData("Package: kmod", "Package: ../kmod")]
    [InlineData("Version: 1.9", "")]
    [InlineData("Version: 1.9", "Version: 1 9")]
    [InlineData("Architecture: arm64", "")]
    [InlineData("Architecture: arm64", "Architecture: amd64")]
    [InlineData("Filename: pool", "X: pool")]
    [InlineData("Filename: pool", "Filename: ../pool")]
    [InlineData("Filename: pool", "Filename: /pool")]
    [InlineData("Filename: pool", "Filename: pool/./x")]
    [InlineData("Filename: pool", "Filename: http://host/pool")]
    [InlineData("Filename: pool", "Filename: host:80/pool")]
    [InlineData("Filename: pool", "Filename: pool?x=")]
    [InlineData("Filename: pool", "Filename: pool%2e%2e")]
    [InlineData("Filename: pool", "Filename: pool\\..")]
    [InlineData("Size: 1004", "")]
    [InlineData("Size: 1004", "Size: 0")]
    [InlineData("Size: 1004", "Size: -1")]
    [InlineData("Size: 1004", "Size: 1004x")]
    [InlineData("Size: 1004", "Size: 99999999999999999999")]
    [InlineData("Size: 1004", "Size: 9223372036854775807")]
    [InlineData("Size: 1004", "Size: 1099511627777")]
    [InlineData("Size: 1004", "Size: +1004")]
    [InlineData("SHA256: ", "X: ")]
    [InlineData("SHA256: ", "SHA256: 0")]
    [InlineData("Description: some", "Size: 1004")]
    [InlineData("Description: some", "no field at all")]
    [InlineData("Description: some", ": value")]
    [InlineData("Description: some", "Ver sion: 2")]
    public void A_stanza_without_what_is_needed_is_refused(string line, string instead)
    {
        string stanza = Archive
            .Stanza("kmod", "1.9")
            .Replace(line, instead, StringComparison.Ordinal)
            .Replace("\n\n", "\n", StringComparison.Ordinal);
        Assert.Throws<ContentException>(() => Archive.Index("trixie", Archive.Stanza("good", "1"), stanza));
    }

    [Fact]
    public void A_stanza_that_never_ends_is_refused()
    {
        byte[] text = Encoding.UTF8.GetBytes("Package: kmod\nDescription: x\n" + string.Concat(Enumerable.Repeat(" more\n", 1_000_000)));
        ContentException e = Assert.Throws<ContentException>(() => PackageIndex.Read(new MemoryStream(text), "trixie", "arm64", default));
        Assert.Contains("got more", e.Message);
    }

    [Fact]
    public void A_relation_that_is_broken_is_refused_when_its_package_is_asked_for()
    {
        PackageIndex index = Archive.Index("trixie", Archive.Stanza("kmod", "1.9", "Depends: libc6 (>= "), Archive.Stanza("good", "1"));
        Assert.NotNull(index.Find("good"));
        Assert.Contains("trixie: kmod 1.9", Assert.Throws<ContentException>(() => index.Find("kmod")).Message);
    }

    [Fact]
    public void Lines_may_come_in_any_portion()
    {
        byte[] text = Encoding.UTF8.GetBytes(
            string.Concat(Enumerable.Range(0, 300).Select(i => Archive.Stanza($"p{i}", "1:1-1")))
                .Replace("\n", "\r\n", StringComparison.Ordinal)
        );
        Assert.Equal(300, PackageIndex.Read(new TricklingStream(text), "trixie", "arm64", default).Count);
    }

    /// <summary>Gives one to seven bytes at a time.</summary>
    private sealed class TricklingStream(byte[] content) : MemoryStream(content)
    {
        public override int Read(byte[] buffer, int offset, int count) =>
            base.Read(buffer, offset, Math.Min(count, 1 + (int)(Position % 7)));
    }
}
