namespace Slipway.Vex;

/// <summary>
/// A package of an image, by its package URL (the purl specification). Two name the same when type, namespace and name are the same and
/// neither version nor architecture differs; what one of them leaves out is not compared, nor are other qualifiers.
/// </summary>
public sealed record VexComponent
{
    private const string Scheme = "pkg:";

    private VexComponent(string purl, string type, string path)
    {
        Purl = purl;
        Type = type;
        Path = path;
    }

    /// <summary>As it was written.</summary>
    public string Purl { get; }

    /// <summary><c>deb</c>, <c>golang</c>, ….</summary>
    public string Type { get; }

    /// <summary>Namespace and name, decoded: <c>debian/libc6</c>.</summary>
    public string Path { get; }

    /// <summary>Decoded; null when none is said.</summary>
    public string? Version { get; private init; }

    /// <summary>Null when none is said.</summary>
    public string? Architecture { get; private init; }

    /// <summary>The Debian source package that it was built from; null when that is not known.</summary>
    public string? Source { get; init; }

    /// <summary>The name of a Debian package; null for another one.</summary>
    public string? DebianName => Type == "deb" ? Path[(Path.LastIndexOf('/') + 1)..] : null;

    /// <summary>Null when the text is no package URL.</summary>
    public static VexComponent? TryParse(string purl)
    {
        ArgumentNullException.ThrowIfNull(purl);
        if (!purl.StartsWith(Scheme, StringComparison.Ordinal) || purl.Any(c => c is <= ' ' or >= '\x7F'))
            return null;
        string rest = purl[Scheme.Length..].TrimStart('/').Split('#')[0];
        string[] halves = rest.Split('?', 2);
        int slash = halves[0].IndexOf('/', StringComparison.Ordinal),
            at = halves[0].LastIndexOf('@');
        string path = slash < 0 ? "" : halves[0][(slash + 1)..(at > slash ? at : halves[0].Length)].Trim('/');
        if (slash < 1 || path.Length == 0)
            return null;
        // Namespace and name of a Go module are in lower case, whoever writes them otherwise.
        string type = halves[0][..slash].ToLowerInvariant(),
            decoded = Uri.UnescapeDataString(path);
        return new VexComponent(purl, type, type == "golang" ? decoded.ToLowerInvariant() : decoded)
        {
            Version = at > slash && at + 1 < halves[0].Length ? Uri.UnescapeDataString(halves[0][(at + 1)..]) : null,
            Architecture = halves
                .ElementAtOrDefault(1)
                ?.Split('&')
                .Where(pair => pair.StartsWith("arch=", StringComparison.Ordinal))
                .Select(pair => Uri.UnescapeDataString(pair["arch=".Length..]))
                .FirstOrDefault(),
        };
    }

    /// <summary>Whether a text names this package: a package URL, or the name of a Debian package, binary or source.</summary>
    public bool IsNamedBy(string package) =>
        TryParse(package) is { } other
            ? Type == other.Type
                && Path == other.Path
                && IsSame(Version, other.Version)
                && (IsSame(Architecture, other.Architecture) || other.Architecture == "all" || Architecture == "all")
            : DebianName is { } name && (name == package || Source == package);

    private static bool IsSame(string? one, string? other) => one is null || other is null || one == other;
}
