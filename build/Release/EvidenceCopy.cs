using System.Collections.Immutable;
using Slipway.Oci;
using Slipway.Registry;

namespace Slipway.Release;

/// <summary>
/// Copies what is said about some manifests beside their signatures, whatever it is: referrers (distribution specification,
/// "Listing Referrers"), and what cosign keeps under tags as <c>sha256-….att</c>. By digest and unread; nothing is taken away.
/// </summary>
internal sealed class EvidenceCopy(Repository source, Repository destination)
{
    private const int MaximumDepth = 4;

    private readonly PieceBuffers _buffers = new();
    private readonly HashSet<Digest> _copied = [];

    /// <summary>Tags beside a manifest but its signatures, which are copied by publishing.</summary>
    private static readonly ImmutableArray<string> Kinds = [".att", ".sbom"];

    /// <summary>Whether every such tag is free at the destination, or names the same.</summary>
    /// <exception cref="ContentException">One names something else, which this would take away.</exception>
    public async Task RequireFreeAsync(IEnumerable<Descriptor> subjects, CancellationToken cancellationToken)
    {
        foreach (string tag in subjects.SelectMany(TagsOf))
        {
            if (await source.ResolveAsync(tag, cancellationToken) is { } wanted && await destination.ResolveAsync(tag, cancellationToken) is { } there && there.Digest != wanted.Digest)
                throw new ContentException($"{destination.Name}:{tag}: wanted {wanted.Digest}, got {there.Digest}: it holds something else about the release, which stays; nothing was copied");
        }
    }

    /// <returns>How many manifests were sent.</returns>
    /// <exception cref="ContentException">The source lacks what it lists.</exception>
    public async Task<int> RunAsync(IEnumerable<Descriptor> subjects, CancellationToken cancellationToken)
    {
        foreach (Descriptor subject in subjects)
        {
            Digest[] listed = [.. (await destination.ReferrersAsync(subject.Digest, null, cancellationToken)).Select(referrer => referrer.Digest)];
            foreach (Descriptor referrer in await source.ReferrersAsync(subject.Digest, null, cancellationToken))
            {
                if (!listed.Contains(referrer.Digest) || !await destination.HasManifestAsync(referrer.Digest, cancellationToken))
                    await destination.PushReferrerAsync(await CopyAsync(referrer.Digest, 1, cancellationToken), cancellationToken);
            }

            foreach (string tag in TagsOf(subject))
            {
                if (await source.ResolveAsync(tag, cancellationToken) is { } evidence && await destination.ResolveAsync(tag, cancellationToken) is null)
                    await destination.PushManifestAsync(await CopyAsync(evidence.Digest, 1, cancellationToken), tag, cancellationToken);
            }
        }

        return _copied.Count;
    }

    /// <summary>Sends what a manifest names, and returns it, unsent.</summary>
    private async Task<ManifestContent> CopyAsync(Digest digest, int depth, CancellationToken cancellationToken)
    {
        ManifestContent content = await MirrorPlan.ReadAsync(source, digest, cancellationToken);
        if (!_copied.Add(digest))
            return content;
        if (depth > MaximumDepth)
            throw new ContentException($"{source.Name}: {digest} is nested deeper than {MaximumDepth} manifests");
        ManifestParts parts = ManifestParts.Of(content);
        foreach (Descriptor child in parts.Manifests)
            await destination.PushManifestAsync(await CopyAsync(child.Digest, depth + 1, cancellationToken), null, cancellationToken);
        foreach (Descriptor blob in parts.Blobs)
        {
            await using BlobFeed feed = new(
                blob,
                source.Name,
                async cancel => await source.OpenBlobAsync(blob, cancel) ?? throw new ContentException($"{source.Name}: blob {blob.Digest} is missing"),
                _buffers);
            await destination.PushBlobAsync(feed.NewReader(), [], cancellationToken);
        }

        return content;
    }

    private static IEnumerable<string> TagsOf(Descriptor subject) => Kinds.Select(kind => $"{subject.Digest.Algorithm}-{subject.Digest.Hex}{kind}");
}
