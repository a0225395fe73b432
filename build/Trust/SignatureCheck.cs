using Slipway.Oci;

namespace Slipway.Trust;

/// <summary>Looks for one valid signature of a manifest among those a place holds.</summary>
internal sealed class SignatureCheck(VerificationPolicy policy, IContentReader signatures, Reference official)
{
    /// <summary>More signatures than this on one manifest are not looked at.</summary>
    private const int MaximumSignatures = 64;

    /// <summary>A valid signature, or the reason of the one that came nearest to being valid.</summary>
    public async Task<Finding> FindAsync(Digest subject, CancellationToken cancellationToken)
    {
        try
        {
            string tag = SignatureManifest.TagOf(subject);
            Descriptor? stored = await signatures.ResolveAsync(tag, cancellationToken);
            if (stored is null)
                return new Finding(FailureReason.SignatureMissing, $"{signatures.Name} has no signature under {tag}");
            ManifestContent? content = await signatures.ReadManifestAsync(stored.Digest, cancellationToken);
            return content is null
                ? new Finding(FailureReason.SignatureUnreadable, $"{signatures.Name}: {tag} names {stored.Digest}, which is not there")
                : await AmongAsync(SignatureManifest.Parse(content), subject, cancellationToken);
        }
        catch (ContentException e)
        {
            return new Finding(FailureReason.SignatureUnreadable, e.Message);
        }
    }

    private async Task<Finding> AmongAsync(SignatureManifest manifest, Digest subject, CancellationToken cancellationToken)
    {
        Descriptor[] layers = [.. manifest.Layers.Where(layer => layer.MediaType == MediaType.SimpleSigning)];
        if (layers.Length == 0)
            return new Finding(FailureReason.SignatureMissing, $"the signature manifest of {subject} holds no signature");
        if (layers.Length > MaximumSignatures)
            return new Finding(FailureReason.SignatureUnreadable, $"{subject} has {layers.Length} signatures; wanted at most {MaximumSignatures}");
        Finding? nearest = null;
        foreach (Descriptor layer in layers)
        {
            Finding finding = await JudgeAsync(layer, subject, cancellationToken);
            if (finding.Failure is null)
                return finding;

            // The reasons stand in the order of the steps, so the greatest one got furthest.
            if (nearest is null || finding.Failure > nearest.Failure)
                nearest = finding;
        }

        return nearest!;
    }

    private async Task<Finding> JudgeAsync(Descriptor layer, Digest subject, CancellationToken cancellationToken)
    {
        byte[] payload;
        byte[] signature;
        try
        {
            signature = SignatureOf(layer);
            payload = await BoundedBlob.ReadAsync(signatures, layer, SimpleSigning.MaximumSize, cancellationToken)
                ?? throw new ContentException($"the payload {layer.Digest} of a signature is missing");
        }
        catch (ContentException e)
        {
            return new Finding(FailureReason.SignatureUnreadable, e.Message);
        }

        return policy.Key.Verifies(payload, signature)
            ? JudgeClaim(payload, layer, subject)
            : new Finding(FailureReason.SignedByOtherKey, $"no valid signature by the key {policy.Key.Fingerprint.Abbreviated}");
    }

    private Finding JudgeClaim(byte[] payload, Descriptor layer, Digest subject)
    {
        SimpleSigning claim;
        try
        {
            claim = SimpleSigning.Parse(payload);
        }
        catch (ContentException e)
        {
            return new Finding(FailureReason.PayloadMalformed, e.Message);
        }

        if (claim.ManifestDigest != subject)
            return new Finding(FailureReason.PayloadDigestMismatch, $"signature wanted for {subject}, got one for {claim.ManifestDigest}");
        return claim.DockerReference != official.Name
            ? new Finding(FailureReason.ReferenceMismatch, $"signature wanted for {official.Name}, got one for {claim.DockerReference}")
            : new Finding(null, $"signed by the key {policy.Key.Fingerprint.Abbreviated} for {official.Name}") { Layer = layer };
    }

    private static byte[] SignatureOf(Descriptor layer)
    {
        if (!layer.Annotations.TryGetValue(SignatureManifest.SignatureKey, out string? text))
            throw new ContentException($"layer {layer.Digest} has no annotation {SignatureManifest.SignatureKey}");
        byte[] signature = new byte[text.Length];
        return Convert.TryFromBase64String(text, signature, out int length) && length > 0
            ? signature[..length]
            : throw new ContentException($"layer {layer.Digest}: the signature is no base64");
    }

    /// <param name="Failure">Null when a valid signature was found.</param>
    public sealed record Finding(FailureReason? Failure, string Text)
    {
        /// <summary>The layer that holds the valid signature.</summary>
        public Descriptor? Layer { get; init; }
    }
}
