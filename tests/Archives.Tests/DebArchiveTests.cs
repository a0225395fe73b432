using System.Text;
using Slipway.Testing;

namespace Slipway.Archives.Tests;

public sealed class DebArchiveTests : IDisposable
{
    private readonly DebReading _reading = new();

    public void Dispose() => _reading.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_package_is_read_whatever_its_compression(int compression)
    {
        TarBuilder data = new TarBuilder().Directory("./", "./usr/", "./usr/bin/").File("./usr/bin/tool", "content of a tool", 0x1ED);
        TarBuilder control = new TarBuilder().Directory("./").File("./control", DebBuilder.PlainControl).File("./postinst", "#!/bin/false");
        byte[] deb = new DebBuilder
        {
            Data = data,
            Control = control,
            Compression = (DebCompression)compression,
        }.Build();

        DebArchive archive = await _reading.Read(new XzDecoding.Trickle(deb));

        Assert.Equal(["usr", "usr/bin", "usr/bin/tool"], archive.Entries.Select(e => e.Path));
        Assert.Equal("content of a tool", Content(archive, archive.Entries[2]));
        Assert.Equal("sample", archive.ControlFields["Package"]);
        Assert.Equal("1.0-1", archive.ControlFields["version"]);
        Assert.Equal("a sample\n of a package", archive.ControlFields["Description"]);
        Assert.Equal(["control", "postinst"], archive.ControlFiles.Keys.Order());
        Assert.Equal("#!/bin/false", Encoding.UTF8.GetString(archive.ControlFiles["postinst"].Span));
    }

    [Fact]
    public async Task Kinds_modes_owners_and_times_are_kept()
    {
        TarBuilder data = new TarBuilder()
            .Directory("./", "./bin/")
            .Add(
                new TarItem
                {
                    Name = "./bin/su",
                    Mode = 0x9ED,
                    UserId = 0,
                    GroupId = 42,
                    GroupName = "shadow",
                    Time = 1_234_567_890,
                    Content = [1, 2, 3],
                }
            )
            .Add(
                new TarItem
                {
                    Name = "./tmp/",
                    Type = '5',
                    Mode = 0x3FF,
                }
            )
            .Add(
                new TarItem
                {
                    Name = "./var/",
                    Type = '5',
                    Mode = 0x5ED,
                    UserId = 64045,
                    UserName = "ceph",
                }
            )
            .SymbolicLink("./bin/sh", "dash")
            .SymbolicLink("./bin/absolute", "/etc/alternatives/x")
            .HardLink("./bin/one", "./bin/su")
            .HardLink("./bin/two", "bin/one");

        DebArchive archive = await _reading.Read(data);
        Dictionary<string, DebEntry> entries = archive.Entries.ToDictionary(e => e.Path);

        DebEntry su = entries["bin/su"];
        Assert.Equal(
            (DebEntryKind.File, 0x9ED, 0, 42, "root", "shadow", 1_234_567_890L, 3L),
            (su.Kind, su.Mode, su.UserId, su.GroupId, su.UserName, su.GroupName, su.ModifiedTime, su.Size)
        );
        Assert.Equal((DebEntryKind.Directory, 0x3FF), (entries["tmp"].Kind, entries["tmp"].Mode));
        Assert.Equal((64045, "ceph"), (entries["var"].UserId, entries["var"].UserName));
        Assert.Equal((DebEntryKind.SymbolicLink, "dash"), (entries["bin/sh"].Kind, entries["bin/sh"].LinkTarget));
        Assert.Equal("/etc/alternatives/x", entries["bin/absolute"].LinkTarget);
        Assert.Equal((DebEntryKind.HardLink, "bin/su"), (entries["bin/one"].Kind, entries["bin/one"].LinkTarget));
        Assert.Equal("bin/su", entries["bin/two"].LinkTarget);
        Assert.Equal(Content(archive, su), Content(archive, entries["bin/two"]));
        Assert.Throws<ArgumentException>(() => archive.Open(entries["tmp"]));
    }

    [Fact]
    public async Task Long_names_are_read_as_GNU_tar_pax_and_ustar_write_them()
    {
        string part = new('n', 90);
        string gnu = $"./{part}/{part}-gnu";
        string pax = $"./{part}/{part}-paxä";
        string prefix = $"./{part}";
        TarBuilder data = new TarBuilder()
            .Directory("./", $"./{part}/")
            .LongName(gnu)
            .File("cut", "1")
            .LongName(new string('t', 300), 'K')
            .LongName(gnu + "-link")
            .SymbolicLink("cut", "cut")
            .Pax("path=" + Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(pax)), "mtime=1234.5", "uid=3000000")
            .File("cut", "22")
            .Add(
                new TarItem
                {
                    Name = part + "-ustar",
                    Prefix = prefix,
                    Magic = "ustar\u000000",
                    Content = [3, 3, 3],
                }
            )
            .Add(
                new TarItem
                {
                    Name = "./v7",
                    Magic = "",
                    UserName = "",
                    GroupName = "",
                }
            );

        DebArchive archive = await _reading.Read(data);
        Dictionary<string, DebEntry> entries = archive.Entries.ToDictionary(e => e.Path);

        Assert.Equal(1, entries[gnu[2..]].Size);
        Assert.Equal(new string('t', 300), entries[gnu[2..] + "-link"].LinkTarget);
        Assert.Equal((2, 1234, 3_000_000), (entries[pax[2..]].Size, entries[pax[2..]].ModifiedTime, entries[pax[2..]].UserId));
        Assert.Equal(3, entries[$"{part}/{part}-ustar"].Size);
        Assert.Contains("v7", entries.Keys);
    }

    [Fact]
    public async Task Names_with_blanks_backslashes_and_letters_of_any_script_are_names()
    {
        string[] names = ["a b", "system-systemd\\x2dcryptsetup.slice", "NetLock_Arany_=Class_Gold=_Főtanúsítvány.crt", "..."];
        var data = new TarBuilder();
        foreach (string name in names)
            data.File("./" + Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(name)));
        DebArchive archive = await _reading.Read(data);
        Assert.Equal(names, archive.Entries.Select(e => e.Path));
    }

    [Fact]
    public async Task A_directory_that_comes_twice_is_as_it_was_last()
    {
        TarBuilder data = new TarBuilder()
            .Directory("./usr/")
            .File("./usr/f")
            .Add(
                new TarItem
                {
                    Name = "./usr",
                    Type = '5',
                    Mode = 0x1C0,
                }
            );
        DebArchive archive = await _reading.Read(data);
        Assert.Equal([("usr", 0x1C0), ("usr/f", 0x1A4)], archive.Entries.Select(e => (e.Path, e.Mode)));
    }

    [Fact]
    public async Task Contents_are_read_in_any_order_and_side_by_side()
    {
        var data = new TarBuilder();
        for (int i = 0; i < 20; i++)
            data.File($"./f{i}", new string((char)('a' + i), i * 300));
        DebArchive archive = await _reading.Read(data);

        using Stream nine = archive.Open(archive.Entries[9]);
        using Stream three = archive.Open(archive.Entries[3]);
        Assert.Equal('j', nine.ReadByte());
        Assert.Equal('d', three.ReadByte());
        three.Position = 899;
        Assert.Equal('d', three.ReadByte());
        Assert.Equal(-1, three.ReadByte());
        Assert.Equal(2700, nine.Length);
        nine.Seek(-2, SeekOrigin.End);
        Assert.Equal(2, nine.Read(new byte[10]));
        foreach (DebEntry entry in archive.Entries.Reverse())
            Assert.Equal(entry.Size, Content(archive, entry).Length);
    }

    [Fact]
    public async Task Reading_stops_when_it_is_cancelled()
    {
        byte[] deb = new DebBuilder().Build();
        string spool = Path.GetTempFileName();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            DebArchive.ReadAsync(new MemoryStream(deb), spool, DebLimits.Default, new CancellationToken(canceled: true))
        );
        File.Delete(spool);
    }

    private static string Content(DebArchive archive, DebEntry entry)
    {
        using var reader = new StreamReader(archive.Open(entry), Encoding.Latin1);
        return reader.ReadToEnd();
    }
}
