using System.Collections.Immutable;
using Slipway.Oci;

namespace Slipway.Release;

/// <summary>
/// Which tags a withdrawal takes off where. It is data: made before anything is deleted, carried out by <see cref="Withdrawal"/>.
/// </summary>
public sealed record WithdrawalPlan
{
    public required string Image { get; init; }

    /// <summary>The release-style tag of the index.</summary>
    public required string Release { get; init; }

    public required string Reason { get; init; }

    /// <summary>The index, then its manifests.</summary>
    public required ImmutableArray<Descriptor> Subjects { get; init; }

    /// <summary>In the order of the destinations, the official one first.</summary>
    public required ImmutableArray<PlannedWithdrawal> Destinations { get; init; }
}

/// <summary>What a withdrawal takes off one repository.</summary>
/// <param name="Repository">Without tag.</param>
/// <param name="Tags">Tags that stand there, in the order in which they go: the release's own first, those of platforms last.</param>
/// <param name="IsByHand">Whether the registry deletes no tags through the protocol, so that a person has to.</param>
public sealed record PlannedWithdrawal(Reference Repository, ImmutableArray<string> Tags, bool IsByHand)
{
    /// <summary>What the person does.</summary>
    public string Advice =>
        KnownRegistry.Of(RegistryName.Canonical(Repository.Host))?.DeletionAdvice(Repository.Repository)
        ?? $"delete them on {Repository.Host} with the registry's own tools, or ask its operator to allow the deletion of tags";
}
