using System.IO.Compression;
using System.Text;
using Slipway.Oci;
using Slipway.Testing;

namespace Slipway.Elf.Tests;

/// <summary>What is read of a Rust program's audit data, and what a hostile one can do: be refused.</summary>
public class CargoAuditDataTests
{
    private const string Json = """
        {"packages":[
          {"name":"build-script","version":"0.1.0","source":"crates.io","kind":"build"},
          {"name":"libc","version":"0.2.150","source":"crates.io"},
          {"name":"odd","version":"1.0.0","source":{"Other":"hg"},"kind":"runtime","dependencies":[1,7777]},
          {"name":"tool","version":"2.0.0","source":"local","dependencies":[1,2],"root":true}
        ],"format":99,"more":{}}
        """;

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void Every_word_size_and_byte_order_reads_the_same(bool is64, bool isLittleEndian)
    {
        CargoAuditData data = Read(
            new TinyGoProgram
            {
                Is64 = is64,
                IsLittleEndian = isLittleEndian,
                AuditData = Zlib(Json),
            }
        )!;
        Assert.Equal(
            [
                new("build-script", "0.1.0", "crates.io") { IsBuildDependency = true },
                new("libc", "0.2.150", "crates.io"),
                new("odd", "1.0.0", "other"),
                new("tool", "2.0.0", "local") { IsRoot = true },
            ],
            data.Packages
        );
    }

    [Fact]
    public void What_has_no_such_section_has_none()
    {
        Assert.Null(Read(new TinyGoProgram()));
        Assert.Null(Read(new TinyGoProgram { AuditData = Zlib(Json), HasSections = false }));
        Assert.Null(CargoAuditData.Read(new MemoryStream("text"u8.ToArray())));
    }

    [Theory]
    [InlineData("[]", "wanted a JSON object")]
    [InlineData("{\"packages\":{}}", "packages")]
    [InlineData("{\"packages\":[{\"name\":\"x\"}]}", "'version' is missing")]
    [InlineData("{\"packages\":[{\"name\":1,\"version\":\"1\"}]}", "name")]
    [InlineData("{\"packages\":[}", "Rust audit data: ")]
    public void Other_JSON_is_refused(string json, string problem)
    {
        string message = Assert.Throws<ContentException>(() => Read(new TinyGoProgram { AuditData = Zlib(json) })).Message;
        Assert.StartsWith("Rust audit data: ", message, StringComparison.Ordinal);
        Assert.Contains(problem, message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_unpacks_beyond_measure_or_not_at_all_is_refused()
    {
        Assert.Contains("wanted at most 4194304 bytes when unpacked", Refused(Zlib(new string(' ', 200 << 20))), StringComparison.Ordinal);
        Assert.Contains("not compressed with zlib", Refused("no zlib"u8.ToArray()), StringComparison.Ordinal);
        Assert.Contains("wanted at most 4194304 bytes, got 5000000", Refused(new byte[5_000_000]), StringComparison.Ordinal);
        string many = string.Join(',', Enumerable.Repeat("{\"name\":\"x\",\"version\":\"1\"}", 10_001));
        Assert.Contains("wanted at most 10000 packages", Refused(Zlib($"{{\"packages\":[{many}]}}")), StringComparison.Ordinal);
    }

    [Fact]
    public void Cut_short_at_any_byte_it_is_refused()
    {
        byte[] whole = Zlib(Json);
        // Last come the mark of the end and four bytes of checksum.
        for (int length = 0; length < whole.Length - 8; length++)
            Assert.StartsWith("Rust audit data: ", Refused(whole[..length]), StringComparison.Ordinal);
    }

    private static CargoAuditData? Read(TinyGoProgram program) => CargoAuditData.Read(new MemoryStream(program.Build()));

    private static string Refused(byte[] data) =>
        Assert.Throws<ContentException>(() => Read(new TinyGoProgram { AuditData = data })).Message;

    private static byte[] Zlib(string text)
    {
        using MemoryStream bytes = new();
        using (ZLibStream zlib = new(bytes, CompressionLevel.Fastest, leaveOpen: true))
            zlib.Write(Encoding.UTF8.GetBytes(text));
        return bytes.ToArray();
    }
}
