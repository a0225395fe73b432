using Slipway.Oci;

namespace Slipway.Release;

/// <summary>What is to be copied where.</summary>
public sealed record MirrorRequest
{
    /// <summary>The image's name.</summary>
    public required string Image { get; init; }

    /// <summary>With the tag or digest of a release's index.</summary>
    public required Reference Source { get; init; }

    /// <summary>The repository that signatures name, whether it is the source or not.</summary>
    public required Reference Official { get; init; }

    /// <summary>Without tag.</summary>
    public required Reference Destination { get; init; }

    /// <summary>Which of the release's tags are copied.</summary>
    public Func<string, bool> Wanted { get; init; } = _ => true;
}
