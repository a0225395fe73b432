using System.Collections.Immutable;
using Slipway.Http;
using Slipway.Oci;
using Slipway.Registry;
using Slipway.Trust;

namespace Slipway.Release;

/// <summary>Reads from every registry what was sent there, with a client that has not seen it before.</summary>
internal sealed class ReadBack
{
    /// <summary>How many requests are under way at a time, per registry.</summary>
    private const int Parallelism = 8;

    private readonly ReleaseContent _content;
    private readonly ReleasePlan _plan;
    private readonly ImmutableArray<Repository> _sites;
    private readonly VerificationPolicy _policy;

    private ReadBack(ReleaseContent content, ImmutableArray<Repository> sites, VerificationPolicy policy)
    {
        _content = content;
        _plan = content.Plan;
        _sites = sites;
        _policy = policy;
    }

    /// <summary>
    /// Reads as everybody does where everybody may: without credentials. A repository that is not public is read with ours.
    /// </summary>
    public static async Task<ReadBack> ConnectAsync(
        ReleaseContent content,
        RegistryClient client,
        VerificationPolicy policy,
        CancellationToken cancellationToken
    )
    {
        RegistryClient anonymous = client.WithoutCredentials();
        Repository[] sites = await Task.WhenAll(
            content.Plan.Destinations.Select(async destination =>
                await IsPublicAsync(anonymous.Repository(destination)) ? anonymous.Repository(destination) : client.Repository(destination)
            )
        );
        return new ReadBack(content, [.. sites], policy);

        async Task<bool> IsPublicAsync(Repository site)
        {
            try
            {
                return await site.HasManifestAsync(content.Plan.Index.Digest, cancellationToken);
            }
            catch (RegistryException e) when (e.Fault is RemoteFault.Refused or RemoteFault.NotFound)
            {
                return false;
            }
        }
    }

    /// <summary>Every manifest by GET, every blob by HEAD, every signature verified.</summary>
    /// <exception cref="ContentException">Something is missing or differs; nothing was tagged.</exception>
    public async Task RequireCompleteAsync(CancellationToken cancellationToken)
    {
        await RequireManifestsAsync(cancellationToken);
        ImmutableArray<Descriptor> blobs =
        [
            .. await _content.BlobsAsync(cancellationToken),
            .. await _content.SignatureBlobsAsync(cancellationToken),
        ];
        await Task.WhenAll(_sites.Select(site => RequireBlobsAsync(site, blobs, cancellationToken)));
    }

    /// <summary>
    /// Every manifest by GET and every signature verified: registries collect what no tag names, so this is also done
    /// right before the tags.
    /// </summary>
    /// <exception cref="ContentException">Something is missing or differs; nothing was tagged.</exception>
    public async Task RequireManifestsAsync(CancellationToken cancellationToken)
    {
        await Task.WhenAll(
            from site in _sites
            from subject in _plan.Subjects
            select RequireManifestAsync(site, subject, cancellationToken)
        );
        await Task.WhenAll(_sites.Select(site => RequireSignaturesAsync(site, cancellationToken)));
        await Task.WhenAll(
            from site in _sites
            from attestation in _plan.Attestations
            select RequireAttestationAsync(site, attestation, cancellationToken)
        );
        await Task.WhenAll(
            from site in _sites
            from referrer in _plan.Referrers
            select RequireReferrerAsync(site, referrer, cancellationToken)
        );
    }

    private static async Task RequireManifestAsync(Repository site, Descriptor manifest, CancellationToken cancellationToken)
    {
        ManifestContent content = await site.ReadManifestAsync(manifest.Digest, cancellationToken)
            ?? throw new ContentException(
                $"{site.Name}: {manifest.Digest} was sent but is missing; nothing was tagged. Run the same command again"
            );
        if (content.Bytes.Length != manifest.Size || content.MediaType != manifest.MediaType)
            throw new ContentException(
                $"{site.Name}: {manifest.Digest}: wanted {manifest.MediaType} of {manifest.Size} bytes, "
                    + $"got {Printable.Of(content.MediaType)} of {content.Bytes.Length}; nothing was tagged"
            );
    }

    private static Task RequireBlobsAsync(Repository site, ImmutableArray<Descriptor> blobs, CancellationToken cancellationToken)
    {
        ParallelOptions parallel = new() { MaxDegreeOfParallelism = Parallelism, CancellationToken = cancellationToken };
        return Parallel.ForEachAsync(blobs, parallel, async (blob, token) =>
        {
            if (!await site.HasBlobAsync(blob, token))
                throw new ContentException(
                    $"{site.Name}: blob {blob.Digest} was sent but is missing; nothing was tagged. Run the same command again"
                );
        });
    }

    private async Task RequireSignaturesAsync(Repository site, CancellationToken cancellationToken)
    {
        VerificationResult result = await new Verifier(_plan.Signatures.IsEmpty ? _policy : _policy.WithTagForm()).VerifyAsync(
            new VerificationRequest
            {
                Content = site,
                Signatures = site,
                Wanted = _plan.Index.Digest.ToString(),
                Official = _plan.Official,
            },
            cancellationToken
        );
        if (result.Failures.FirstOrDefault() is { } failure)
            throw new ContentException(
                $"{site.Name}@{failure.Digest}: {failure.Failure!.Value.Name()}: {failure.Text}; nothing was tagged"
            );
    }

    /// <summary>The tag may hold more than ours.</summary>
    private async Task RequireAttestationAsync(Repository site, PlannedSignature attestation, CancellationToken cancellationToken)
    {
        SignatureManifest ours = SignatureManifest.Parse(await _content.SignatureAsync(attestation, cancellationToken));
        ManifestContent? there = await site.ResolveAsync(attestation.Tag, cancellationToken) is { } stored
            ? await site.ReadManifestAsync(stored.Digest, cancellationToken)
            : null;
        if (there is null || !ours.Layers.All(SignatureManifest.Parse(there).Layers.Contains))
            throw new ContentException(
                $"{site.Name}:{attestation.Tag}: attestations of {attestation.Subject} were sent but are missing; nothing was "
                    + "tagged. Run the same command again"
            );
    }

    private static async Task RequireReferrerAsync(Repository site, PlannedReferrer referrer, CancellationToken cancellationToken)
    {
        if (
            await site.ReadManifestAsync(referrer.Manifest.Digest, cancellationToken) is null
            || !await site.HasReferrerAsync(referrer.Subject, referrer.Manifest, cancellationToken)
        )
            throw new ContentException(
                $"{site.Name}: {referrer.Manifest.Digest}, which refers to {referrer.Subject}, was sent but is missing; nothing "
                    + "was tagged. Run the same command again"
            );
    }
}
