using System.Globalization;
using Slipway.Fetching;

namespace Slipway.Debian;

/// <summary>
/// Where Debian's archives are read from, in the order of asking. Plain http is good enough: everything is proven by
/// Debian's signature or a locked hash. Suites whose name ends in <c>-security</c> live in an archive of their own.
/// </summary>
public sealed class DebianMirror
{
    private const string MainFolder = "debian";
    private const string SecurityFolder = "debian-security";

    private readonly IReadOnlyList<Uri> _main;
    private readonly IReadOnlyList<Uri> _security;

    private DebianMirror(IReadOnlyList<Uri> main, IReadOnlyList<Uri> security)
    {
        _main = main;
        _security = security;
    }

    /// <summary>A mirror that a person named: the parent of <c>debian/</c> and <c>debian-security/</c>.</summary>
    /// <exception cref="ArgumentException">The text is neither http, https nor a folder.</exception>
    public static DebianMirror At(string parent)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(parent);
        string text = parent.Contains("://", StringComparison.Ordinal) ? parent : Path.GetFullPath(parent);
        if (!Uri.TryCreate(text.TrimEnd('/') + "/", UriKind.Absolute, out Uri? address))
            throw new ArgumentException($"debian mirror '{parent}': wanted an address or a folder", nameof(parent));
        Uri root = Origin.OfMirror(address).Address;
        return new DebianMirror([new Uri(root, "debian/")], [new Uri(root, "debian-security/")]);
    }

    /// <summary>The archives that apt uses; null unless it has both, since a lock reads both.</summary>
    public static DebianMirror? Of(AptConfiguration apt)
    {
        ArgumentNullException.ThrowIfNull(apt);
        return apt.Main is { } main && apt.Security is { } security ? new DebianMirror([main], [security]) : null;
    }

    /// <summary>Debian's snapshot archive as it was at a time; a time to come means its newest state.</summary>
    public static DebianMirror Snapshot(DateTimeOffset time)
    {
        string stamp = time.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        // csharpier-ignore
        return Beside(
            [new Uri($"https://snapshot.debian.org/archive/debian/{stamp}/")],
            $"../../debian-security/{stamp}/");
    }

    /// <param name="security">Of the security archive, relative to the main one.</param>
    private static DebianMirror Beside(IReadOnlyList<Uri> main, string security) => new(main, [new Uri(main[0], security)]);

    /// <summary>This mirror first, then another.</summary>
    public DebianMirror Then(DebianMirror fallback)
    {
        ArgumentNullException.ThrowIfNull(fallback);
        return new DebianMirror([.. _main, .. fallback._main], [.. _security, .. fallback._security]);
    }

    /// <summary>The roots of the archive that holds a suite, each ending in a slash, in the order of asking.</summary>
    public IReadOnlyList<Uri> RootsOf(string suite)
    {
        ArgumentNullException.ThrowIfNull(suite);
        return IsSecurity(suite) ? _security : _main;
    }

    /// <summary>Where a file of a suite's archive may be had, such as a package's <see cref="DebianPackage.Filename"/>.</summary>
    /// <param name="path">Below the archive's root; plain.</param>
    /// <exception cref="ArgumentException">The path is not plain.</exception>
    public IReadOnlyList<Origin> Locate(string suite, string path) => [.. RootsOf(suite).Select(root => Locate(root, path))];

    /// <summary>Where a file may be had whose place is written as in a lock: <c>debian/PATH</c> or <c>debian-security/PATH</c>.</summary>
    /// <exception cref="FormatException">It is written otherwise.</exception>
    public IReadOnlyList<Origin> Locate(string location)
    {
        ArgumentNullException.ThrowIfNull(location);
        int slash = location.IndexOf('/', StringComparison.Ordinal);
        (IReadOnlyList<Uri> roots, string path) = (slash < 0 ? "" : location[..slash]) switch
        {
            MainFolder => (_main, location[(slash + 1)..]),
            SecurityFolder => (_security, location[(slash + 1)..]),
            _ => throw new FormatException($"location '{location}': wanted {MainFolder}/… or {SecurityFolder}/…"),
        };
        return [.. roots.Select(root => Locate(root, path))];
    }

    /// <summary>A file of a suite's archive as a lock writes it; the opposite of <see cref="Locate(string)"/>.</summary>
    public static string LocationOf(string suite, string path)
    {
        ArgumentNullException.ThrowIfNull(suite);
        return $"{(IsSecurity(suite) ? SecurityFolder : MainFolder)}/{path}";
    }

    internal static Origin Locate(Uri root, string path) =>
        PackageName.IsArchivePath(path)
            ? Origin.OfMirror(new Uri(root, path))
            : throw new ArgumentException($"archive path '{path}' is not plain", nameof(path));

    /// <summary>Whether a suite is one of the security archive's, by its name: <c>trixie-security</c>.</summary>
    public static bool IsSecurity(string suite) => suite.EndsWith("-security", StringComparison.Ordinal);
}
