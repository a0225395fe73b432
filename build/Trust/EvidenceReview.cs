using System.Collections.Immutable;
using Slipway.Http;
using Slipway.Oci;

namespace Slipway.Trust;

/// <summary>
/// Sorts all that a place holds about manifests, within the bounds of verification, into what the signer verifiably said, what others may
/// have said, and what is of no use: so who copies it knows what has to come along, and what may.
/// </summary>
public sealed class EvidenceReview(ITrustedSigner signer, Reference official, IContentReader place)
{
    /// <summary>More than these of one manifest are not looked at by any verification.</summary>
    public const int MaximumBundles = Evidence.MaximumBundles, MaximumAttestations = Evidence.MaximumAttestations, MaximumSignatures = Evidence.MaximumSignatures;

    private readonly ClaimCheck _claims = new(signer, official);
    private readonly StatementCheck _statements = new(signer, official);
    private readonly BundleReader _reader = new(place);

    /// <param name="subject">The manifest or index.</param>
    /// <exception cref="RemoteException">The place could not be read.</exception>
    public async Task<ReviewedEvidence> ReadAsync(ManifestContent subject, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(subject);
        Evidence evidence = new(_reader, subject.Descriptor.Digest, subject);
        List<string> problems = [];
        ImmutableArray<ReviewedItem> signatures = await AllAsync<Descriptor>(
            async () => await evidence.SignaturesAsync(cancellationToken), layer => SignatureAsync(layer, evidence, cancellationToken), problems);
        ImmutableArray<ReviewedItem> bundles = await AllAsync(
            () => evidence.BundlesAsync(null, cancellationToken), bundle => StatementAsync(bundle, evidence, [], cancellationToken), problems);
        // What proves a keyless signature is in the bundle; cosign's tag has the same envelope.
        HashSet<DsseEnvelope> proven = [.. from bundle in await EmptyIfUnreadableAsync(() => evidence.BundlesAsync(null, cancellationToken), [])
                                           where bundles.Any(item => item.IsAccepted && item.Stored == bundle.Stored)
                                           select bundle.Bundle!.Envelope];
        ImmutableArray<ReviewedItem> attestations = await AllAsync(
            () => evidence.TaggedAsync(cancellationToken), envelope => StatementAsync(envelope, evidence, proven, cancellationToken), problems);
        return new ReviewedEvidence(evidence.Digest, signatures, attestations, bundles, [.. problems]);
    }

    private static async Task<ImmutableArray<ReviewedItem>> AllAsync<T>(
        Func<Task<IReadOnlyList<T>>> list, Func<T, Task<ReviewedItem>> review, List<string> problems)
    {
        var items = ImmutableArray.CreateBuilder<ReviewedItem>();
        foreach (T each in await EmptyIfUnreadableAsync(list, problems))
        {
            try
            {
                items.Add(await review(each));
            }
            catch (ContentException e)
            {
                problems.Add(e.Message);
            }
        }

        return items.ToImmutable();
    }

    private static async Task<IReadOnlyList<T>> EmptyIfUnreadableAsync<T>(Func<Task<IReadOnlyList<T>>> list, List<string> problems)
    {
        try
        {
            return await list();
        }
        catch (ContentException e)
        {
            problems.Add(e.Message);
            return [];
        }
    }

    private async Task<ReviewedItem> SignatureAsync(Descriptor layer, Evidence evidence, CancellationToken cancellationToken)
    {
        StoredSignature signature = await evidence.SignatureAsync(layer, cancellationToken);
        SignatureFinding finding = (await _claims.JudgeAsync(signature, evidence, cancellationToken)).Finding;
        // Nobody vouches for another's claim: it is read for nothing but what it is about.
        Digest about = SimpleSigning.Parse(signature.Payload).ManifestDigest;
        return about == evidence.Digest
            ? new ReviewedItem(layer, finding.Failure is null, null)
            : throw new ContentException($"{evidence.Place}: the signature {layer.Digest} wanted about {evidence.Digest}, got one about {about}");
    }

    private async Task<ReviewedItem> StatementAsync(
        StoredBundle stored, Evidence evidence, HashSet<DsseEnvelope> proven, CancellationToken cancellationToken)
    {
        if (stored.Bundle is not { } bundle)
            throw new ContentException(stored.Problem);
        Descriptor at = stored.Stored!;
        if (stored.Claim is not { } claim)
            throw new ContentException($"{evidence.Place}: what {at.Digest} holds is no statement");
        if (!claim.IsAbout(evidence.Digest))
            throw new ContentException($"{evidence.Place}: the statement {at.Digest} is not about {evidence.Digest}");
        bool isAccepted = proven.Contains(bundle.Envelope) || await IsAcceptedAsync(stored, evidence, claim, cancellationToken);
        return new ReviewedItem(at, isAccepted, claim.PredicateType);
    }

    private async Task<bool> IsAcceptedAsync(StoredBundle stored, Evidence evidence, Statement claim, CancellationToken cancellationToken)
    {
        try
        {
            return (await _statements.JudgeAsync(stored, evidence, claim.PredicateType, cancellationToken)).Failure is null;
        }
        catch (RemoteException)
        {
            // Anybody's bundle can make cosign talk of an outage: it comes along as what nobody verified.
            return false;
        }
    }
}

/// <summary>What a place holds about one manifest, each in the place's order; what is malformed or about something else is left out.</summary>
/// <param name="Subject">The manifest or index.</param>
/// <param name="Signatures">Layers under cosign's signature tag.</param>
/// <param name="Attestations">Layers under cosign's attestation tag.</param>
/// <param name="Bundles">Manifests that refer to it.</param>
/// <param name="Problems">Why something was left out.</param>
public sealed record ReviewedEvidence(
    Digest Subject, ImmutableArray<ReviewedItem> Signatures, ImmutableArray<ReviewedItem> Attestations, ImmutableArray<ReviewedItem> Bundles, ImmutableArray<string> Problems);

/// <param name="Stored">The layer, or the manifest that refers.</param>
/// <param name="IsAccepted">Whether verification accepts it; else somebody else may have said it.</param>
/// <param name="PredicateType">The kind of statement; null for a signature in cosign's tag form.</param>
public sealed record ReviewedItem(Descriptor Stored, bool IsAccepted, string? PredicateType);
