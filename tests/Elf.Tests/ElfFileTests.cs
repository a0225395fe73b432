using System.Buffers.Binary;
using System.Text;
using Slipway.Oci;
using Slipway.Testing;

namespace Slipway.Elf.Tests;

/// <summary>What is read of an ELF file, and what a hostile one can do: be refused.</summary>
public class ElfFileTests
{
    /// <summary>A library that says all there is to say.</summary>
    private static readonly TinyElf Rich = new()
    {
        Interpreter = "/lib64/ld-linux-x86-64.so.2",
        SoName = "librich.so.1",
        Needed = ["libc.so.6", "libm.so.6"],
        RPath = "/opt/a",
        RunPath = "$ORIGIN/../lib:/opt/b",
        Flags = 0x08000800,
        NeededVersions =
        [
            ("libc.so.6", "GLIBC_2.34", false),
            ("libc.so.6", "GLIBC_ABI_DT_RELR", true),
            ("libm.so.6", "GLIBC_2.2.5", false),
        ],
        DefinedVersions = ["librich.so.1", "RICH_1.0", "RICH_1.1"],
    };

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public void Every_word_size_and_byte_order_reads_the_same(bool is64, bool isLittleEndian)
    {
        ElfFile file = Read((Rich with { Is64 = is64, IsLittleEndian = isLittleEndian, Machine = 183 }).Build())!;
        Assert.Equal(
            (is64 ? ElfClass.Elf64 : ElfClass.Elf32, isLittleEndian, ElfType.Shared, (ushort)183),
            (file.Class, file.IsLittleEndian, file.Type, file.Machine)
        );
        Assert.Equal(("/lib64/ld-linux-x86-64.so.2", "librich.so.1"), (file.Interpreter, file.SoName));
        Assert.Equal(["libc.so.6", "libm.so.6"], file.Needed);
        Assert.Equal(["/opt/a"], file.RPath);
        Assert.Equal(["$ORIGIN/../lib", "/opt/b"], file.RunPath);
        Assert.Equal(
            [new("libc.so.6", "GLIBC_2.34", false), new("libc.so.6", "GLIBC_ABI_DT_RELR", true), new("libm.so.6", "GLIBC_2.2.5", false)],
            file.NeededVersions
        );
        Assert.Equal(["librich.so.1", "RICH_1.0", "RICH_1.1"], file.DefinedVersions);
        Assert.True(file.SkipsDefaultDirectories && file.IsPositionIndependentProgram && file.IsProgram);
        Assert.False(file.IsStatic);
    }

    [Fact]
    public void A_program_without_loader_and_libraries_is_static()
    {
        ElfFile fixedAddress = Read(new TinyElf { Type = 2 }.Build())!,
            anyAddress = Read(new TinyElf { Flags = 0x08000000 }.Build())!;
        Assert.True(fixedAddress.IsStatic && fixedAddress.IsProgram);
        Assert.True(anyAddress.IsStatic && anyAddress.IsProgram);
        Assert.False(Read(new TinyElf { SoName = "libx.so" }.Build())!.IsProgram);
        Assert.False(Read(new TinyElf { Needed = ["libc.so.6"] }.Build())!.IsStatic);
        Assert.False(Read(new TinyElf { Interpreter = "/lib/ld.so" }.Build())!.IsStatic);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\u007fEL")]
    [InlineData("#!/bin/sh")]
    [InlineData("\u007fELG but no such file at all")]
    public void What_does_not_begin_as_ELF_is_none(string content) => Assert.Null(Read(Encoding.Latin1.GetBytes(content)));

    [Fact]
    public void The_position_of_the_stream_does_not_matter_and_it_stays_open()
    {
        using MemoryStream content = new(Rich.Build());
        content.Position = 77;
        Assert.Equal(Rich.SoName, ElfFile.Read(content)!.SoName);
        Assert.True(content.CanRead);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Cut_short_at_any_byte_it_is_refused_or_none(bool is64)
    {
        byte[] whole = (Rich with { Is64 = is64 }).Build();
        // Behind the end mark of the dynamic section nothing is read.
        for (int length = 0; length < whole.Length; length++)
        {
            if (length < 4)
                Assert.Null(Read(whole[..length]));
            else
                Assert.StartsWith("ELF: ", Assert.Throws<ContentException>(() => Read(whole[..length])).Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Whatever_stands_at_any_place_it_is_read_or_refused_and_takes_little_memory(bool is64)
    {
        byte[] whole = (Rich with { Is64 = is64 }).Build();
        Read(whole);
        long before = GC.GetAllocatedBytesForCurrentThread();
        int tries = 0;
        foreach (int width in (int[])[1, 2, 4, 8])
        {
            for (int at = 4; at + width <= whole.Length; at++)
            {
                foreach (byte fill in (byte[])[0x00, 0x01, 0x7F, 0x80, 0xFF])
                {
                    byte[] changed = [.. whole];
                    changed.AsSpan(at, width).Fill(fill);
                    tries++;
                    try
                    {
                        Read(changed);
                    }
                    catch (ContentException e)
                    {
                        Assert.StartsWith("ELF: ", e.Message, StringComparison.Ordinal);
                    }
                }
            }
        }

        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / tries, 0, 100_000);
    }

    [Fact]
    public void An_unknown_class_byte_order_or_version_is_refused()
    {
        foreach (int at in (int[])[4, 5, 6])
        {
            byte[] file = Rich.Build();
            file[at] = 3;
            Assert.Contains("is no ELF file", Refused(file), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void More_program_headers_than_Linux_takes_are_refused()
    {
        byte[] file = [.. Rich.Build(), .. new byte[4_000_000]];
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(56), 0xFFFF);
        Assert.Equal("ELF: program headers: wanted at most 65536 bytes, got 3669960", Refused(file));
    }

    [Fact]
    public void Program_headers_of_another_size_are_refused()
    {
        byte[] file = Rich.Build();
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(54), 57);
        Assert.Equal("ELF: program headers: wanted 56 bytes each, got 57", Refused(file));
    }

    [Fact]
    public void A_dynamic_section_beyond_its_limit_is_refused()
    {
        byte[] file = new TinyElf { Needed = [.. Enumerable.Repeat("x", 20_000)] }.Build();
        Assert.StartsWith("ELF: dynamic section: wanted at most 262144 bytes", Refused(file), StringComparison.Ordinal);
    }

    [Fact]
    public void One_long_name_that_is_named_many_times_is_refused_before_it_fills_memory()
    {
        byte[] file = new TinyElf { Needed = [.. Enumerable.Repeat(new string('x', 4000), 500)] }.Build();
        Assert.Equal("ELF: its names have more than 1048576 bytes", Refused(file));
    }

    [Fact]
    public void A_name_without_end_is_refused()
    {
        Assert.Contains(
            "it has no end within 4096 bytes",
            Refused(new TinyElf { SoName = new string('x', 5000) }.Build()),
            StringComparison.Ordinal
        );
        Assert.Equal(4090, Read(new TinyElf { SoName = new string('x', 4090) }.Build())!.SoName!.Length);
    }

    [Fact]
    public void A_name_that_is_not_UTF8_is_refused()
    {
        byte[] file = new TinyElf { SoName = "lib.so" }.Build();
        file[file.AsSpan().IndexOf("lib.so"u8)] = 0xFF;
        Assert.Equal("ELF: DT_SONAME: the text is not UTF-8", Refused(file));
    }

    [Fact]
    public void Versions_in_a_ring_or_beyond_count_end()
    {
        // A count that lies, and a record that leads to itself: distances are unsigned, so only zero could, and zero ends.
        byte[] file = new TinyElf { Needed = ["libc.so.6"], NeededVersions = [("libc.so.6", "V", false)] }.Build();
        int count = file.AsSpan().LastIndexOf((byte[])[0xFF, 0xFF, 0xFF, 0x6F, 0, 0, 0, 0]) + 8;
        file.AsSpan(count, 8).Fill(0x7F);
        Assert.Equal("V", Assert.Single(Read(file)!.NeededVersions).Version);
    }

    [Fact]
    public void A_list_of_versions_without_end_is_refused()
    {
        TinyElf many = new() { DefinedVersions = [.. Enumerable.Repeat("v", 20_000)] };
        Assert.Equal("ELF: DT_VERDEF: there are more than 16384 records", Refused(many.Build()));
    }

    private static ElfFile? Read(byte[] content)
    {
        using MemoryStream stream = new(content, writable: false);
        return ElfFile.Read(stream);
    }

    private static string Refused(byte[] content) => Assert.Throws<ContentException>(() => Read(content)).Message;
}
