using System.Collections.Immutable;
using Slipway.Http;
using Slipway.Oci;

namespace Slipway.Trust;

/// <summary>Looks for one valid signature of a manifest under cosign's signature tag.</summary>
internal sealed class ClaimCheck(ITrustedSigner signer, Reference official)
{
    private const int AtOnce = 8;

    /// <summary>A valid signature, or the reason of the one that came nearest to being valid.</summary>
    public async Task<(SignatureFinding Finding, StoredSignature? Valid)> FindAsync(Evidence evidence, CancellationToken cancellationToken)
    {
        try
        {
            return await AmongAsync(await evidence.SignaturesAsync(cancellationToken), evidence, cancellationToken);
        }
        catch (ContentException e)
        {
            return (new SignatureFinding(FailureReason.SignatureUnreadable, e.Message), null);
        }
    }

    private async Task<(SignatureFinding, StoredSignature?)> AmongAsync(
        ImmutableArray<Descriptor> layers,
        Evidence evidence,
        CancellationToken cancellationToken
    )
    {
        SignatureFinding nearest = new(FailureReason.SignatureMissing, $"{evidence.Place} has no signature of {evidence.Digest}");
        RemoteException? unknown = null;
        // Each is small, and the signer's own are among the first.
        foreach (Descriptor[] some in layers.Chunk(AtOnce))
        {
            foreach (
                (SignatureFinding finding, StoredSignature? signature) in await Task.WhenAll(
                    some.Select(layer => JudgeAsync(layer, evidence, cancellationToken))
                )
            )
            {
                if (finding.Failure is null)
                    return (finding, signature);

                unknown ??= finding.Unknown;
                // The reasons stand in the order of the steps, so the greatest one got furthest.
                if (finding.Failure > nearest.Failure)
                    nearest = finding;
            }
        }

        return (nearest with { Unknown = unknown }, null);
    }

    private async Task<(SignatureFinding, StoredSignature?)> JudgeAsync(
        Descriptor layer,
        Evidence evidence,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return await JudgeAsync(await evidence.SignatureAsync(layer, cancellationToken), evidence, cancellationToken);
        }
        catch (ContentException e)
        {
            return (new SignatureFinding(FailureReason.SignatureUnreadable, e.Message), null);
        }
        catch (RemoteException e)
        {
            // One that a registry does not give away must not hide a good one behind it.
            return (new SignatureFinding(FailureReason.SignatureMissing, e.Message) { Unknown = e }, null);
        }
    }

    /// <summary>Checks one signature, whatever others there are.</summary>
    internal async Task<(SignatureFinding Finding, StoredSignature? Valid)> JudgeAsync(
        StoredSignature signature,
        Evidence evidence,
        CancellationToken cancellationToken
    )
    {
        SignatureFinding other = new(FailureReason.SignedByOtherKey, $"no valid signature by {signer.Name}");
        try
        {
            return await signer.SignedAsync(signature, cancellationToken)
                ? (JudgeClaim(signature.Payload, evidence.Digest), signature)
                : (other, null);
        }
        catch (RemoteException e)
        {
            // Anybody's signature can make cosign talk of an outage: it must not hide a good one behind it.
            return (other with { Unknown = e }, null);
        }
    }

    private SignatureFinding JudgeClaim(ReadOnlyMemory<byte> payload, Digest subject)
    {
        SimpleSigning claim;
        try
        {
            claim = SimpleSigning.Parse(payload);
        }
        catch (ContentException e)
        {
            return new SignatureFinding(FailureReason.PayloadMalformed, e.Message);
        }

        if (claim.ManifestDigest != subject)
            return new SignatureFinding(
                FailureReason.PayloadDigestMismatch,
                $"signature wanted for {subject}, got one for {claim.ManifestDigest}"
            );
        return !official.IsNamedBy(claim.DockerReference)
            ? new SignatureFinding(
                FailureReason.ReferenceMismatch,
                $"signature wanted for {official.Name}, got one for {claim.DockerReference}"
            )
            : new SignatureFinding(null, $"signed by {signer.Name} for {official.Name}");
    }
}
