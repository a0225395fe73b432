using System.Collections.Immutable;

namespace Slipway.Updates;

/// <summary>
/// What is newer than what an image is locked to. What could not be found out is in <see cref="Problems"/>, never left unsaid.
/// </summary>
public sealed record AvailableUpdates
{
    public required string Image { get; init; }

    /// <summary>The newest date of the locked suites.</summary>
    public required DateTimeOffset LockedAt { get; init; }

    /// <summary>How old that is.</summary>
    public required TimeSpan Age { get; init; }

    /// <summary>
    /// The image's own version first, then files with versions of their own; only those whose definition names a channel.
    /// </summary>
    public required ImmutableArray<UpstreamUpdate> Upstream { get; init; }

    /// <summary>Those of security first.</summary>
    public required ImmutableArray<PackageUpdate> Packages { get; init; }

    public required ImmutableArray<LifecycleStatus> Lifecycle { get; init; }

    /// <summary>What could not be asked, and why.</summary>
    public required ImmutableArray<UpdateCheckProblem> Problems { get; init; }

    /// <summary>Whether anything newer is there.</summary>
    public bool IsOutdated => Upstream.Any(upstream => upstream.Update is not null) || !Packages.IsEmpty;

    /// <summary>Whether a package has a newer version in the security suite, or one that fixes what advisories name.</summary>
    public bool HasSecurityUpdates => Packages.Any(package => package.IsSecurity || !package.Fixes.IsEmpty);
}

/// <summary>A source that could not be asked, or that answered what cannot be.</summary>
/// <param name="Subject">What remains unknown: <c>packages</c>, or the name of what has a version.</param>
/// <param name="Reason">The failure.</param>
public sealed record UpdateCheckProblem(string Subject, Exception Reason);
