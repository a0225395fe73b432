using Slipway.Definitions;

namespace Slipway.Updates;

/// <summary>What a project has released beyond the version that is locked.</summary>
/// <param name="Subject">The image's name where its own version is meant, else the upstream file's.</param>
/// <param name="File">The upstream file whose own version is meant; null for the image's.</param>
/// <param name="Locked">The version there is.</param>
/// <param name="Channel">Where the others were read.</param>
/// <param name="Newest">The newest within reach, which may be the locked one, or an older one.</param>
/// <param name="Latest">The newest of all, which may be out of reach.</param>
public sealed record UpstreamUpdate(
    string Subject,
    string? File,
    ReleaseVersion Locked,
    VersionChannel Channel,
    ReleaseVersion Newest,
    ReleaseVersion Latest
)
{
    /// <summary>The change that an update makes; null when nothing within reach is newer.</summary>
    public VersionChange? Change => Update is { } to ? new VersionChange(File, Locked, to) : null;

    /// <summary>What to update to; null when nothing within reach is newer.</summary>
    public ReleaseVersion? Update => Newest > Locked ? Newest : null;

    /// <summary>
    /// Whether the channel names an older version than the locked one: it went back, or a mirror is behind. Never an update.
    /// </summary>
    public bool IsBehind => Newest < Locked;
}
