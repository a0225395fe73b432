using System.Collections.Immutable;
using Slipway.Oci;
using Slipway.Registry;
using Slipway.Trust;

namespace Slipway.Release;

/// <summary>Sends a plan's content to every registry, without any release tag.</summary>
/// <param name="siblings">Repositories that may have some of the blobs already.</param>
internal sealed class ContentPush(
    ReleaseContent content,
    ImmutableArray<Repository> sites,
    ImmutableArray<Repository> siblings,
    PublishProgress progress
)
{
    /// <summary>How many blobs are on their way at a time, each to every registry: so many uploads per host.</summary>
    private const int Parallelism = 2;

    private readonly ReleasePlan _plan = content.Plan;
    private readonly PieceBuffers _buffers = new();

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        ImmutableArray<Descriptor> blobs = await content.BlobsAsync(cancellationToken);
        await progress.EnterAsync(
            PublishPhase.Blobs,
            progress.IsTaggedEverywhere
                ? $"all tags exist; checking that {blobs.Length} blobs do, too"
                : $"sending {blobs.Length} blobs, {blobs.Sum(blob => blob.Size) / 1e6:0.0} MB, to each registry"
        );
        await SendAsync(content.Image, blobs, progress.Sent, cancellationToken);
        await progress.EnterAsync(PublishPhase.Manifests);
        await SendManifestsAsync(cancellationToken);
        await progress.EnterAsync(
            PublishPhase.Signatures,
            $"{(progress.IsTaggedEverywhere ? "looking for" : "sending")} {_plan.Signatures.Length} signatures "
                + $"and {_plan.Referrers.Length} signed statements {(progress.IsTaggedEverywhere ? "on" : "to")} each registry"
        );
        await SendAsync(content.Trust, await content.SignatureBlobsAsync(cancellationToken), _ => progress.Wrote(), cancellationToken);
        await SendSignaturesAsync(cancellationToken);
    }

    /// <summary>Sends manifests by digest, children before the index that names them.</summary>
    private async Task SendManifestsAsync(CancellationToken cancellationToken)
    {
        foreach (Descriptor subject in _plan.Subjects.Skip(1).Append(_plan.Index))
        {
            ManifestContent manifest = await content.SubjectAsync(subject, cancellationToken);
            await Task.WhenAll(
                sites.Select(async site =>
                {
                    if (await site.HasManifestAsync(subject.Digest, cancellationToken))
                        return;
                    await site.PushManifestAsync(manifest, null, cancellationToken);
                    progress.Wrote();
                })
            );
        }
    }

    /// <summary>Sends signatures and attestations under their tags, and referrers by digest; those that are there already stay.</summary>
    private async Task SendSignaturesAsync(CancellationToken cancellationToken)
    {
        foreach (PlannedSignature signature in _plan.Signatures.Concat(_plan.Attestations))
        {
            SignatureManifest ours = SignatureManifest.Parse(await content.SignatureAsync(signature, cancellationToken));
            await Task.WhenAll(
                sites.Select(async site =>
                {
                    if (await AppendAsync(site, signature.Tag, ours, cancellationToken))
                        progress.Wrote();
                })
            );
        }

        foreach (PlannedReferrer referrer in _plan.Referrers)
        {
            ManifestContent manifest = await content.ReferrerAsync(referrer, cancellationToken);
            await Task.WhenAll(
                sites.Select(async site =>
                {
                    if (await site.HasReferrerAsync(referrer.Subject, referrer.Manifest, cancellationToken))
                        return;
                    await site.PushReferrerAsync(manifest, cancellationToken);
                    progress.Wrote();
                })
            );
        }
    }

    /// <summary>Signature tags only grow: what others signed stays before ours.</summary>
    /// <returns>Whether something was missing there.</returns>
    internal static async Task<bool> AppendAsync(Repository site, string tag, SignatureManifest ours, CancellationToken cancellationToken)
    {
        SignatureManifest wanted = ours;
        if (await site.ResolveAsync(tag, cancellationToken) is { } there)
        {
            ManifestContent stored = await site.ReadManifestAsync(there.Digest, cancellationToken)
                ?? throw new ContentException($"{site.Name}:{tag}: the tag names {there.Digest}, which is missing");
            SignatureManifest theirs = SignatureManifest.Parse(stored);
            wanted = theirs.With(ours);
            if (wanted.Layers.Length == theirs.Layers.Length)
                return false;
        }

        byte[] config = wanted.Config.ToArray();
        await site.PushBlobAsync(
            Descriptor.Of(MediaType.Config, config),
            () => new MemoryStream(config, writable: false),
            cancellationToken
        );
        await site.PushManifestAsync(wanted.Content, tag, cancellationToken);
        return true;
    }

    /// <summary>Sends the blobs that are not there yet; those that a sibling's repository has are mounted.</summary>
    private Task SendAsync(IContentReader from, ImmutableArray<Descriptor> blobs, Action<int> sent, CancellationToken cancellationToken)
    {
        ParallelOptions parallel = new() { MaxDegreeOfParallelism = Parallelism, CancellationToken = cancellationToken };
        return Parallel.ForEachAsync(blobs, parallel, async (blob, token) =>
        {
            await using BlobFeed feed = new(
                blob,
                from.Name,
                async cancel =>
                    await from.OpenBlobAsync(blob, cancel) ?? throw new ContentException($"{from.Name}: blob {blob.Digest} is missing"),
                _buffers
            );
            BlobReader[] readers = [.. sites.Select(_ => feed.NewReader())];
            await Task.WhenAll(
                sites.Select(
                    async (site, i) =>
                    {
                        if (await site.PushBlobAsync(readers[i], siblings, token))
                            sent(i);
                    }
                )
            );
        });
    }
}
