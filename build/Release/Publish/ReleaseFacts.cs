using System.Collections.Immutable;
using Slipway.Git;
using Slipway.Images;
using Slipway.Oci;
using Slipway.Trust;

namespace Slipway.Release;

/// <summary>What is known of a release that stands on its registries: what its notes tell and its files hold.</summary>
public sealed record ReleaseFacts
{
    /// <summary>As it was published.</summary>
    public required AssembledImage Image { get; init; }

    /// <summary>One sentence on what the image is for, without its full stop.</summary>
    public required string Description { get; init; }

    /// <summary>All that it is meant for, the official one first; without tag.</summary>
    public required ImmutableArray<Reference> Destinations { get; init; }

    /// <summary>What stands where.</summary>
    public required RecordedRelease Record { get; init; }

    public required GitState Git { get; init; }

    /// <summary>Who signed it.</summary>
    public required ITrustedSigner Signer { get; init; }

    /// <summary>In the definition's order.</summary>
    public required ImmutableArray<ReleasedUpstream> Upstream { get; init; }

    /// <summary>Optional files of upstream's that could not be had.</summary>
    public required ImmutableArray<string> LeftOut { get; init; }

    /// <summary>How many Debian packages it has.</summary>
    public required int Packages { get; init; }

    /// <summary>Where they come from.</summary>
    public required ImmutableArray<string> Suites { get; init; }

    /// <summary>The release before; null for the first.</summary>
    public required EarlierRelease? Earlier { get; init; }

    /// <summary>What takes the image on a node; null where nothing is handed out for that.</summary>
    public required NodeVariable? Node { get; init; }

    /// <summary>Whether the list of checksums has an OpenPGP signature, too.</summary>
    public required bool HasOpenPgp { get; init; }

    /// <summary>Whether nothing of it was published but to registries of the rehearsal's own.</summary>
    public required bool IsRehearsal { get; init; }

    /// <summary>What stand-ins took the place of, in a rehearsal; null in a release.</summary>
    public required string? StandIn { get; init; }

    /// <summary>Programs that the release hands out for its users, by their files' names; none where none were given.</summary>
    public ImmutableArray<string> Programs { get; init; } = [];

    /// <summary>The name of the file with their signed provenance; null where there are none.</summary>
    public string? ProgramProvenance { get; init; }

    /// <summary>What is known to be vulnerable in it, the worst first; null where no advisories were given.</summary>
    public ImmutableArray<KnownWeakness>? Weaknesses { get; init; }

    /// <summary>What files of the release are called at their beginning.</summary>
    public string Prefix => $"{Image.Name}-{Record.Release}";

    /// <summary>For people: <c>kubelet v1.36.4</c>.</summary>
    public string Title => $"{Image.Name} {Record.Release}";

    /// <summary>The repositories that have it, the official one first.</summary>
    public ImmutableArray<Reference> Repositories => [.. Destinations.Where(repository => Record.Tags.ContainsKey(repository.Name))];
}

/// <summary>A file of another project that is in the image.</summary>
/// <param name="Signature">How far its signature was proven, as the lock says it; null when nobody asked.</param>
/// <param name="Accepted">Why it was taken although no signature holds, as a clause; null when one holds or none is expected.</param>
public sealed record ReleasedUpstream(string Name, string Version, string? Signature, string? Accepted);

/// <summary>The release before another one of the same image.</summary>
/// <param name="Tag">The git tag.</param>
/// <param name="Changes">
/// What the image holds otherwise since then: files of upstream's first, then packages. Null where that is not known.
/// </param>
/// <param name="Sizes">Of its platforms, compressed, in bytes; those alone that a registry told.</param>
public sealed record EarlierRelease(string Tag, ImmutableArray<ContentChange>? Changes, ImmutableDictionary<Platform, long> Sizes);

/// <summary>A package or file in two versions.</summary>
/// <param name="From">Null when it was not there before.</param>
/// <param name="To">Null when it is there no more.</param>
public sealed record ContentChange(string Name, string? From, string? To)
{
    /// <summary>Ids of advisories that the change fixes; none where none were read.</summary>
    public ImmutableArray<string> Fixes { get; init; } = [];
}

/// <summary>A weakness that advisories know of a package of the image.</summary>
/// <param name="Id">The CVE's, or the database's own.</param>
/// <param name="Version">Null where nobody knows it.</param>
/// <param name="Severity">In one word; <c>unknown</c> where nobody rated it.</param>
/// <param name="FixedIn">Null where nothing fixes it.</param>
/// <param name="Judgement">What is judged of it in this image, and why; null where nothing is.</param>
public sealed record KnownWeakness(string Id, string Package, string? Version, string Severity, string? FixedIn, string? Judgement)
{
    /// <summary>Whether nobody says that the image is not affected.</summary>
    public required bool IsOpen { get; init; }

    /// <summary>Whether it has a row of its own; others are counted.</summary>
    public required bool IsListed { get; init; }
}

/// <summary>A systemd unit that takes the image's reference from a variable of its environment.</summary>
/// <param name="Unit">As <c>kubelet.service</c>.</param>
/// <param name="Variable">As <c>KUBELET_IMAGE</c>.</param>
public sealed record NodeVariable(string Unit, string Variable);
