using System.Collections.Immutable;
using Slipway.Oci;

namespace Slipway.Definitions;

/// <summary>
/// What goes into an image, by hash: <c>images/NAME/image.lock.json</c>. Written by <c>Lock</c> alone; the same
/// definition and the same suites give the same bytes.
/// </summary>
public sealed record ImageLock
{
    public const string FileName = "image.lock.json";

    public required string Image { get; init; }

    public required string Version { get; init; }

    /// <summary>
    /// The newest date of the suites; a whole second of UTC. Every time in the image that no package gives comes from it.
    /// </summary>
    public required DateTimeOffset Timestamp { get; init; }

    public required ImmutableArray<LockedSuite> Suites { get; init; }

    /// <summary>How packages were chosen among those of the suites.</summary>
    public required LockedDebian Debian { get; init; }

    /// <summary>The wanted packages by layer, as the definition had them.</summary>
    public required ImmutableSortedDictionary<string, ImmutableArray<string>> Wanted { get; init; }

    /// <summary>In the definition's order.</summary>
    public required ImmutableArray<LockedUpstream> Upstream { get; init; }

    /// <summary>
    /// Names of optional upstream files that could not be had, in the definition's order: the image is made without them.
    /// </summary>
    public ImmutableArray<string> LeftOut { get; init; } = [];

    /// <summary>Sorted by name.</summary>
    public required ImmutableArray<LockedPackage> Packages { get; init; }

    /// <summary>Packages that are in no image: a rehearsal takes programs from them in place of upstream's. Sorted by name.</summary>
    public required ImmutableArray<LockedPackage> StandIns { get; init; }

    /// <summary>Names of upstream files that stand-ins took the place of; never written to a file.</summary>
    public ImmutableArray<string> StandingIn { get; init; } = [];
}

/// <summary>A suite as it was read.</summary>
/// <param name="Name">As in <c>dists/</c>.</param>
/// <param name="Date">Its release file's date.</param>
/// <param name="InRelease">The digest of its <c>InRelease</c> file.</param>
public sealed record LockedSuite(string Name, DateTimeOffset Date, Digest InRelease);

/// <summary>How packages were chosen among those of the suites, as the definition had it.</summary>
/// <param name="Components">Those that were read of every suite, in the definition's order.</param>
/// <param name="Essential">Whether packages marked Essential were wanted too.</param>
/// <param name="Without">The names of packages that count as there already and are not installed; sorted.</param>
public sealed record LockedDebian(ImmutableArray<string> Components, bool Essential, ImmutableArray<string> Without);

/// <summary>An upstream file for every architecture.</summary>
/// <param name="Confirmed">Whether its checksums and sizes were read from the host itself.</param>
public sealed record LockedUpstream(string Name, string Version, bool Confirmed, ImmutableSortedDictionary<string, LockedFile> Files)
{
    /// <summary>What was found out about its signature; null when that was not asked about.</summary>
    public LockedSignature? Signature { get; init; }
}

/// <summary>A file by hash.</summary>
/// <param name="Location">An https address; for a package its path below a Debian mirror, <c>debian/pool/…</c>.</param>
/// <param name="Digest">SHA-256 or SHA-512.</param>
/// <param name="Size">In bytes; null while no host was asked.</param>
public sealed record LockedFile(string Location, Digest Digest, long? Size);

/// <summary>A Debian package, built from one source version on every architecture that has it.</summary>
/// <param name="Layer">The layer that it goes into; empty for stand-ins.</param>
/// <param name="Versions">By architecture. They differ by rebuilds (<c>+b1</c>) at most.</param>
/// <param name="Files">By architecture, the same ones; an architecture that does not need the package lacks it.</param>
public sealed record LockedPackage(
    string Name,
    string Layer,
    ImmutableSortedDictionary<string, string> Versions,
    ImmutableSortedDictionary<string, LockedFile> Files
);
