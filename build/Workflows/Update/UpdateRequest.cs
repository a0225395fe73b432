using Slipway.Advisories;
using Slipway.Updates;

namespace Slipway.Workflows;

/// <summary>How far an update goes and what it takes, from the command line.</summary>
internal sealed record UpdateRequest
{
    public required VersionReach Reach { get; init; }

    /// <summary>The version that the image is to have whatever its channel says; null asks the channel.</summary>
    public required ReleaseVersion? To { get; init; }

    /// <summary>Whether upstream is left alone and not asked.</summary>
    public required bool PackagesOnly { get; init; }

    public required bool AcceptUnsignedUnsafe { get; init; }

    /// <summary>Null when there are no advisories.</summary>
    public required Func<AdvisoryScope, AdvisoryList>? Advisories { get; init; }
}
