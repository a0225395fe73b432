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
    public const int MaximumBundles = Evidence.MaximumBundles,
        MaximumAttestations = Evidence.MaximumAttestations,
        MaximumSignatures = Evidence.MaximumSignatures;

    private readonly ClaimCheck _claims = new(signer, official);
    private readonly StatementCheck _statements = new(signer, official);
    private readonly BundleReader _reader = new(place, signer) { TellsForeign = true };

    /// <param name="subject">The manifest or index.</param>
    /// <exception cref="RemoteException">The place could not be read.</exception>
    public async Task<ReviewedEvidence> ReadAsync(ManifestContent subject, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(subject);
        Evidence evidence = new(_reader, subject.Descriptor.Digest, subject);
        List<string> problems = [];
        ImmutableArray<ReviewedItem> signatures = await AllAsync<Descriptor>(
            async () => await evidence.SignaturesAsync(cancellationToken),
            layer => SignatureAsync(layer, evidence, cancellationToken),
            problems
        );
        ImmutableArray<ReviewedItem> bundles = await AllAsync(
            () => evidence.BundlesAsync(null, cancellationToken),
            bundle => Task.FromResult(Statement(bundle, evidence, [])),
            problems
        );
        // What proves a keyless signature is in the bundle; cosign's tag has the same envelope.
        HashSet<Digest> proven =
        [
            .. from bundle in await EmptyIfUnreadableAsync(() => evidence.BundlesAsync(null, cancellationToken), [])
            where bundle.Bundle is not null && bundles.Any(item => item.IsAccepted && item.Stored == bundle.Stored)
            select bundle.Bundle!.Envelope.Identity,
        ];
        ImmutableArray<ReviewedItem> attestations = await AllAsync(
            () => evidence.TaggedAsync(cancellationToken),
            envelope => Task.FromResult(Statement(envelope, evidence, proven)),
            problems
        );
        return new ReviewedEvidence(evidence.Digest, signatures, attestations, bundles, [.. problems, .. evidence.PassedOver]);
    }

    private static async Task<ImmutableArray<ReviewedItem>> AllAsync<T>(
        Func<Task<IReadOnlyList<T>>> list,
        Func<T, Task<ReviewedItem>> review,
        List<string> problems
    )
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
            : throw new ContentException(
                $"{evidence.Place}: the signature {layer.Digest} wanted about {evidence.Digest}, got one about {about}"
            );
    }

    private ReviewedItem Statement(StoredBundle stored, Evidence evidence, HashSet<Digest> proven)
    {
        Descriptor at = stored.Stored;
        if (stored.Problem.Length > 0)
            throw new ContentException(stored.Problem);
        if (stored.Statement is { } said)
        {
            return said.Subjects.All(subject => subject.ProblemWith(evidence.Subject) is null)
                ? throw NotAbout(at, evidence)
                : new ReviewedItem(at, _statements.Judge(stored, evidence, said.PredicateType).Failure is null, said.PredicateType);
        }

        if (stored.Foreign is not { } foreign)
            throw new ContentException($"{evidence.Place}: the content of {at.Digest} is not a statement");
        return foreign.IsAbout
            ? new ReviewedItem(at, proven.Contains(foreign.Envelope), foreign.PredicateType)
            : throw NotAbout(at, evidence);
    }

    private static ContentException NotAbout(Descriptor stored, Evidence evidence) =>
        new($"{evidence.Place}: the statement {stored.Digest} is not about {evidence.Digest}");
}

/// <summary>
/// What a place holds about one manifest, each in the place's order; what is malformed or about something else is left out.
/// </summary>
/// <param name="Subject">The manifest or index.</param>
/// <param name="Signatures">Layers under cosign's signature tag.</param>
/// <param name="Attestations">Layers under cosign's attestation tag.</param>
/// <param name="Bundles">Manifests that refer to it.</param>
/// <param name="Problems">Why something was left out.</param>
public sealed record ReviewedEvidence(
    Digest Subject,
    ImmutableArray<ReviewedItem> Signatures,
    ImmutableArray<ReviewedItem> Attestations,
    ImmutableArray<ReviewedItem> Bundles,
    ImmutableArray<string> Problems
);

/// <param name="Stored">The layer, or the manifest that refers.</param>
/// <param name="IsAccepted">Whether verification accepts it; else somebody else may have said it.</param>
/// <param name="PredicateType">The kind of statement; null for a signature in cosign's tag form.</param>
public sealed record ReviewedItem(Descriptor Stored, bool IsAccepted, string? PredicateType);
