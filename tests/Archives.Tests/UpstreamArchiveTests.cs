using System.Diagnostics;
using System.Text;
using Slipway.Oci;
using Slipway.Testing;

namespace Slipway.Archives.Tests;

public sealed class UpstreamArchiveTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("slipway-upstream-");

    [Fact]
    public void Members_are_taken_by_name_with_and_without_a_dot_in_front()
    {
        Extract(new TarBuilder().Directory("./", "./bin/").File("./bin/a", "A").File("b", "B").File("c", "C"), "bin/a", "b");
        Assert.Equal(("A", "B"), (Text("bin/a"), Text("b")));
        Assert.False(File.Exists(At("c")));
    }

    [Fact]
    public void An_empty_member_is_an_empty_file()
    {
        Extract(new TarBuilder().File("a"), "a");
        Assert.Equal("", Text("a"));
    }

    [Fact]
    public void A_member_that_is_missing_is_named() => Refused(new TarBuilder().File("b"), "tools v1: member 'a' is missing");

    [Fact]
    public void A_member_that_is_there_twice_is_refused() =>
        Refused(new TarBuilder().File("a", "1").File("./a", "2"), "tools v1: no sound .tar.gz: tar ./a: the path comes twice");

    [Fact]
    public void A_directory_in_a_members_place_is_refused() =>
        Refused(new TarBuilder().Directory("a"), "wanted a regular file, got Directory");

    [Fact]
    public void A_symbolic_link_in_a_members_place_is_refused() =>
        Refused(new TarBuilder().SymbolicLink("a", "/etc/passwd"), "got SymbolicLink");

    [Fact]
    public void A_hard_link_in_a_members_place_is_refused() => Refused(new TarBuilder().File("b").HardLink("a", "b"), "got HardLink");

    [Theory]
    [InlineData("/a")]
    [InlineData("../a")]
    [InlineData("x/../a")]
    [InlineData("././a")]
    [InlineData("a/")]
    public void A_name_that_only_means_the_same_is_another_member(string name) => Refused(new TarBuilder().File(name), "tools v1: ");

    [Fact]
    public void What_is_no_gzip_is_refused() => Refused(Encoding.ASCII.GetBytes("#!/bin/sh\n"), "tools v1: no sound .tar.gz");

    [Fact]
    public void What_is_no_tar_is_refused() => Refused(DebBuilder.Gzip(Encoding.ASCII.GetBytes(new string('x', 2000))), "tools v1: ");

    [Fact]
    public void Nothing_at_all_is_refused() => Refused([], "tools v1: ");

    [Fact]
    public void An_archive_cut_short_anywhere_is_refused()
    {
        byte[] whole = DebBuilder.Gzip(
            new TarBuilder { End = [] }
                .File("b", "B")
                .File("a", string.Concat(Enumerable.Range(0, 400)))
                .Build()
        );
        for (int length = 0; length < whole.Length - 20; length += 7)
            Refused(whole[..length], "tools v1: ");
    }

    [Fact]
    public void An_archive_that_unpacks_to_too_much_is_stopped_at_the_limit()
    {
        byte[] bomb = DebBuilder.Gzip(new TarBuilder().Add(new TarItem { Name = "a", Content = new byte[20_000_000] }).Build());
        Assert.InRange(bomb.Length, 1, 500_000);
        File.WriteAllBytes(At("archive"), bomb);
        Dictionary<string, string> members = new() { ["a"] = At("a") };
        ContentException e = Assert.Throws<ContentException>(() =>
            UpstreamArchive.Extract(At("archive"), members, "tools v1", 1_000_000, TestContext.Current.CancellationToken)
        );
        Assert.Equal("tools v1: no sound .tar.gz: too large: it unpacks to more than 1000000 bytes", e.Message);
        NothingKept();
    }

    [Fact]
    public void A_directory_may_go_unsaid()
    {
        Extract(new TarBuilder().File("kubernetes/node/bin/a", "A").Directory("kubernetes/"), "kubernetes/node/bin/a");
        Assert.Equal("A", Text("kubernetes/node/bin/a"));
    }

    [Fact]
    public void A_directory_that_went_unsaid_stays_one()
    {
        Refused(new TarBuilder().File("x/y", "1").SymbolicLink("x", "/etc").File("a"), "tar x: the path comes twice");
        Refused(new TarBuilder().SymbolicLink("x", "/etc").File("x/passwd").File("a"), "is not a directory of this archive");
        Refused(new TarBuilder().File("x").File("x/y/z").File("a"), "is not a directory of this archive");
    }

    [Fact]
    public void What_no_package_may_hold_no_archive_may_hold_though_nobody_asked_for_it()
    {
        Refused(new TarBuilder().File("a").File("../x"), "tar ../x: a path leads out of the root");
        Refused(new TarBuilder().File("a").File("/etc/passwd"), "tar /etc/passwd: a path is absolute");
        Refused(new TarBuilder().File("a").Add(new TarItem { Name = "dev", Type = '3' }), "tar dev: device nodes");
        Refused(new TarBuilder().File("a").Add(new TarItem { Name = "dev", Type = '4' }), "tar dev: device nodes");
        Refused(new TarBuilder().File("a").Add(new TarItem { Name = "pipe", Type = '6' }), "tar pipe: named pipes");
        Refused(new TarBuilder().File("a").Add(new TarItem { Name = "holes", Type = 'S' }), "tar holes: sparse");
        Refused(new TarBuilder().Pax("GNU.sparse.major=1").File("a"), "is not supported");
        Refused(new TarBuilder().File("a").SymbolicLink("l", "../x"), "tar l: the target of a symbolic link leads out");
        Refused(new TarBuilder().HardLink("a", "../x"), "tar a: a path leads out");
        Refused(new TarBuilder().HardLink("b", "a").File("a"), "tar b: a hard link must name an earlier file");
        Refused(new TarBuilder().File("a").Add(new TarItem { Name = "b", Size = 5000 }), "cut short");
    }

    [Fact]
    public void Long_names_are_read_as_GNU_tar_and_pax_write_them()
    {
        string gnu = new('g', 150),
            pax = new('p', 150);
        Extract(new TarBuilder().LongName(gnu).File("cut", "1").Pax("path=" + pax).File("cut", "22"), gnu, pax);
        Assert.Equal(("1", "22"), (Text(gnu), Text(pax)));
    }

    [Theory]
    [InlineData("gnu", ".")]
    [InlineData("pax", ".")]
    [InlineData("ustar", "bin")]
    [InlineData("v7", "bin")]
    [InlineData("posix", "bin/tool")]
    public void What_the_tar_program_packs_is_what_we_read(string format, string what)
    {
        Assert.SkipUnless(File.Exists("/usr/bin/tar") || File.Exists("/bin/tar"), "needs tar");
        string tree = Path.Combine(_folder.FullName, "tree");
        byte[] content = XzProgram.Content(3, 200_000);
        Directory.CreateDirectory(Path.Combine(tree, "bin"));
        File.WriteAllBytes(Path.Combine(tree, "bin", "tool"), content);
        File.CreateSymbolicLink(Path.Combine(tree, "bin", "other"), "../bin/tool");
        using Process tar = Process.Start("tar", ["-C", tree, $"--format={format}", "--owner=0", "--group=0", "-czf", At("packed"), what]);
        tar.WaitForExit();
        Assert.Equal(0, tar.ExitCode);
        Extract(File.ReadAllBytes(At("packed")), "bin/tool");
        Assert.True(content.AsSpan().SequenceEqual(File.ReadAllBytes(At("bin/tool"))));
    }

    [Fact]
    public void What_follows_the_archive_is_refused()
    {
        byte[] tar = new TarBuilder().File("a").Build();
        Refused([.. DebBuilder.Gzip(tar), 1, 2, 3], "followed by something else");
        Refused([.. DebBuilder.Gzip(tar), .. DebBuilder.Gzip(tar)], "tools v1: no sound .tar.gz");
        Refused(DebBuilder.Gzip([.. tar, .. tar]), "data after the end");
        Refused(
            DebBuilder.Gzip(
                new TarBuilder { End = [] }
                    .File("a")
                    .Build()
            ),
            "without an end mark"
        );
    }

    [Fact]
    public void A_tar_cut_short_at_any_block_is_refused()
    {
        byte[] tar = new TarBuilder()
            .Directory("d/")
            .File("d/b", new string('b', 1300))
            .LongName("a")
            .File("cut", "A")
            .SymbolicLink("s", "a")
            .Build();
        for (int length = 0; length < tar.Length; length += 512)
            Refused(DebBuilder.Gzip(tar[..length]), "cut short");
    }

    [Fact]
    public void Nothing_is_written_when_one_of_several_members_is_missing()
    {
        Assert.Throws<ContentException>(() => Extract(new TarBuilder().File("a", "A"), "a", "b"));
        NothingKept();
    }

    [Fact]
    public void Damage_anywhere_is_never_anything_but_wrong_data()
    {
        byte[] tar = new TarBuilder().Pax("path=a").File("x", "content").LongName("b").File("y", "more").Build();
        for (int at = 0; at < 2048; at++)
        {
            byte[] damaged = [.. tar];
            damaged[at] ^= 0xFF;
            try
            {
                Extract(DebBuilder.Gzip(damaged), "a");
            }
            catch (ContentException e)
            {
                Assert.StartsWith("tools v1: ", e.Message, StringComparison.Ordinal);
            }
        }
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private string At(string name) => Path.Combine(_folder.FullName, name.Replace('/', '-'));

    private string Text(string name) => File.ReadAllText(At(name));

    private void Extract(TarBuilder tar, params string[] members) => Extract(DebBuilder.Gzip(tar.Build()), members);

    private void Extract(byte[] archive, params string[] members)
    {
        File.WriteAllBytes(At("archive"), archive);
        UpstreamArchive.Extract(At("archive"), members.ToDictionary(name => name, At), "tools v1", TestContext.Current.CancellationToken);
    }

    private void Refused(TarBuilder tar, string because) => Refused(DebBuilder.Gzip(tar.Build()), because);

    private void NothingKept() => Assert.Equal(["archive"], _folder.EnumerateFiles().Select(file => file.Name));

    private void Refused(byte[] archive, string because)
    {
        Assert.StartsWith(
            "tools v1: ",
            AssertContains(because, Assert.Throws<ContentException>(() => Extract(archive, "a")).Message),
            StringComparison.Ordinal
        );
        NothingKept();
    }

    private static string AssertContains(string part, string text)
    {
        Assert.Contains(part, text, StringComparison.Ordinal);
        return text;
    }
}
