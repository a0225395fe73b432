using System.Collections.Concurrent;
using System.Collections.Immutable;
using Slipway.Oci;
using Slipway.Registry;

namespace Slipway.Release;

/// <summary>
/// Whether all that some manifests lead to is on every registry. Each manifest is read once, from the first registry that has
/// it, and proven by its digest; otherwise asking is by HEAD, which limits on pulling do not count. So a manifest whose bytes one
/// registry garbles while another has them right is not noticed here: whoever pulls it does.
/// </summary>
internal sealed class ContentSurvey(string image, ImmutableArray<Repository> sites)
{
    private const int Parallelism = 8;

    private readonly Dictionary<Digest, ManifestParts?> _parts = [];
    private readonly HashSet<(Repository, Digest)> _asked = [];
    private readonly ConcurrentBag<DriftFinding> _findings = [];

    /// <summary>Manifests and blobs that were asked for so far.</summary>
    public int Count => _asked.Count;

    public IEnumerable<DriftFinding> Findings => _findings;

    /// <summary>Looks for a manifest on one registry, and for everything below it.</summary>
    /// <returns>It and the manifests it names: what is to be signed.</returns>
    /// <exception cref="RegistryException">No definite answer.</exception>
    public async Task<ImmutableArray<Digest>> CheckAsync(Repository site, Digest root, CancellationToken cancellationToken)
    {
        ManifestParts? parts = await PartsAsync(root, cancellationToken);
        await RequireManifestAsync(site, root, "a tag names it", cancellationToken);
        if (parts is null)
            return [root];
        List<(Descriptor Blob, Digest Owner)> blobs = [.. parts.Blobs.Select(blob => (blob, root))];
        foreach (Descriptor child in parts.Manifests)
        {
            await RequireManifestAsync(site, child.Digest, $"index {root.Abbreviated} names it{(child.Platform is null ? "" : $" for {child.Platform}")}", cancellationToken);
            blobs.AddRange((await PartsAsync(child.Digest, cancellationToken))?.Blobs.Select(blob => (blob, child.Digest)) ?? []);
        }

        await Parallel.ForEachAsync(
            blobs.Where(each => _asked.Add((site, each.Blob.Digest))).ToList(),
            new ParallelOptions { MaxDegreeOfParallelism = Parallelism, CancellationToken = cancellationToken },
            async (each, token) => await RequireBlobAsync(site, each.Blob, each.Owner, token));
        return [root, .. parts.Manifests.Select(child => child.Digest)];
    }

    private async Task RequireManifestAsync(Repository site, Digest digest, string why, CancellationToken cancellationToken)
    {
        if (_asked.Add((site, digest)) && !await site.HasManifestAsync(digest, cancellationToken))
            Find(DriftKind.ChildMissing, site, digest, $"manifest {digest} is not there; {why}");
    }

    private async Task RequireBlobAsync(Repository site, Descriptor blob, Digest owner, CancellationToken cancellationToken)
    {
        try
        {
            if (!await site.HasBlobAsync(blob, cancellationToken))
                Find(DriftKind.ChildMissing, site, blob.Digest, $"blob {blob.Digest} is not there; manifest {owner.Abbreviated} names it");
        }
        catch (ContentException e)
        {
            Find(DriftKind.ContentDamaged, site, blob.Digest, e.Message);
        }
    }

    /// <summary>What a manifest names, from the first registry that has it whole; null when none has.</summary>
    /// <exception cref="RegistryException">None has it so far, and one of them gave no definite answer.</exception>
    private async Task<ManifestParts?> PartsAsync(Digest digest, CancellationToken cancellationToken)
    {
        if (_parts.TryGetValue(digest, out ManifestParts? known))
            return known;
        RegistryException? unsure = null;
        foreach (Repository site in sites)
        {
            try
            {
                if (await site.ReadManifestAsync(digest, cancellationToken) is { } content)
                    return _parts[digest] = ManifestParts.Of(content);
            }
            catch (ContentException e)
            {
                Find(DriftKind.ContentDamaged, site, digest, e.Message);
            }
            catch (RegistryException e)
            {
                unsure = e;
            }
        }

        return unsure is null ? _parts[digest] = null : throw unsure;
    }

    private void Find(DriftKind kind, Repository site, Digest digest, string text) =>
        _findings.Add(new DriftFinding(kind, image, site.Name, null, digest, text));
}

/// <summary>What a manifest or index names.</summary>
internal sealed record ManifestParts(ImmutableArray<Descriptor> Manifests, ImmutableArray<Descriptor> Blobs)
{
    /// <exception cref="ContentException">It is damaged, or of a type that we do not publish.</exception>
    public static ManifestParts Of(ManifestContent content) => content.MediaType switch
    {
        MediaType.Index => new ManifestParts(Oci.Index.Parse(content.Bytes).Manifests, []),
        MediaType.Manifest => new ManifestParts([], [.. Manifest.Parse(content.Bytes).Blobs]),
        _ => throw new ContentException($"{content.Descriptor.Digest}: media type wanted {MediaType.Index} or {MediaType.Manifest}, got {Printable.Of(content.MediaType)}"),
    };
}
