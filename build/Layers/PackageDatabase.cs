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
        foreach (string text in Texts(found))
        {
            foreach ((string name, string version) in OfStatus(text))
                packages[name] = version;
        }

        return packages.ToImmutable();
    }

    /// <summary>Each package of the same lists with what it was built from, in the order of the lists.</summary>
    public static IEnumerable<ListedPackage> AllOf(FoundImage found)
    {
        ArgumentNullException.ThrowIfNull(found);
        return Texts(found).SelectMany(AllOf);
    }

    /// <summary>Of one list.</summary>
    public static IEnumerable<ListedPackage> AllOf(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        foreach (string stanza in text.Split("\n\n"))
        {
            string[] lines = stanza.Split('\n');
            if (Field(lines, "Package") is { } name && Field(lines, "Version") is { } version && IsInstalled(Field(lines, "Status")))
                yield return new ListedPackage(name, version, Field(lines, "Architecture") ?? "", Field(lines, "Source"));
        }
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

    private static IEnumerable<string> Texts(FoundImage found) =>
        found
            .Entries.Where(entry => entry.File?.Text is not null && entry.Path.StartsWith("var/lib/dpkg/status", StringComparison.Ordinal))
            .Select(entry => Encoding.UTF8.GetString(entry.File!.Text!.Value.Span));

    /// <summary>
    /// By the last word: the first is what somebody wants, as <c>install</c> or <c>hold</c>. Lists without dpkg may not say it.
    /// </summary>
    private static bool IsInstalled(string? status) => status is null || status.EndsWith(" ok installed", StringComparison.Ordinal);

    private static string? Field(string[] lines, string name) =>
        lines.FirstOrDefault(line => line.StartsWith(name + ": ", StringComparison.Ordinal))?[(name.Length + 2)..].Trim();
}

/// <summary>A package as the image lists it.</summary>
/// <param name="Source">
/// The field of that name: another source package than one of the same name, or <c>NAME (VERSION)</c> (Debian policy, 5.6.1).
/// </param>
public sealed record ListedPackage(string Name, string Version, string Architecture, string? Source);
