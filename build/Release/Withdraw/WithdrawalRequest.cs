using System.Collections.Immutable;
using Slipway.Oci;

namespace Slipway.Release;

/// <summary>What is to be withdrawn.</summary>
public sealed record WithdrawalRequest
{
    public required string Image { get; init; }

    /// <summary>The release-style tag of the index, <c>v1.36.4</c>.</summary>
    public required string Release { get; init; }

    /// <summary>Why, in one line.</summary>
    public required string Reason { get; init; }

    /// <summary>Repositories without tag, the official one first.</summary>
    public required ImmutableArray<Reference> Destinations { get; init; }

    /// <summary>The index and its manifests, as a record has them; empty when nothing was recorded.</summary>
    public ImmutableArray<Digest> Subjects { get; init; } = [];

    /// <summary>The release's tags, as a record has them.</summary>
    public ImmutableArray<string> KnownTags { get; init; } = [];

    internal Digest? Index => Subjects.IsEmpty ? null : Subjects[0];
}
