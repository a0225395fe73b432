using Slipway.Http;
using Slipway.Oci;

namespace Slipway.Debian;

/// <summary>
/// The Debian archives that this machine's own apt uses. Addresses that need a password, lists of mirrors, CD-ROMs,
/// disabled entries and archives of others do not count.
/// </summary>
public sealed record AptConfiguration
{
    /// <summary>Of each file, in bytes.</summary>
    private const int LongestFile = 4 << 20;

    /// <summary>The root of the main archive, ending in a slash; null when apt knows none.</summary>
    public Uri? Main { get; init; }

    /// <summary>The root of the security archive, ending in a slash; null when apt knows none.</summary>
    public Uri? Security { get; init; }

    /// <summary>
    /// Reads <c>etc/apt/sources.list</c>, <c>sources.list.d/*.list</c> and <c>*.sources</c>, as far as they are readable.
    /// </summary>
    /// <param name="root">The root directory, <c>/</c> but in tests.</param>
    public static AptConfiguration Read(string root)
    {
        string folder = Path.Combine(root, "etc", "apt");
        string parts = Path.Combine(folder, "sources.list.d");
        List<string> files = [Path.Combine(folder, "sources.list")];
        if (Directory.Exists(parts))
            files.AddRange(Directory.EnumerateFiles(parts).Order(StringComparer.Ordinal));
        List<AptSource> sources = [.. files.SelectMany(SourcesIn)];
        // OrderBy is stable: of equals the first in apt's own order stays first.
        List<AptSource> likely = [.. sources.OrderByDescending(source => source.Likelihood)];
        return new AptConfiguration
        {
            Main = likely.FirstOrDefault(source => source.IsMain && !source.IsSecurity)?.Address,
            Security = likely.FirstOrDefault(source => source.IsSecurity)?.Address,
        };
    }

    private static IEnumerable<AptSource> SourcesIn(string path)
    {
        try
        {
            return Path.GetExtension(path) switch
            {
                ".list" when RegularFile.LengthOf(path) > 0 => [.. AptSource.FromList(RegularFile.ReadText(path, LongestFile))],
                ".sources" when RegularFile.LengthOf(path) > 0 => [.. AptSource.FromDeb822(RegularFile.ReadText(path, LongestFile), path)],
                _ => [],
            };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ContentException)
        {
            // What apt itself could not read says nothing about where Debian is; the snapshot archive is left.
            return [];
        }
    }
}
