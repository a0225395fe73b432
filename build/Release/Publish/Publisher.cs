using System.Collections.Immutable;
using Slipway.Http;
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
    /// <summary>
    /// Whether every tag of a plan that never moves names what it should, everywhere: what was tried and published once is not tried again.
    /// </summary>
    /// <exception cref="RemoteException">A registry does not say.</exception>
    public static async Task<bool> StandsAsync(ReleasePlan plan, RegistryClient client, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(client);
        foreach (
            (Reference destination, PlannedTag tag) in from destination in plan.Destinations
            from tag in plan.Tags
            where !tag.Moves
            select (destination, tag)
        )
        {
            if ((await client.Repository(destination).ResolveAsync(tag.Name, cancellationToken))?.Digest != plan.SubjectOf(tag).Digest)
                return false;
        }

        return true;
    }

    /// <param name="content">The plan, and where what it names is read from.</param>
    /// <param name="record">
    /// Keeps what is known so far, from before the first write on: when a phase begins, and at the end, however that comes. What
    /// is kept of a run that was killed says in which phase.
    /// </param>
    /// <exception cref="ContentException">
    /// A tag names another digest already, a read-back differs, or a stand-in would leave the rehearsal.
    /// </exception>
    /// <exception cref="Slipway.Verification.ReleaseException">The commit cannot be published.</exception>
    /// <exception cref="RemoteException">A registry did not do its part; says how many tags stand.</exception>
    public async Task<ReleaseRecord> PublishAsync(
        ReleaseContent content,
        Func<ReleaseRecord, Task> record,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(content);
        RegistryClient client = connect();
        ImmutableArray<Repository> sites = [.. content.Plan.Destinations.Select(client.Repository)];
        PublishProgress progress = new(content.Plan, record, log);
        PublicationCheck check = new(content.Plan, sites, progress);
        try
        {
            await progress.EnterAsync(PublishPhase.Check, $"checking {string.Join(" and ", sites.Select(site => site.Name))}");
            await check.RequireAllowedAsync(cancellationToken);
            await check.RequireTagsFreeAsync(cancellationToken);
            await check.RequireRightsAsync(cancellationToken);
            await new ContentPush(content, sites, [.. content.Plan.Siblings.Select(client.Repository)], progress).RunAsync(
                cancellationToken
            );
            await progress.EnterAsync(PublishPhase.ReadBack, "reading back");
            ReadBack readBack = await ReadBack.ConnectAsync(content, connect(), policy, cancellationToken);
            await readBack.RequireCompleteAsync(cancellationToken);
            await check.RequireTagsFreeAsync(cancellationToken);
            await readBack.RequireManifestsAsync(cancellationToken);
            bool stand = Enumerable.Range(0, sites.Length).All(progress.IsTagged);
            await progress.EnterAsync(
                PublishPhase.Tags,
                $"{(stand ? "looking for" : "writing")} {content.Plan.Tags.Length} tags on each registry"
            );
            await new TagWriter(content, sites, progress).WriteAsync(cancellationToken);
            await progress.EnterAsync(PublishPhase.Done);
            return progress.ToRecord();
        }
        catch (Exception e)
        {
            if (await progress.EndAsync(sites, cancellationToken) is { } standing && e is RemoteException { Fault: var fault })
                throw new RemoteException(fault, $"{e.Message}. {standing}", e);
            throw;
        }
    }
}
