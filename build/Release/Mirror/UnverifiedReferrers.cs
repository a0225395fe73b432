using System.Collections.Immutable;
using Slipway.Http;
using Slipway.Oci;

namespace Slipway.Release;

/// <summary>
/// What refers to an image and was verified by nobody here, taken whole into a folder of its own first: what is dead, malformed or too
/// large is left out and told, and stops nothing. Disposing deletes the folder.
/// </summary>
/// <param name="place">Where it is read.</param>
/// <param name="folder">Made when it is needed.</param>
/// <param name="limit">So many bytes are taken altogether.</param>
internal sealed class UnverifiedReferrers(IContentReader place, string folder, long limit) : IDisposable
{
    private const int MaximumReferrers = 1024,
        MaximumDepth = 4,
        MaximumManifests = 64;

    private readonly List<string> _leftOut = [];
    private OciLayout? _layout;
    private long _taken;

    /// <summary>What did not come along, and why.</summary>
    public IReadOnlyList<string> LeftOut => _leftOut;

    /// <summary>Where what was taken is read.</summary>
    public IContentReader Content => Layout;

    private OciLayout Layout => _layout ??= OciLayout.Create(folder);

    /// <summary>Takes what refers to some manifests, as far as it fits.</summary>
    /// <param name="known">Are taken already.</param>
    /// <returns>The manifests that refer, in the order of their digests.</returns>
    public async Task<ImmutableArray<Descriptor>> ReadAsync(
        IEnumerable<ManifestContent> subjects,
        HashSet<Digest> known,
        CancellationToken cancellationToken
    )
    {
        var taken = ImmutableArray.CreateBuilder<Descriptor>();
        foreach (Digest subject in subjects.Select(subject => subject.Descriptor.Digest))
        {
            foreach (Descriptor referrer in await ListAsync(subject, cancellationToken))
            {
                if (known.Add(referrer.Digest) && await TakesAsync(referrer, subject, cancellationToken))
                    taken.Add(referrer);
            }
        }

        return [.. taken.OrderBy(referrer => referrer.Digest.ToString(), StringComparer.Ordinal)];
    }

    public void Dispose()
    {
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
    }

    private async Task<IReadOnlyList<Descriptor>> ListAsync(Digest subject, CancellationToken cancellationToken)
    {
        try
        {
            ReferrerList list = await place.ListReferrersAsync(subject, null, cancellationToken);
            _leftOut.AddRange(list.PassedOver);
            if (list.Referrers.Length > MaximumReferrers)
                _leftOut.Add(
                    $"{place.Name}: {list.Referrers.Length - MaximumReferrers} of {list.Referrers.Length} that refer to {subject}; "
                        + $"wanted at most {MaximumReferrers}"
                );
            return [.. list.Referrers.OrderBy(referrer => referrer.Digest.ToString(), StringComparer.Ordinal).Take(MaximumReferrers)];
        }
        catch (ContentException e)
        {
            _leftOut.Add(e.Message);
            return [];
        }
    }

    private async Task<bool> TakesAsync(Descriptor referrer, Digest subject, CancellationToken cancellationToken)
    {
        try
        {
            List<ManifestContent> manifests = [];
            List<Descriptor> blobs = [];
            await ReadAsync(referrer.Digest, manifests, blobs, 1, cancellationToken);
            if (SubjectOf(manifests[^1]) is var about && about != subject)
                throw new ContentException(
                    $"{place.Name}: the referrer {referrer.Digest}: its subject wanted {subject}, got {about?.ToString() ?? "none"}"
                );
            long size = manifests.Sum(manifest => (long)manifest.Bytes.Length) + blobs.Sum(blob => blob.Size);
            if (size > limit - _taken)
                throw new ContentException(
                    $"{place.Name}: the referrer {referrer.Digest} has {size} bytes, and of {limit} that --limit "
                        + $"allows {limit - _taken} are left"
                );
            foreach (Descriptor blob in blobs)
                await TakeAsync(blob, cancellationToken);
            foreach (ManifestContent manifest in manifests)
                await Layout.AddManifestAsync(manifest, cancellationToken);
            _taken += size;
            return true;
        }
        catch (Exception e) when (e is ContentException or RemoteException)
        {
            _leftOut.Add(e.Message);
            return false;
        }
    }

    private async Task TakeAsync(Descriptor blob, CancellationToken cancellationToken)
    {
        await using Stream content = await place.OpenBlobAsync(blob, cancellationToken)
            ?? throw new ContentException($"{place.Name}: blob {blob.Digest} is missing");
        await Layout.AddBlobAsync(blob, content, cancellationToken);
    }

    /// <summary>Reads a manifest and all that it names, children first.</summary>
    private async Task ReadAsync(
        Digest digest,
        List<ManifestContent> manifests,
        List<Descriptor> blobs,
        int depth,
        CancellationToken cancellationToken
    )
    {
        ManifestContent content = await place.ReadManifestAsync(digest, cancellationToken)
            ?? throw new ContentException($"{place.Name}: {digest} is missing");
        ManifestParts parts = ManifestParts.Of(content);
        if (depth > MaximumDepth || manifests.Count + parts.Manifests.Length >= MaximumManifests)
            throw new ContentException(
                $"{place.Name}: {digest} is nested deeper than {MaximumDepth} manifests, or names more than {MaximumManifests}"
            );
        foreach (Descriptor child in parts.Manifests)
            await ReadAsync(child.Digest, manifests, blobs, depth + 1, cancellationToken);
        blobs.AddRange(parts.Blobs.DistinctBy(blob => blob.Digest));
        manifests.Add(content);
    }

    private static Digest? SubjectOf(ManifestContent manifest) =>
        OciJson.Read(manifest.Bytes, "referrer", root =>
            root.TryGetProperty("subject", out var subject) && subject.ValueKind == System.Text.Json.JsonValueKind.Object
                ? OciJson.ReadDescriptor(subject).Digest
                : null
        );
}
