using System.Collections.Immutable;
using Slipway.Oci;
using Slipway.Registry;
using Slipway.Trust;

namespace Slipway.Release;

/// <summary>
/// Carries out a plan on every destination as one: check, blobs, manifests by digest, signatures, read back, manifests
/// once more, tags last. A phase begins anywhere only when the one before is complete everywhere, so no tag is written
/// before all of its content and signatures were read back from all registries. Rerunning goes on where a run ended.
/// </summary>
/// <param name="connect">Makes a client with no memory of earlier requests.</param>
/// <param name="policy">What read-back signatures must satisfy.</param>
/// <param name="log">Is told of each phase in one line.</param>
public sealed class Publisher(Func<RegistryClient> connect, VerificationPolicy policy, Action<string> log)
{
    /// <param name="plan">What to publish.</param>
    /// <param name="layout">Holds the plan's subjects.</param>
    /// <param name="trust">Holds the plan's signatures.</param>
    /// <exception cref="ContentException">A tag names another digest already, a read-back differs, or a stand-in would leave the rehearsal.</exception>
    /// <exception cref="ReleaseException">The commit cannot be published.</exception>
    /// <exception cref="RegistryException">A registry did not do its part; no tag was written unless the message says so.</exception>
    public async Task<ReleaseRecord> PublishAsync(ReleasePlan plan, OciLayout layout, OciLayout trust, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(plan);
        RegistryClient client = connect();
        ImmutableArray<Repository> sites = [.. plan.Destinations.Select(client.Repository)];

        log($"{plan.Image}: checking {string.Join(" and ", plan.Destinations.Select(destination => destination.Name))}");
        PublicationCheck check = new(plan, sites);
        await check.RequireAllowedAsync(cancellationToken);
        await check.RequireTagsFreeAsync(cancellationToken);

        ContentPush push = new(plan, layout, trust, sites, log);
        ImmutableArray<int> blobsSent = await push.BlobsAsync(cancellationToken);
        await push.ManifestsAsync(cancellationToken);
        await push.SignaturesAsync(cancellationToken);

        log($"{plan.Image}: reading back");
        RegistryClient fresh = connect();
        ReadBack readBack = new(plan, layout, [.. plan.Destinations.Select(fresh.Repository)], policy);
        await readBack.RequireCompleteAsync(cancellationToken);
        await check.RequireTagsFreeAsync(cancellationToken);
        await readBack.RequireManifestsAsync(cancellationToken);

        log($"{plan.Image}: writing {plan.Tags.Length} tags on each registry");
        ImmutableArray<int> tagsWritten = await new TagWriter(plan, layout, sites).WriteAsync(cancellationToken);
        var tags = plan.Tags.ToImmutableSortedDictionary(tag => tag.Name, tag => plan.SubjectOf(tag).Digest, StringComparer.Ordinal);
        return new ReleaseRecord(
            plan, [.. plan.Destinations.Select((destination, i) => new PublishedDestination(destination, tags, blobsSent[i], tagsWritten[i]))]);
    }
}
