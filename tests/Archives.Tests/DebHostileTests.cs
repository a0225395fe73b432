using Slipway.Testing;

namespace Slipway.Archives.Tests;

/// <summary>What data.tar may not hold.</summary>
public sealed class DebHostileTests : IDisposable
{
    private readonly DebReading _reading = new();

    public void Dispose() => _reading.Dispose();

    [Theory]
    [InlineData("/etc/passwd", "absolute")]
    [InlineData("//etc/passwd", "absolute")]
    [InlineData("../x", "leads out of the root")]
    [InlineData("./../x", "leads out of the root")]
    [InlineData("./usr/../../x", "leads out of the root")]
    [InlineData("..", "leads out of the root")]
    [InlineData(".\\..\\x", "leads out of the root")]
    [InlineData("./usr\\..\\..\\x", "leads out of the root")]
    [InlineData("\\x", "leads out of the root")]
    [InlineData("./usr//x", "empty")]
    [InlineData(".//x", "empty")]
    [InlineData("./usr/./x", "empty or \".\" part")]
    [InlineData("././x", "empty or \".\" part")]
    [InlineData("./a\nb", "control character")]
    [InlineData("./a\u001bb", "control character")]
    [InlineData("./a\u0000b", "goes on after a null byte")]
    [InlineData("./a\u00ffb", "not UTF-8")]
    [InlineData("./a\u00c0\u00aeb", "not UTF-8")]
    [InlineData("./x/", "only a directory")]
    [InlineData("./", "only a directory")]
    [InlineData("", "1 to 4096 characters")]
    public async Task A_name_that_could_mean_another_place_is_refused(string name, string because)
    {
        await _reading.Refuse(new TarBuilder().Directory("./usr/").File(name), because);
        if (name.Length > 2 && !name.EndsWith('/') && !name.Contains('\0', StringComparison.Ordinal))
        {
            await _reading.Refuse(new TarBuilder().Directory("./usr/").Pax("path=" + name).File("./harmless"), because);
            await _reading.Refuse(new TarBuilder().Directory("./usr/").LongName(name).File("./harmless"), because);
        }
    }

    [Theory]
    [InlineData('3', "device nodes")]
    [InlineData('4', "device nodes")]
    [InlineData('6', "named pipes")]
    [InlineData('S', "sparse")]
    [InlineData('7', "0x37")]
    [InlineData('g', "0x67")]
    [InlineData('D', "0x44")]
    [InlineData('M', "0x4d")]
    [InlineData('V', "0x56")]
    [InlineData('?', "0x3f")]
    public async Task Members_that_are_no_files_directories_or_links_are_refused(char type, string because) =>
        await _reading.Refuse(new TarBuilder().Add(new TarItem { Name = "./x", Type = type }), because);

    [Theory]
    [InlineData("GNU.sparse.major=1")]
    [InlineData("GNU.sparse.name=x")]
    [InlineData("SCHILY.xattr.security.capability=x")]
    [InlineData("charset=x")]
    public async Task Pax_attributes_that_would_be_lost_are_refused(string record) =>
        await _reading.Refuse(new TarBuilder().Pax(record).File("./x"), "is not supported");

    [Fact]
    public async Task Nothing_lies_beneath_a_link_or_a_file()
    {
        const string Because = "is not a directory of this archive";
        await _reading.Refuse(new TarBuilder().SymbolicLink("./etc", "/etc").File("./etc/passwd"), Because);
        await _reading.Refuse(new TarBuilder().SymbolicLink("./etc", "/etc").Directory("./etc/x/"), Because);
        await _reading.Refuse(new TarBuilder().Directory("./a/").SymbolicLink("./a/b", "..").File("./a/b/c"), Because);
        await _reading.Refuse(new TarBuilder().File("./f").File("./f/g"), Because);
        await _reading.Refuse(new TarBuilder().File("./nowhere/g"), Because);
    }

    [Fact]
    public async Task No_path_comes_twice()
    {
        const string Because = "the path comes twice";
        await _reading.Refuse(new TarBuilder().File("./f", "1").File("./f", "1"), Because);
        await _reading.Refuse(new TarBuilder().File("./f", "1").File("f", "2"), Because);
        await _reading.Refuse(new TarBuilder().File("./f").SymbolicLink("./f", "x"), Because);
        await _reading.Refuse(new TarBuilder().SymbolicLink("./f", "x").File("./f"), Because);
        await _reading.Refuse(new TarBuilder().Directory("./d/").SymbolicLink("./d", "x"), Because);
        await _reading.Refuse(new TarBuilder().SymbolicLink("./d", "x").Directory("./d/"), Because);
        await _reading.Refuse(new TarBuilder().File("./f").HardLink("./f", "./f"), Because);
    }

    [Fact]
    public async Task Hard_links_name_earlier_files()
    {
        const string Because = "must name an earlier file";
        await _reading.Refuse(new TarBuilder().HardLink("./l", "./f").File("./f"), Because);
        await _reading.Refuse(new TarBuilder().HardLink("./l", "./l"), Because);
        await _reading.Refuse(new TarBuilder().Directory("./d/").HardLink("./l", "./d"), Because);
        await _reading.Refuse(new TarBuilder().SymbolicLink("./s", "/etc/shadow").HardLink("./l", "./s"), Because);
        await _reading.Refuse(new TarBuilder().HardLink("./l", "./"), Because);
        await _reading.Refuse(new TarBuilder().HardLink("./l", "/etc/shadow"), "absolute");
        await _reading.Refuse(new TarBuilder().HardLink("./l", "../etc/shadow"), "leads out");
        await _reading.Refuse(new TarBuilder().HardLink("./l", ""), "characters");
    }

    [Theory]
    [InlineData("./s", "..")]
    [InlineData("./s", "../etc/passwd")]
    [InlineData("./a/s", "../../x")]
    [InlineData("./a/s", "x/../../../y")]
    [InlineData("./a/s", ".././../x")]
    [InlineData("./s", "/..")]
    [InlineData("./s", "/usr/../../x")]
    [InlineData("./a/s", "//../x")]
    public async Task A_symbolic_link_that_climbs_above_the_root_is_refused(string link, string target) =>
        await _reading.Refuse(new TarBuilder().Directory("./a/").SymbolicLink(link, target), "leads out of the root");

    [Theory]
    [InlineData("./a/s", "..")]
    [InlineData("./a/s", "../etc/passwd")]
    [InlineData("./a/s", "x/../../y")]
    [InlineData("./s", "/etc/alternatives/x")]
    [InlineData("./s", "/usr/../etc")]
    [InlineData("./s", "nowhere")]
    [InlineData("./s", "...")]
    public async Task A_symbolic_link_that_stays_below_the_root_is_kept_as_it_is_written(string link, string target) =>
        Assert.Equal(target, (await _reading.Read(new TarBuilder().Directory("./a/").SymbolicLink(link, target))).Entries[^1].LinkTarget);

    [Theory]
    [InlineData("cafe\u0301")]
    [InlineData("\u212bngstrom")]
    [InlineData("\u1100\u1161")]
    [InlineData("\u0915\u093f")]
    [InlineData("soft\u00adhyphen")]
    [InlineData("exe\u202etxt")]
    [InlineData("zero\u200bwidth")]
    [InlineData("mark\ufeff")]
    public async Task A_name_with_another_Unicode_form_or_with_what_cannot_be_seen_is_refused(string name) =>
        await _reading.Refuse(
            new TarBuilder().File("./" + System.Text.Encoding.Latin1.GetString(System.Text.Encoding.UTF8.GetBytes(name))),
            "another path could look the same"
        );

    [Fact]
    public async Task Names_that_differ_only_in_case_are_two_names()
    {
        TarBuilder data = new TarBuilder()
            .Directory("./Sys/", "./sys/")
            .File("./Sys/libxt_MARK.so", "1")
            .File("./sys/libxt_mark.so", "22")
            .HardLink("./sys/l", "./Sys/libxt_MARK.so");
        DebArchive archive = await _reading.Read(data);
        Assert.Equal([0, 0, 1, 2, 1], archive.Entries.Select(entry => entry.Size));
        await _reading.Refuse(new TarBuilder().File("./f").HardLink("./l", "./F"), "must name an earlier file");
        await _reading.Refuse(new TarBuilder().Directory("./D/").File("./d/f"), "is not a directory of this archive");
    }

    [Fact]
    public async Task A_tar_cut_short_at_any_block_is_refused()
    {
        byte[] tar = new TarBuilder()
            .Directory("./")
            .File("./b", new string('b', 1300))
            .LongName("./long")
            .File("cut", "x")
            .Pax("path=./pax")
            .File("cut", "y")
            .SymbolicLink("./s", "b")
            .HardLink("./h", "./b")
            .Build();
        for (int length = 0; length < tar.Length; length += 512)
        {
            foreach (DebCompression compression in (DebCompression[])[DebCompression.None, DebCompression.Gzip])
            {
                DebBuilder builder = new() { Compression = compression };
                await _reading.Refuse((builder with { PackedData = builder.Pack(tar[..length]) }).Build(), "data.tar", "cut short");
            }
        }

        Assert.Equal(5, (await _reading.Read(new DebBuilder { PackedData = DebBuilder.Gzip(tar) }.Build())).Entries.Count);
    }

    [Fact]
    public async Task Links_are_well_formed()
    {
        await _reading.Refuse(new TarBuilder().SymbolicLink("./s", ""), "target of a symbolic link");
        await _reading.Refuse(new TarBuilder().SymbolicLink("./s", "a\nb"), "target of a symbolic link");
        await _reading.Refuse(new TarBuilder().SymbolicLink("./s", "a\0b"), "null byte");
        await _reading.Refuse(new TarBuilder().Add(new TarItem { Name = "./f", Link = "x" }), "only a link can have a target");
    }

    [Fact]
    public async Task Sizes_that_lie_are_refused()
    {
        foreach (char type in "125")
            await _reading.Refuse(
                new TarBuilder()
                    .File("./f")
                    .Add(
                        new TarItem
                        {
                            Name = "./x",
                            Type = type,
                            Link = "f",
                            Content = [1],
                        }
                    ),
                "only a file"
            );
        await _reading.Refuse(new TarBuilder().Add(new TarItem { Name = "./x", Size = 2000 }), "cut short");
        await _reading.Refuse(new TarBuilder().Add(new TarItem { Name = "./x", Size = 513 }), "cut short");
        await _reading.Refuse(new TarBuilder().Add(new TarItem { Name = "./x", Size = 0x1_FFFF_FFFF }), "cut short");
        await _reading.Refuse(new TarBuilder().Pax("size=9223372036854775807").File("./x"), "cut short");
        await _reading.Refuse(new TarBuilder().Pax("size=-1").File("./x"), "not a number");
        await _reading.Refuse(
            new TarBuilder().Add(new TarItem { Name = "./x", Spoil = b => b.AsSpan(124, 12).Fill(0xFF) }),
            "not a number"
        );
        await _reading.Refuse(new TarBuilder().Add(new TarItem { Name = "./x", Spoil = Binary }), "out of range");
        await _reading.Refuse(
            new TarBuilder().Add(
                new TarItem
                {
                    Name = "long",
                    Type = 'L',
                    Size = 1 << 30,
                }
            ),
            "too long"
        );

        static void Binary(byte[] block)
        {
            block[124] = 0x80;
            block.AsSpan(125, 11).Fill(0xFF);
        }
    }

    [Fact]
    public async Task Damaged_headers_are_refused()
    {
        byte[] tar = new TarBuilder().Directory("./").File("./x", "content").Build();
        for (int at = 0; at < 1024; at++)
        {
            byte[] damaged = [.. tar];
            damaged[at] ^= 0x04;
            await Assert.ThrowsAsync<DebException>(() => _reading.Read(new DebBuilder { PackedData = DebBuilder.Gzip(damaged) }.Build()));
        }
    }

    [Fact]
    public async Task An_archive_needs_its_end_and_nothing_after_it()
    {
        byte[] tar = new TarBuilder { End = [] }
            .Directory("./")
            .File("./x", "content")
            .Build();
        await Refuse([], "without an end mark");
        await Refuse(new byte[300], "without an end mark");
        await Refuse(new byte[512], "one block");
        await Refuse([.. new byte[1024], 1], "data after the end");
        await Refuse([.. new byte[1024], .. tar], "data after the end");
        await Refuse([.. new byte[512], .. tar, .. new byte[1024]], "data after the end");
        Assert.Single((await _reading.Read(new DebBuilder { PackedData = DebBuilder.Gzip([.. tar, .. new byte[10240]]) }.Build())).Entries);

        Task Refuse(byte[] end, string because) =>
            _reading.Refuse(new DebBuilder { PackedData = DebBuilder.Gzip([.. tar, .. end]) }.Build(), "data.tar.gz", because);
    }

    [Fact]
    public async Task A_name_record_without_a_member_is_refused()
    {
        await _reading.Refuse(new TarBuilder().LongName("./x"), "where a member was announced");
        await _reading.Refuse(new TarBuilder().LongName("./x").LongName("./y").File("./z"), "given twice");
        await _reading.Refuse(new TarBuilder().LongName("./x").Pax("path=./y").File("./z"), "given twice");
        await _reading.Refuse(
            new TarBuilder()
                .Add(
                    new TarItem
                    {
                        Name = "p",
                        Type = 'x',
                        Content = "99 path=./y\n"u8.ToArray(),
                    }
                )
                .File("./z"),
            "pax record"
        );
    }
}
