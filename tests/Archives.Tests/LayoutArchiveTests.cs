using System.Text;
using Slipway.Oci;
using Slipway.Testing;

namespace Slipway.Archives.Tests;

/// <summary>Archives of image layouts come from anywhere: good ones are taken in every form, hostile ones write nothing outside.</summary>
public sealed class LayoutArchiveTests : IDisposable
{
    private static readonly string Blob = "blobs/sha256/" + new string('a', 64);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("slipway-archive-");

    private string Target => Path.Combine(_folder.FullName, "in", "target");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_a_layout_is_made_of_is_written_and_nothing_beside_it(bool zipped)
    {
        byte[] tar = Sound()
            .File("manifest.json", "[]")
            .File("blobs/sha256/short", "x")
            .File("blobs/md5/" + new string('a', 32), "x")
            .File("other/index.json", "x")
            .File(".archive", "x")
            .Build();
        Unpack(zipped ? DebBuilder.Gzip(tar) : tar);
        Assert.Equal([Blob, "index.json", "oci-layout"], Written());
        Assert.Equal("{}", File.ReadAllText(Path.Combine(Target, "index.json")));
        Assert.Equal(100_000, new FileInfo(Path.Combine(Target, Blob)).Length);
    }

    [Fact]
    public void Folders_that_are_named_with_a_dot_or_in_any_order_or_not_at_all_are_the_same()
    {
        Unpack(new TarBuilder().Directory("./", "./blobs/", "./blobs/sha256/").File("./" + Blob, "x").File("./oci-layout", "{}").Build());
        Assert.Equal([Blob, "oci-layout"], Written());
    }

    [Fact]
    public async Task A_pipe_is_not_waited_for()
    {
        string pipe = Path.Combine(_folder.FullName, "pipe"),
            link = Path.Combine(_folder.FullName, "link");
        using (System.Diagnostics.Process made = System.Diagnostics.Process.Start("mkfifo", [pipe]))
            await made.WaitForExitAsync(TestContext.Current.CancellationToken);
        File.CreateSymbolicLink(link, pipe);
        Directory.CreateDirectory(Target);
        foreach (string path in (string[])[pipe, link])
        {
            Task unpacked = Task.Run(() => LayoutArchive.Unpack(path, Target, default), TestContext.Current.CancellationToken);
            // Whoever waits for a writer gets one, so that a failing test ends.
            if (await Task.WhenAny(unpacked, Task.Delay(TimeSpan.FromSeconds(5), TestContext.Current.CancellationToken)) != unpacked)
                await File.OpenWrite(pipe).DisposeAsync();
            Assert.Contains(
                "it is empty, or a pipe or device",
                (await Assert.ThrowsAsync<ContentException>(() => unpacked)).Message,
                StringComparison.Ordinal
            );
        }
    }

    public static TheoryData<string, string> Hostile { get; } =
        new()
        {
            { "../oci-layout", "leads out of the root" },
            { "blobs/../../x", "leads out of the root" },
            { "/etc/passwd", "a path is absolute" },
            { "blobs/sha256/../../../x", "leads out of the root" },
        };

    [Theory]
    [MemberData(nameof(Hostile))]
    public void A_path_that_leads_elsewhere_is_refused(string name, string because) => Refused(Sound().File(name, "x").Build(), because);

    [Fact]
    public void Links_and_devices_are_refused_wherever_they_lead()
    {
        Refused(Sound().SymbolicLink("blobs/sha512", "/etc").Build(), "blobs/sha512 is a SymbolicLink, and a layout holds none");
        Refused(Sound().SymbolicLink("extra", "index.json").Build(), "is a SymbolicLink");
        Refused(Sound().SymbolicLink("x", "/etc").File("x/passwd", "x").Build(), "is not a directory of this archive");
        Refused(Sound().HardLink("again", "index.json").Build(), "again is a HardLink");
        Refused(Sound().Add(new TarItem { Name = "dev", Type = '3' }).Build(), "device nodes");
        Refused(Sound().Add(new TarItem { Name = "pipe", Type = '6' }).Build(), "named pipes");
        Refused(Sound().Add(new TarItem { Name = "holes", Type = 'S' }).Build(), "sparse");
    }

    [Fact]
    public void A_blob_that_tar_wrote_as_a_second_name_of_another_is_read()
    {
        string second = "blobs/sha256/" + new string('c', 64);
        Unpack(Sound().HardLink(second, Blob).Build());
        Assert.Equal(100_000, new FileInfo(Path.Combine(Target, second)).Length);
        Refused(Sound().HardLink(second, "blobs/sha256/" + new string('d', 64)).Build(), "a hard link must name an earlier file");
        Refused(Sound().SymbolicLink(second, "../../index.json").Build(), "is a SymbolicLink, and a layout holds none");
    }

    [Fact]
    public void What_git_archive_and_bsdtar_say_of_all_files_is_passed_over()
    {
        Unpack(
            new TarBuilder()
                .Add(Global("comment=0123456789012345678901234567890123456789"))
                .Add(Extended("LIBARCHIVE.creationtime=1"))
                .File("oci-layout", "{}")
                .Build()
        );
        Assert.Equal(["oci-layout"], Written());
        Refused(
            new TarBuilder().Add(Global("path=x")).File("oci-layout", "{}").Build(),
            "a global pax header gives all members one name or size"
        );
        Refused(new TarBuilder().Add(Extended("GNU.sparse.major=1")).File("oci-layout", "{}").Build(), "not supported");
    }

    private static TarItem Global(string record) =>
        new()
        {
            Name = "pax_global_header",
            Type = 'g',
            Content = Pax(record),
        };

    private static TarItem Extended(string record) =>
        new()
        {
            Name = "PaxHeader",
            Type = 'x',
            Content = Pax(record),
        };

    /// <summary>Two digits, a blank and a line end belong to the length that a record begins with.</summary>
    private static byte[] Pax(string record) =>
        Encoding.UTF8.GetBytes(record.Length < 7 ? $"{record.Length + 3} {record}\n" : $"{record.Length + 4} {record}\n");

    [Fact]
    public void A_path_that_comes_twice_is_refused_in_any_spelling()
    {
        Refused(Sound().File("index.json", "[]").Build(), "the path comes twice");
        Refused(Sound().File("./index.json", "[]").Build(), "the path comes twice");
        Refused(Sound().File(Blob, "x").Build(), "the path comes twice");
    }

    [Fact]
    public void Sizes_that_are_not_there_are_refused_before_anything_is_written()
    {
        Refused(Sound().Add(new TarItem { Name = "blobs/sha256/" + new string('b', 64), Size = 1L << 40 }).Build(), "cut short");
        Assert.Empty(Written());
        Refused(Sound().LongName(new string('x', 100_000)).File("cut").Build(), "too long");
    }

    [Fact]
    public void An_archive_cut_short_anywhere_or_followed_by_something_is_refused()
    {
        byte[] tar = Sound().Build(),
            zipped = DebBuilder.Gzip(tar);
        for (int length = 0; length < tar.Length; length += 5_000)
            Refused(tar[..length], "no sound archive of an image layout");
        for (int length = 0; length < zipped.Length - 1; length += 50)
            Refused(zipped[..length], "no sound archive of an image layout");
        Refused([.. tar, .. tar], "data after the end");
        Refused([.. zipped, 1, 2, 3], "followed by something else");
        Refused([.. zipped, .. zipped], "no sound archive of an image layout");
    }

    [Fact]
    public void Something_else_is_refused()
    {
        Refused(Encoding.UTF8.GetBytes(new string('x', 2000)), "no sound archive of an image layout");
        Refused("#!/bin/sh\n"u8.ToArray(), "no sound archive of an image layout");
    }

    [Fact]
    public void A_bomb_is_stopped_long_before_it_is_unpacked()
    {
        byte[] bomb = DebBuilder.Gzip(
            Sound().Add(new TarItem { Name = "blobs/sha256/" + new string('b', 64), Content = new byte[100_000_000] }).Build()
        );
        Assert.InRange(bomb.Length, 1, 1_000_000);
        Refused(bomb, "too large: it unpacks to more than");
        Assert.Empty(Written());
    }

    [Fact]
    public void Too_many_members_are_refused()
    {
        TarBuilder many = Sound();
        for (int i = 0; i < 20_001; i++)
            many.File($"x{i}");
        Refused(many.Build(), "too many members");
    }

    private static TarBuilder Sound() =>
        new TarBuilder().File("oci-layout", "{}").File("index.json", "{}").Add(new TarItem { Name = Blob, Content = new byte[100_000] });

    private void Unpack(byte[] archive)
    {
        if (Directory.Exists(Target))
            Directory.Delete(Target, recursive: true);
        Directory.CreateDirectory(Target);
        string file = Path.Combine(_folder.FullName, "archive");
        File.WriteAllBytes(file, archive);
        LayoutArchive.Unpack(file, Target, TestContext.Current.CancellationToken);
    }

    private void Refused(byte[] archive, string because)
    {
        ContentException e = Assert.Throws<ContentException>(() => Unpack(archive));
        Assert.StartsWith(Path.Combine(_folder.FullName, "archive") + ": no sound archive", e.Message, StringComparison.Ordinal);
        Assert.Contains(because, e.Message, StringComparison.Ordinal);
        Assert.Equal(["archive", "in"], _folder.EnumerateFileSystemInfos().Select(entry => entry.Name).Order());
        Assert.Equal([Target], Directory.EnumerateFileSystemEntries(Path.Combine(_folder.FullName, "in")));
        Assert.All(Written(), name => Assert.True(name is "oci-layout" or "index.json" || name == Blob));
    }

    private string[] Written() =>
        [
            .. Directory
                .EnumerateFiles(Target, "*", SearchOption.AllDirectories)
                .Select(file => Path.GetRelativePath(Target, file))
                .Order(StringComparer.Ordinal),
        ];
}
