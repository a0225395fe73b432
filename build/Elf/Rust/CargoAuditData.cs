using System.Collections.Immutable;
using System.IO.Compression;
using System.Text.Json;
using Slipway.Oci;

namespace Slipway.Elf;

/// <summary>
/// What a Rust program says of the packages that it was built from, where cargo-auditable built it: its "audit data", JSON that is
/// compressed with zlib, in the section <c>.dep-v0</c> (cargo-auditable, PARSING.md and cargo-auditable.schema.json).
/// </summary>
/// <param name="Packages">In the program's order.</param>
public sealed record CargoAuditData(ImmutableArray<CargoPackage> Packages)
{
    /// <summary>Of all that it says, in bytes.</summary>
    public int Length { get; init; }

    /// <summary>In bytes, compressed and not.</summary>
    private const int Longest = 4 << 20;

    private const int MostPackages = 10_000;
    private const string What = "Rust audit data";

    /// <summary>Reads the audit data of a program. The stream stays open.</summary>
    /// <param name="content">Seekable; read from its beginning whatever its position.</param>
    /// <returns>Null when the content is no ELF file or has none.</returns>
    /// <exception cref="ContentException">It has some that are cut short, malformed or beyond all measure; says what.</exception>
    public static CargoAuditData? Read(Stream content)
    {
        ArgumentNullException.ThrowIfNull(content);
        if (ElfReader.OpenIfElf(content) is not { } file || ElfSection.Find(file.Bytes, file.Header, ".dep-v0"u8) is not { } section)
            return null;
        byte[] json = Inflate(file.Bytes.Table(section.Offset, section.Size, Longest, What));
        return OciJson.Read(json, What, root => new CargoAuditData([.. root.Items("packages").Select(ReadPackage)])
        {
            Length = json.Length,
        });
    }

    private static CargoPackage ReadPackage(JsonElement package, int number) =>
        number == MostPackages
            ? throw new ContentException($"wanted at most {MostPackages} packages, got more")
            : new CargoPackage(
                package.RequiredString("name"),
                package.RequiredString("version"),
                package.TryGetProperty("source", out JsonElement source) && source.ValueKind == JsonValueKind.String
                    ? source.GetString()!
                    : "other"
            )
            {
                IsBuildDependency = package.OptionalString("kind") == "build",
                IsRoot = package.TryGetProperty("root", out JsonElement root) && root.ValueKind == JsonValueKind.True,
            };

    private static byte[] Inflate(byte[] compressed)
    {
        using ZLibStream zlib = new(new MemoryStream(compressed, writable: false), CompressionMode.Decompress);
        using MemoryStream plain = new();
        byte[] buffer = new byte[16 * 1024];
        try
        {
            while (zlib.Read(buffer) is > 0 and int count)
            {
                plain.Write(buffer, 0, count);
                if (plain.Length > Longest)
                    throw new ContentException($"{What}: wanted at most {Longest} bytes when unpacked, got more");
            }
        }
        catch (InvalidDataException e)
        {
            throw new ContentException($"{What}: it is not compressed with zlib", e);
        }

        return plain.ToArray();
    }
}

/// <summary>A package of Rust's.</summary>
/// <param name="Source">Where it comes from: <c>crates.io</c>, <c>git</c>, <c>local</c>, <c>registry</c> or something newer.</param>
public sealed record CargoPackage(string Name, string Version, string Source)
{
    /// <summary>Whether it was needed to build the program and is not in it.</summary>
    public bool IsBuildDependency { get; init; }

    /// <summary>Whether it is the program's own.</summary>
    public bool IsRoot { get; init; }
}
