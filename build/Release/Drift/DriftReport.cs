using System.Collections.Immutable;
using Slipway.Oci;

namespace Slipway.Release;

/// <summary>What a comparison of one image looked at and found.</summary>
public sealed record DriftReport
{
    public required string Image { get; init; }

    /// <summary>Repositories that were asked, the official one first.</summary>
    public required ImmutableArray<Reference> Destinations { get; init; }

    /// <summary>Tags that were compared, moving ones included.</summary>
    public required int Tags { get; init; }

    /// <summary>Manifests and blobs that were looked for, counted once for each repository.</summary>
    public required int Content { get; init; }

    /// <summary>Whether signatures, statements and what tags claim were judged: somebody was named whom to believe.</summary>
    public bool IsJudged { get; init; }

    /// <summary>Findings beyond the most that a report holds; they are counted and no more.</summary>
    public int Omitted { get; init; }

    /// <summary>By repository in the order above, then by tag and kind; empty when all is as it was published.</summary>
    public required ImmutableArray<DriftFinding> Findings { get; init; }
}

/// <summary>What to compare one image with.</summary>
public sealed record DriftRequest
{
    public required string Image { get; init; }

    /// <summary>Repositories without tag, the official one first.</summary>
    public required ImmutableArray<Reference> Destinations { get; init; }

    /// <summary>What was published; those of other images do not matter.</summary>
    public ImmutableArray<RecordedRelease> Records { get; init; } = [];

    /// <summary>What was withdrawn.</summary>
    public ImmutableArray<WithdrawalEntry> Withdrawals { get; init; } = [];

    /// <summary>Which tags matter.</summary>
    public Func<string, bool> Wanted { get; init; } = _ => true;
}
