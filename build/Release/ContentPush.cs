using System.Collections.Immutable;
using Slipway.Oci;
using Slipway.Registry;
using Slipway.Trust;

namespace Slipway.Release;

/// <summary>Sends a plan's content to every registry, without any release tag.</summary>
internal sealed class ContentPush(
    ReleasePlan plan, OciLayout layout, OciLayout trust, ImmutableArray<Repository> sites, Action<string> log)
{
    private const int Parallelism = 4;

    /// <summary>Sends the blobs that are not there yet.</summary>
    /// <returns>How many were sent, by registry.</returns>
    public async Task<ImmutableArray<int>> BlobsAsync(CancellationToken cancellationToken)
    {
        Descriptor[] blobs = await BlobsOfAsync(layout, plan.Subjects.Skip(1), cancellationToken);
        log($"{plan.Image}: sending {blobs.Length} blobs, {blobs.Sum(blob => blob.Size) / 1e6:0.0} MB, to each registry");
        return await SendAsync(layout, blobs, cancellationToken);
    }

    /// <summary>Sends manifests by digest, children before the index that names them.</summary>
    public async Task ManifestsAsync(CancellationToken cancellationToken)
    {
        foreach (Descriptor subject in plan.Subjects.Skip(1).Append(plan.Index))
        {
            ManifestContent content = await ManifestAsync(layout, subject, cancellationToken);
            await Task.WhenAll(sites.Select(async site =>
            {
                if (!await site.HasManifestAsync(subject.Digest, cancellationToken))
                    await site.PushManifestAsync(content, null, cancellationToken);
            }));
        }
    }

    /// <summary>Sends signatures under their tags; those that are there already stay.</summary>
    public async Task SignaturesAsync(CancellationToken cancellationToken)
    {
        log($"{plan.Image}: sending {plan.Signatures.Length} signatures to each registry");
        Descriptor[] blobs = await BlobsOfAsync(trust, plan.Signatures.Select(signature => signature.Manifest), cancellationToken);
        await SendAsync(trust, blobs, cancellationToken);
        foreach (PlannedSignature signature in plan.Signatures)
        {
            SignatureManifest ours = SignatureManifest.Parse(await ManifestAsync(trust, signature.Manifest, cancellationToken));
            await Task.WhenAll(sites.Select(site => AppendAsync(site, signature.Tag, ours, cancellationToken)));
        }
    }

    /// <summary>Signature tags only grow: what others signed stays before ours.</summary>
    private static async Task AppendAsync(Repository site, string tag, SignatureManifest ours, CancellationToken cancellationToken)
    {
        SignatureManifest wanted = ours;
        if (await site.ResolveAsync(tag, cancellationToken) is { } there)
        {
            ManifestContent content = await site.ReadManifestAsync(there.Digest, cancellationToken)
                ?? throw new ContentException($"{site.Name}:{tag}: the tag names {there.Digest}, which is not there");
            SignatureManifest theirs = SignatureManifest.Parse(content);
            wanted = theirs.With(ours);
            if (wanted.Layers.Length == theirs.Layers.Length)
                return;
        }

        byte[] config = wanted.Config.ToArray();
        await site.PushBlobAsync(Descriptor.Of(MediaType.Config, config), () => new MemoryStream(config, writable: false), cancellationToken);
        await site.PushManifestAsync(wanted.Content, tag, cancellationToken);
    }

    private async Task<ImmutableArray<int>> SendAsync(OciLayout from, Descriptor[] blobs, CancellationToken cancellationToken)
    {
        int[] sent = new int[sites.Length];
        ParallelOptions parallel = new() { MaxDegreeOfParallelism = Parallelism, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(
            from blob in blobs from site in Enumerable.Range(0, sites.Length) select (blob, site),
            parallel,
            async (at, token) =>
            {
                if (await sites[at.site].PushBlobAsync(at.blob, () => from.OpenBlob(at.blob), token))
                    Interlocked.Increment(ref sent[at.site]);
            });
        return [.. sent];
    }

    /// <summary>The distinct blobs of some manifests, in ordinal order of their digests.</summary>
    private static async Task<Descriptor[]> BlobsOfAsync(OciLayout from, IEnumerable<Descriptor> manifests, CancellationToken cancellationToken)
    {
        Dictionary<Digest, Descriptor> blobs = [];
        foreach (Descriptor manifest in manifests)
        {
            foreach (Descriptor blob in Manifest.Parse((await ManifestAsync(from, manifest, cancellationToken)).Bytes).Blobs)
                blobs[blob.Digest] = blob;
        }

        return [.. blobs.Values.OrderBy(blob => blob.Digest.ToString(), StringComparer.Ordinal)];
    }

    private static async Task<ManifestContent> ManifestAsync(OciLayout from, Descriptor manifest, CancellationToken cancellationToken) =>
        await from.ReadManifestAsync(manifest.Digest, cancellationToken)
            ?? throw new ContentException($"{from.Name}: {manifest.Digest} is missing");
}
