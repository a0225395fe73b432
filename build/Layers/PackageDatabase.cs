using System.Collections.Immutable;
using System.Text;

namespace Slipway.Layers;

/// <summary>Which Debian packages an image itself says that it has.</summary>
public static class PackageDatabase
{
    /// <summary>
    /// Name and version of each: of dpkg's own list and of the lists that images without dpkg have, <c>status.d/NAME</c>.
    /// Those files must have been kept when the image was read.
    /// </summary>
    public static ImmutableSortedDictionary<string, string> Of(FoundImage found)
    {
        var packages = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (
            FoundEntry entry in found.Entries.Where(entry =>
                entry.File?.Text is not null && entry.Path.StartsWith("var/lib/dpkg/status", StringComparison.Ordinal)
            )
        )
        {
            foreach ((string name, string version) in OfStatus(Encoding.UTF8.GetString(entry.File!.Text!.Value.Span)))
                packages[name] = version;
        }

        return packages.ToImmutable();
    }

    /// <summary>Name and version of each package of one list.</summary>
    public static ImmutableSortedDictionary<string, string> OfStatus(string text)
    {
        var packages = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (string stanza in text.Split("\n\n"))
        {
            string[] lines = stanza.Split('\n');
            if (Field(lines, "Package") is { } name && Field(lines, "Version") is { } version && IsInstalled(Field(lines, "Status")))
                packages[name] = version;
        }

        return packages.ToImmutable();
    }

    /// <summary>
    /// By the last word: the first is what somebody wants, as <c>install</c> or <c>hold</c>. Lists without dpkg may not say it.
    /// </summary>
    private static bool IsInstalled(string? status) => status is null || status.EndsWith(" ok installed", StringComparison.Ordinal);

    private static string? Field(string[] lines, string name) =>
        lines.FirstOrDefault(line => line.StartsWith(name + ": ", StringComparison.Ordinal))?[(name.Length + 2)..].Trim();
}
