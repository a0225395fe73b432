using System.Collections.Immutable;
using Slipway.Oci;

namespace Slipway.Trust;

/// <summary>
/// Looks for the valid statements of a kind about a manifest among those that a place holds, as bundles that refer to it or under
/// cosign's attestation tag.
/// </summary>
internal sealed class AttestationCheck(VerificationPolicy policy, IContentReader attestations, Reference official)
{
    /// <summary>More attestations than this under one tag are not looked at.</summary>
    private const int MaximumAttestations = 256;

    /// <summary>The valid statements, or the reason of the one that came nearest to being one.</summary>
    public async Task<Finding> FindAsync(Digest subject, string predicateType, CancellationToken cancellationToken)
    {
        Dictionary<Digest, Statement> valid = [];
        Finding nearest = new(FailureReason.AttestationMissing, $"{attestations.Name} has no {predicateType} about {subject}");
        try
        {
            foreach ((DsseEnvelope? envelope, string problem) in
                (await BundleReader.ReadAsync(attestations, subject, cancellationToken)).Concat(await TaggedAsync(subject, cancellationToken)))
            {
                Finding finding = envelope is null ? new Finding(FailureReason.AttestationUnreadable, problem) : Judge(envelope, subject, predicateType);
                foreach (Statement statement in finding.Statements)
                    valid[Digest.Of(envelope!.Payload.Span)] = statement;
                // The reasons stand in the order of the steps, so the greatest one got furthest.
                if (finding.Failure > nearest.Failure)
                    nearest = finding;
            }
        }
        catch (ContentException e) when (nearest.Failure == FailureReason.AttestationMissing && valid.Count == 0)
        {
            return new Finding(FailureReason.AttestationUnreadable, e.Message);
        }

        return valid.Count == 0 ? nearest : new Finding(null, $"{predicateType} by the key {policy.Key.Fingerprint.Abbreviated}") { Statements = [.. valid.Values] };
    }

    private Finding Judge(DsseEnvelope envelope, Digest subject, string predicateType)
    {
        // An unsigned envelope's kind is anybody's claim, but one that claims another kind is not what is looked for.
        if (envelope.Statement is { } claimed && claimed.PredicateType != predicateType)
            return new Finding(FailureReason.AttestationMissing, "");
        if (!envelope.IsSignedBy(policy.Key))
            return new Finding(FailureReason.AttestationSignedByOtherKey, $"no {predicateType} by the key {policy.Key.Fingerprint.Abbreviated}");
        if (envelope.Statement is not { } statement)
            return new Finding(FailureReason.StatementMalformed, $"the key {policy.Key.Fingerprint.Abbreviated} signed something that is no statement");
        if (statement.Subjects.FirstOrDefault(about => about.Digest == subject) is not { } found)
            return new Finding(FailureReason.AttestationSubjectMismatch, $"{predicateType} wanted about {subject}, got one about {string.Join(", ", statement.Subjects.Select(about => about.Digest))}");
        return found.Name != official.Name
            ? new Finding(FailureReason.AttestationReferenceMismatch, $"{predicateType} wanted about {official.Name}, got one about {(found.Name.Length == 0 ? "no repository" : found.Name)}")
            : new Finding(null, "") { Statements = [statement] };
    }

    private async Task<IReadOnlyList<(DsseEnvelope? Envelope, string Problem)>> TaggedAsync(Digest subject, CancellationToken cancellationToken)
    {
        string tag = AttestationLayer.TagOf(subject);
        if (await attestations.ResolveAsync(tag, cancellationToken) is not { } stored)
            return [];
        ManifestContent content = await attestations.ReadManifestAsync(stored.Digest, cancellationToken)
            ?? throw new ContentException($"{attestations.Name}: {tag} names {stored.Digest}, which is not there");
        Descriptor[] layers = [.. SignatureManifest.Parse(content).Layers.Where(layer => layer.MediaType == MediaType.DsseEnvelope)];
        if (layers.Length > MaximumAttestations)
            throw new ContentException($"{subject} has {layers.Length} attestations; wanted at most {MaximumAttestations}");
        List<(DsseEnvelope?, string)> found = [];
        foreach (Descriptor layer in layers)
        {
            try
            {
                byte[] bytes = await BoundedBlob.ReadAsync(attestations, layer, DsseEnvelope.MaximumSize, cancellationToken)
                    ?? throw new ContentException($"{attestations.Name}: the attestation {layer.Digest} is missing");
                found.Add((DsseEnvelope.Parse(bytes), ""));
            }
            catch (ContentException e)
            {
                found.Add((null, e.Message));
            }
        }

        return found;
    }

    /// <param name="Failure">Null when a valid statement was found.</param>
    public sealed record Finding(FailureReason? Failure, string Text)
    {
        /// <summary>Each once; there may be several, as each build of the same image has a provenance of its own.</summary>
        public ImmutableArray<Statement> Statements { get; init; } = [];
    }
}
