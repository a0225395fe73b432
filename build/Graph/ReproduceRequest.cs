using System.Collections.Immutable;
using Slipway.Definitions;
using Slipway.Oci;
using Slipway.Release;
using Slipway.Trust;

namespace Slipway.Graph;

/// <summary>A release that is to be built again.</summary>
internal sealed record ReproduceRequest
{
    /// <summary>As it was asked for.</summary>
    public required string Text { get; init; }

    /// <summary>The image as this work tree knows it: its name, repository and source.</summary>
    public required ImageDefinition Definition { get; init; }

    /// <summary>Where the release is.</summary>
    public required VerificationRequest Release { get; init; }

    /// <summary>What the release must be, and its provenance say to be followed; nothing is taken from it before.</summary>
    public required ReleasePolicy Policy { get; init; }

    /// <summary>These alone; none means all of the release.</summary>
    public ImmutableArray<Platform> Platforms { get; init; } = [];

    /// <summary>Whether a rehearsal made the release, and stand-ins may be in it.</summary>
    public bool IsRehearsal { get; init; }
}
