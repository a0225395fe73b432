using System.Collections.Immutable;
using Slipway.Oci;
using Slipway.Registry;
using Slipway.Trust;

namespace Slipway.Release;

/// <summary>Reads from every registry what was sent there, with a client that has not seen it before.</summary>
internal sealed class ReadBack(ReleasePlan plan, OciLayout layout, ImmutableArray<Repository> sites, VerificationPolicy policy)
{
    /// <summary>Every manifest by GET, every blob by HEAD, every signature verified.</summary>
    /// <exception cref="ContentException">Something is missing or differs; nothing was tagged.</exception>
    public async Task RequireCompleteAsync(CancellationToken cancellationToken)
    {
        await RequireManifestsAsync(cancellationToken);
        await Task.WhenAll(sites.Select(site => RequireBlobsAsync(site, cancellationToken)));
    }

    /// <summary>
    /// Every manifest by GET and every signature verified: registries collect what no tag names, so this is also done
    /// right before the tags.
    /// </summary>
    /// <exception cref="ContentException">Something is missing or differs; nothing was tagged.</exception>
    public async Task RequireManifestsAsync(CancellationToken cancellationToken)
    {
        await Task.WhenAll(
            from site in sites from subject in plan.Subjects select RequireManifestAsync(site, subject, cancellationToken));
        await Task.WhenAll(sites.Select(site => RequireSignaturesAsync(site, cancellationToken)));
    }

    private static async Task RequireManifestAsync(Repository site, Descriptor manifest, CancellationToken cancellationToken)
    {
        ManifestContent content = await site.ReadManifestAsync(manifest.Digest, cancellationToken)
            ?? throw new ContentException($"{site.Name}: {manifest.Digest} was sent and is not there; nothing was tagged. Run the same command again");
        if (content.Bytes.Length != manifest.Size || content.MediaType != manifest.MediaType)
            throw new ContentException($"{site.Name}: {manifest.Digest}: wanted {manifest.MediaType} of {manifest.Size} bytes, got {content.MediaType} of {content.Bytes.Length}; nothing was tagged");
    }

    private async Task RequireBlobsAsync(Repository site, CancellationToken cancellationToken)
    {
        foreach (Descriptor subject in plan.Subjects.Skip(1))
        {
            ManifestContent content = (await layout.ReadManifestAsync(subject.Digest, cancellationToken))!;
            foreach (Descriptor blob in Manifest.Parse(content.Bytes).Blobs)
            {
                if (!await site.HasBlobAsync(blob, cancellationToken))
                    throw new ContentException($"{site.Name}: blob {blob.Digest} was sent and is not there; nothing was tagged. Run the same command again");
            }
        }
    }

    private async Task RequireSignaturesAsync(Repository site, CancellationToken cancellationToken)
    {
        VerificationResult result = await new Verifier(policy).VerifyAsync(
            new VerificationRequest
            {
                Content = site,
                Signatures = site,
                Wanted = plan.Index.Digest.ToString(),
                Official = plan.Official,
            },
            cancellationToken);
        if (result.Failures.FirstOrDefault() is { } failure)
            throw new ContentException($"{site.Name}@{failure.Digest}: {failure.Failure!.Value.Name()}: {failure.Text}; nothing was tagged");
    }
}
