using Slipway.Oci;

namespace Slipway.Fetching;

/// <summary>Content that is known by its hash before it is there.</summary>
public sealed record WantedContent
{
    /// <summary>What it is, for errors: image, platform, package and version, or the upstream file.</summary>
    public required string What { get; init; }

    /// <summary>What to do when no place has it any more, for errors: a sentence without its full stop. Null says nothing.</summary>
    public string? Next { get; init; }

    /// <summary>
    /// What to do when a place has something else, likewise: to take what is there now is the last thing to do, for it may be an attack.
    /// </summary>
    public string? Distrust { get; init; }

    public required Digest Digest { get; init; }

    /// <summary>In bytes; null when only the hash is known.</summary>
    public long? Size { get; init; }

    /// <summary>The most bytes to accept when the size is not known.</summary>
    public long Limit { get; init; } = 1L << 30;
}
