using System.Text;
using Slipway.Oci;

namespace Slipway.Sources.Tests;

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
    public void A_member_that_is_there_twice_is_refused() => Refused(new TarBuilder().File("a", "1").File("./a", "2"), "tools v1: member 'a' is there twice");

    [Fact]
    public void A_directory_in_a_members_place_is_refused() => Refused(new TarBuilder().Directory("a"), "wanted a regular file, got Directory");

    [Fact]
    public void A_symbolic_link_in_a_members_place_is_refused() => Refused(new TarBuilder().SymbolicLink("a", "/etc/passwd"), "got SymbolicLink");

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
        byte[] whole = DebBuilder.Gzip(new TarBuilder { End = [] }.File("b", "B").File("a", string.Concat(Enumerable.Range(0, 400))).Build());
        for (int length = 0; length < whole.Length - 20; length += 7)
            Refused(whole[..length], "tools v1: ");
    }

    [Fact]
    public void An_archive_that_unpacks_to_too_much_is_refused_before_it_does() =>
        Refused(new TarBuilder().Add(new TarItem { Name = "bomb", Size = (4L << 30) + 1 }), "it unpacks to more than");

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

    private void Refused(byte[] archive, string because) =>
        Assert.StartsWith("tools v1: ", AssertContains(because, Assert.Throws<ContentException>(() => Extract(archive, "a")).Message), StringComparison.Ordinal);

    private static string AssertContains(string part, string text)
    {
        Assert.Contains(part, text, StringComparison.Ordinal);
        return text;
    }
}
