using System.Text;
using Slipway.Oci;
using Slipway.Testing;

namespace Slipway.Elf.Tests;

/// <summary>What is read of a Go program's build information, and what a hostile one can do: be refused.</summary>
public class GoBuildInfoTests
{
    private const string Modules =
        "path\texample.org/tool/cmd/tool\n"
        + "mod\texample.org/tool\tv1.2.3\th1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"
        + "dep\texample.org/a\tv0.1.0\th1:BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB=\n"
        + "dep\texample.org/b\tv2.0.0\n"
        + "=>\texample.org/fork/b\tv2.0.1\th1:CCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCC=\n"
        + "dep\texample.org/c\tv0.0.0\n"
        + "=>\t../c\t(devel)\t\n"
        + "build\t-compiler=gc\n"
        + "build\t-ldflags=\"-X main.v=\\\"\\u00e4\\x41\\101\\\\\\t\\\"\"\n"
        + "build\t\"odd =key\"=`raw \"value\\`\n"
        + "build\tCGO_ENABLED=1\n"
        + "build\tvcs.revision=0123456789\n"
        + "new\tsomething of a newer Go\n";

    private static readonly TinyGoProgram Rich = new() { Modules = Modules };

    public static TheoryData<bool, bool, bool, bool> Forms
    {
        get
        {
            TheoryData<bool, bool, bool, bool> forms = [];
            for (int i = 0; i < 16; i++)
                forms.Add((i & 1) != 0, (i & 2) != 0, (i & 4) != 0, (i & 8) != 0);
            return forms;
        }
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void Every_form_word_size_and_byte_order_reads_the_same_with_and_without_sections(
        bool isInline,
        bool is64,
        bool isLittleEndian,
        bool hasSections
    )
    {
        TinyGoProgram program = Rich with { IsInline = isInline, Is64 = is64, IsLittleEndian = isLittleEndian, HasSections = hasSections };
        GoBuildInfo info = Read(program)!;
        Assert.Equal(("go1.24.4", "example.org/tool/cmd/tool"), (info.GoVersion, info.Path));
        Assert.Equal(new GoModule("example.org/tool", "v1.2.3", "h1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="), info.Main);
        Assert.Equal(
            [
                new("example.org/a", "v0.1.0", "h1:BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB="),
                new("example.org/b", "v2.0.0", "")
                {
                    Replace = new("example.org/fork/b", "v2.0.1", "h1:CCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCC="),
                },
                new("example.org/c", "v0.0.0", "") { Replace = new("../c", "(devel)", "") },
            ],
            info.Dependencies
        );
        Assert.Equal(
            [
                new("-compiler", "gc"),
                new("-ldflags", "-X main.v=\"äAA\\\t\""),
                new("odd =key", "raw \"value\\"),
                new("CGO_ENABLED", "1"),
                new("vcs.revision", "0123456789"),
            ],
            info.Settings
        );
        Assert.Equal(6, info.Modules);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_program_without_modules_says_its_Go_version_alone(bool isInline)
    {
        GoBuildInfo info = Read(Rich with { Modules = null, IsInline = isInline })!;
        Assert.Equal(("go1.24.4", null, null), (info.GoVersion, info.Path, info.Main));
        Assert.Empty(info.Dependencies);
    }

    [Fact]
    public void Build_information_is_found_anywhere_in_the_data_at_a_multiple_of_sixteen()
    {
        foreach (int before in (int[])[16, 65536 - 16, 65536, 65536 + 16, 300_000])
            Assert.Equal(3, Read(Rich with { HasSections = false, Before = before })!.Dependencies.Length);
        Assert.Null(Read(Rich with { HasSections = false, Before = 8 }));
        byte[] decoy = [.. new byte[8], .. Rich.Head(2), .. new byte[8]];
        Assert.Equal(32, decoy.Length);
        Assert.Null(Read(new TinyGoProgram { HasSections = false, Blob = [.. decoy, .. new byte[64]] }));
    }

    [Fact]
    public void What_is_no_Go_program_has_none()
    {
        Assert.Null(Read(new TinyGoProgram { Blob = [] }));
        Assert.Null(Read(new TinyGoProgram { Blob = [], HasSections = false }));
        Assert.Null(Read(new TinyElf { SoName = "libx.so" }.Build()));
        Assert.Null(Read("#!/bin/sh"u8.ToArray()));
        Assert.Null(Read([]));
        // What follows the beginning does not fit any more.
        Assert.Null(Read(new TinyGoProgram { Blob = Rich.Head(2) }));
        // Before a loader has moved it, a program for any address may have zeros there; Go says of it what is said here.
        Assert.Null(Read(new TinyGoProgram { Blob = [.. Rich.Head(0), .. new byte[16]] }));
        Assert.Null(Read(new TinyGoProgram { Version = "" }));
    }

    public static TheoryData<string, byte[]> Hostile
    {
        get
        {
            byte[] head = [.. Rich.Head(2), .. new byte[16]];
            byte[] pointers = Rich.Head(0);
            return new()
            {
                { "Go's version: wanted 200 bytes, got 0", [.. head, .. TinyGoProgram.Varint(200)] },
                { "Go's version: its length does not end", [.. head, .. Enumerable.Repeat((byte)0xFF, 40)] },
                { "Go's version: its length does not end", head },
                { "the list of modules: its length does not end", [.. head, 2, .. "go"u8] },
                {
                    "the list of modules: wanted 18446744073709551615 bytes",
                    [.. head, 2, .. "go"u8, .. TinyGoProgram.Varint(ulong.MaxValue)]
                },
                { "Go's version: wanted at most 4096 bytes", [.. head, .. TinyGoProgram.Varint(5000), .. new byte[6000]] },
                { "the text is not UTF-8", [.. head, 2, 0xFF, 0xFE, 0] },
                { "wanted pointers of 4 or 8 bytes, got 5", [.. pointers[..14], 5, 0, .. new byte[16]] },
                { "no loadable segment holds 16 bytes at address 0x1", [.. pointers, 1, .. new byte[15]] },
                { "no loadable segment holds 16 bytes at address 0xffffffffffffffff", [.. pointers, .. Enumerable.Repeat((byte)0xFF, 16)] },
            };
        }
    }

    [Theory]
    [MemberData(nameof(Hostile))]
    public void Lengths_and_pointers_that_lead_nowhere_are_refused_by_name(string problem, byte[] blob)
    {
        string message = Refused(new TinyGoProgram { Blob = blob });
        Assert.Contains("Go build information: ", message, StringComparison.Ordinal);
        Assert.Contains(problem, message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_string_that_points_at_itself_is_read_once()
    {
        // The words of the string are its own address and a length within the segment.
        TinyGoProgram program = Rich with { IsInline = false };
        byte[] file = program.Build();
        int at = file.AsSpan().IndexOf(program.Head(0)) + 32;
        BitConverter.TryWriteBytes(file.AsSpan(at), 0x400000UL + (ulong)at);
        BitConverter.TryWriteBytes(file.AsSpan(at + 8), 16UL);
        Assert.Equal("Go build information: the text is not UTF-8", Refused(file));
        BitConverter.TryWriteBytes(file.AsSpan(at + 8), 17_000_000UL);
        Assert.Contains("no loadable segment holds 17000000 bytes", Refused(file), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("dep\ta\n", "line 1: wanted a module's path, version and sum, got 1 columns")]
    [InlineData("path\tx\ndep\ta\tb\tc\td\n", "line 2: wanted a module's path, version and sum, got 4 columns")]
    [InlineData("dep\t\tv1\n", "line 1: a module without a path")]
    [InlineData("=>\ta\tb\tc\n", "line 1: a replacement of no module")]
    [InlineData("dep\ta\tb\n=>\tc\td\te\n=>\tc\td\te\n", "line 3: a replacement of no module")]
    [InlineData("dep\ta\tb\n=>\tc\td\n", "line 2: wanted a module's path, version and sum, got 2 columns")]
    [InlineData("build\t=x\n", "line 1: a setting without a key")]
    [InlineData("build\tx\n", "line 1: a setting without a key")]
    [InlineData("build\tx=\"open\n", "line 1: a setting whose value is no quoted text")]
    [InlineData("build\tx=\"a\"b\n", "line 1: a setting whose value is no quoted text")]
    [InlineData("build\tx=\"\\q\"\n", "line 1: a setting whose value is no quoted text")]
    [InlineData("build\tx=\"\\ud800\"\n", "line 1: a setting whose value is no quoted text")]
    [InlineData("build\tx=\"\\xZZ\"\n", "line 1: a setting whose value is no quoted text")]
    [InlineData("build\t\"k\"\n", "line 1: a setting whose key is no quoted text")]
    public void A_malformed_line_is_refused_by_its_number(string lines, string problem) =>
        Assert.Equal($"Go build information: {problem}", Refused(new TinyGoProgram { Modules = lines }));

    [Fact]
    public void Modules_beyond_measure_are_refused()
    {
        Assert.Contains(
            "wanted at most 10000 modules",
            Refused(new TinyGoProgram { Modules = string.Concat(Enumerable.Repeat("dep\ta\tb\n", 10_001)) }),
            StringComparison.Ordinal
        );
        Assert.Contains(
            "and 1000 settings",
            Refused(new TinyGoProgram { Modules = string.Concat(Enumerable.Repeat("build\ta=b\n", 1001)) }),
            StringComparison.Ordinal
        );
        Assert.Contains(
            "the list of modules: wanted at most 4194304 bytes",
            Refused(new TinyGoProgram { Modules = string.Concat(Enumerable.Repeat("new\ta\tb\n", 1 << 19)) }),
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Cut_short_at_any_byte_it_is_refused_or_none(bool isInline)
    {
        byte[] whole = (Rich with { IsInline = isInline, HasSections = false }).Build();
        int read = 0;
        for (int length = 0; length < whole.Length; length++)
        {
            try
            {
                if (Read(whole[..length]) is not null)
                    read++;
            }
            catch (ContentException e)
            {
                Assert.Contains("Go build information", e.Message, StringComparison.Ordinal);
            }
        }

        // What is behind the texts is not asked for.
        Assert.InRange(read, 0, 64);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Whatever_stands_at_any_place_it_is_read_or_refused_and_takes_little_memory(bool isInline)
    {
        byte[] whole = (Rich with { IsInline = isInline }).Build();
        Read(whole);
        long before = GC.GetAllocatedBytesForCurrentThread();
        int tries = 0;
        foreach (int width in (int[])[1, 4, 8])
        {
            for (int at = 4; at + width <= whole.Length; at++)
            {
                foreach (byte fill in (byte[])[0x00, 0x01, 0x09, 0x7F, 0x80, 0xFF])
                {
                    byte[] changed = [.. whole];
                    changed.AsSpan(at, width).Fill(fill);
                    tries++;
                    try
                    {
                        Read(changed);
                        CargoAuditData.Read(new MemoryStream(changed));
                    }
                    catch (ContentException e)
                    {
                        Assert.Matches("Go build information: |Rust audit data: ", e.Message);
                    }
                }
            }
        }

        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / tries, 0, 200_000);
    }

    private static GoBuildInfo? Read(TinyGoProgram program) => Read(program.Build());

    private static GoBuildInfo? Read(byte[] content)
    {
        using MemoryStream stream = new(content, writable: false);
        stream.Position = content.Length / 2;
        return GoBuildInfo.Read(stream);
    }

    private static string Refused(TinyGoProgram program) => Refused(program.Build());

    private static string Refused(byte[] content) => Assert.Throws<ContentException>(() => Read(content)).Message;
}
