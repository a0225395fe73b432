using Slipway.Oci;
using Slipway.Registry;

namespace Slipway.Release;

/// <summary>
/// Copies what is said about some manifests in forms that no signature proves to this program: referrers of other types than bundles
/// (distribution specification, "Listing Referrers"), and cosign's tag <c>sha256-….sbom</c>. By digest and unread; nothing is taken away.
/// </summary>
internal sealed class EvidenceCopy(Repository source, Repository destination)
{
    private const int MaximumDepth = 4;

    /// <summary>More referrers of one manifest than this are not copied, and none that leads to more manifests.</summary>
    private const int MaximumReferrers = 256,
        MaximumManifests = 64;

    private readonly PieceBuffers _buffers = new();
    private readonly List<string> _leftBehind = [];

    /// <summary>What did not come along, and why.</summary>
    public IReadOnlyList<string> LeftBehind => _leftBehind;

    /// <summary>Whether every such tag is free at the destination, or names the same.</summary>
    /// <exception cref="ContentException">
    /// One names something else, which this would take away: the tag holds one document and cannot grow.
    /// </exception>
    public async Task RequireFreeAsync(IEnumerable<Descriptor> subjects, CancellationToken cancellationToken)
    {
        foreach (string tag in subjects.Select(TagOf))
        {
            if (
                await source.ResolveAsync(tag, cancellationToken) is { } wanted
                && await destination.ResolveAsync(tag, cancellationToken) is { } there
                && there.Digest != wanted.Digest
            )
                throw new ContentException(
                    $"{destination.Name}:{tag}: wanted {wanted.Digest}, got {there.Digest}: it holds something else about the "
                        + "release, which stays; nothing was copied"
                );
        }
    }

    /// <returns>How many manifests were sent.</returns>
    /// <exception cref="ContentException">The source lacks what a tag names.</exception>
    public async Task<int> RunAsync(IEnumerable<Descriptor> subjects, CancellationToken cancellationToken)
    {
        int sent = 0;
        foreach (Descriptor subject in subjects)
        {
            foreach (Digest referrer in await MissingAsync(subject.Digest, cancellationToken))
            {
                if (await SoundAsync(referrer, subject.Digest, cancellationToken) is not { } manifests)
                    continue;
                await SendAsync(manifests, cancellationToken);
                await destination.PushReferrerAsync(manifests[^1], cancellationToken);
                sent += manifests.Count;
            }

            if (
                await source.ResolveAsync(TagOf(subject), cancellationToken) is { } tagged
                && await destination.ResolveAsync(TagOf(subject), cancellationToken) is null
            )
            {
                List<ManifestContent> manifests = [];
                await ReadAsync(tagged.Digest, manifests, 1, cancellationToken);
                await SendAsync(manifests, cancellationToken);
                await destination.PushManifestAsync(manifests[^1], TagOf(subject), cancellationToken);
                sent += manifests.Count;
            }
        }

        return sent;
    }

    private async Task<IReadOnlyList<Digest>> MissingAsync(Digest subject, CancellationToken cancellationToken)
    {
        HashSet<Digest> listed =
        [
            .. (await destination.ReferrersAsync(subject, null, cancellationToken)).Select(referrer => referrer.Digest),
        ];
        List<Digest> missing = [];
        Digest[] there =
        [
            .. (await source.ReferrersAsync(subject, null, cancellationToken))
                .Where(referrer => referrer.ArtifactType != MediaType.SigstoreBundle)
                .Select(referrer => referrer.Digest),
        ];
        foreach (Digest referrer in there.Take(MaximumReferrers))
        {
            if (!listed.Contains(referrer) || !await destination.HasManifestAsync(referrer, cancellationToken))
                missing.Add(referrer);
        }

        if (there.Length > MaximumReferrers)
            _leftBehind.Add(
                $"{source.Name}: {there.Length - MaximumReferrers} of {there.Length} that refer to {subject}; wanted at "
                    + $"most {MaximumReferrers}"
            );
        return missing;
    }

    /// <summary>A referrer with all below it, itself last; null when it is not whole there or is about something else.</summary>
    private async Task<IReadOnlyList<ManifestContent>?> SoundAsync(Digest referrer, Digest subject, CancellationToken cancellationToken)
    {
        try
        {
            List<ManifestContent> manifests = [];
            await ReadAsync(referrer, manifests, 1, cancellationToken);
            Require(manifests[^1], subject);
            return manifests;
        }
        catch (ContentException e)
        {
            _leftBehind.Add(e.Message);
            return null;
        }
    }

    /// <summary>A list's claims are not believed: a bundle by another name would escape the bounds for bundles.</summary>
    private void Require(ManifestContent referrer, Digest subject)
    {
        (Digest? about, string? type) = OciJson.Read(referrer.Bytes, "referrer", root =>
            (
                root.Find("subject") is { } named ? OciJson.ReadDescriptor(named).Digest : null,
                root.OptionalString("artifactType") is { Length: > 0 } own ? own : root.Find("config")?.RequiredString("mediaType")
            )
        );
        if (about != subject)
            throw new ContentException(
                $"{source.Name}: {referrer.Descriptor.Digest}: its subject wanted {subject}, got {about?.ToString() ?? "none"}"
            );
        if (type == MediaType.SigstoreBundle)
            throw new ContentException(
                $"{source.Name}: {referrer.Descriptor.Digest}: it holds a bundle, and the list of referrers says otherwise"
            );
    }

    /// <summary>Reads a manifest and all that it names, children first, and sees that their blobs are there.</summary>
    private async Task ReadAsync(Digest digest, List<ManifestContent> read, int depth, CancellationToken cancellationToken)
    {
        ManifestContent content = await MirrorPlan.ReadAsync(source, digest, cancellationToken);
        ManifestParts parts = ManifestParts.Of(content);
        if (depth > MaximumDepth || read.Count + parts.Manifests.Length >= MaximumManifests)
            throw new ContentException(
                $"{source.Name}: {digest} is nested deeper than {MaximumDepth} manifests, or names more than {MaximumManifests}"
            );
        foreach (Descriptor child in parts.Manifests)
            await ReadAsync(child.Digest, read, depth + 1, cancellationToken);
        foreach (Descriptor blob in parts.Blobs)
        {
            if (!await source.HasBlobAsync(blob, cancellationToken))
                throw new ContentException($"{source.Name}: blob {blob.Digest}, which {digest} names, is missing");
        }

        read.Add(content);
    }

    /// <summary>Sends all but the last manifest, and the blobs of all.</summary>
    private async Task SendAsync(IReadOnlyList<ManifestContent> manifests, CancellationToken cancellationToken)
    {
        foreach (ManifestContent manifest in manifests)
        {
            foreach (Descriptor blob in ManifestParts.Of(manifest).Blobs)
                await SendAsync(blob, cancellationToken);
            if (manifest != manifests[^1])
                await destination.PushManifestAsync(manifest, null, cancellationToken);
        }
    }

    private async Task SendAsync(Descriptor blob, CancellationToken cancellationToken)
    {
        await using BlobFeed feed = new(
            blob,
            source.Name,
            async cancel =>
                await source.OpenBlobAsync(blob, cancel) ?? throw new ContentException($"{source.Name}: blob {blob.Digest} is missing"),
            _buffers
        );
        await destination.PushBlobAsync(feed.NewReader(), [], cancellationToken);
    }

    private static string TagOf(Descriptor subject) => $"{subject.Digest.Algorithm}-{subject.Digest.Hex}.sbom";
}
