using System.Collections.Immutable;
using Slipway.Http;
using Slipway.Oci;

namespace Slipway.Trust;

/// <summary>Looks among bundles for the valid statements of a kind about a manifest.</summary>
internal sealed class StatementCheck(ITrustedSigner signer, Reference official)
{
    /// <summary>The valid statements, or the reason of the one that came nearest to being one.</summary>
    public async Task<Finding> AmongAsync(IReadOnlyList<StoredBundle> bundles, Evidence evidence, string predicateType, CancellationToken cancellationToken)
    {
        Dictionary<Digest, Statement> valid = [];
        Finding nearest = new(FailureReason.AttestationMissing, $"{evidence.Place} has no {predicateType} about {evidence.Digest}");
        RemoteException? unknown = null;
        foreach (StoredBundle stored in bundles)
        {
            Finding finding;
            try
            {
                finding = await JudgeAsync(stored, evidence, predicateType, cancellationToken);
            }
            catch (RemoteException e)
            {
                // Anybody's bundle can make cosign talk of an outage: it must not hide a good one behind it.
                unknown ??= e;
                continue;
            }

            foreach (Statement statement in finding.Statements)
                valid[Digest.Of(stored.Bundle!.Envelope.Payload.Span)] = statement;
            // The reasons stand in the order of the steps, so the greatest one got furthest.
            if (finding.Failure > nearest.Failure)
                nearest = finding;
        }

        return valid.Count == 0 ? nearest with { Unknown = unknown } : new Finding(null, $"{predicateType} by {signer.Name}") { Statements = [.. valid.Values] };
    }

    /// <summary>Judges one bundle, whatever others there are.</summary>
    /// <exception cref="RemoteException">It could not be judged.</exception>
    internal async Task<Finding> JudgeAsync(StoredBundle stored, Evidence evidence, string predicateType, CancellationToken cancellationToken)
    {
        if (stored.Bundle is not { } bundle)
            return new Finding(FailureReason.AttestationUnreadable, stored.Problem);
        // An unsigned envelope's kind is anybody's claim, but one that claims another kind is not what is looked for.
        if (stored.Claim is { } claim && claim.PredicateType != predicateType)
            return new Finding(FailureReason.AttestationMissing, "");
        if (!await signer.SignedAsync(bundle, evidence.Subject, cancellationToken))
            return new Finding(FailureReason.AttestationSignedByOtherKey, $"no {predicateType} by {signer.Name}");
        if (stored.Claim is not { } statement)
            return new Finding(FailureReason.StatementMalformed, $"{signer.Name} signed something that is no statement");
        if (statement.Subjects.FirstOrDefault(about => about.Digest == evidence.Digest) is not { } found)
            return new Finding(FailureReason.AttestationSubjectMismatch, $"{predicateType} wanted about {evidence.Digest}, got one about {string.Join(", ", statement.Subjects.Select(about => about.Digest))}");
        return !official.IsNamedBy(found.Name)
            ? new Finding(FailureReason.AttestationReferenceMismatch, $"{predicateType} wanted about {official.Name}, got one about {(found.Name.Length == 0 ? "no repository" : found.Name)}")
            : new Finding(null, "") { Statements = [statement] };
    }

    /// <param name="Failure">Null when a valid statement was found.</param>
    /// <param name="Text">What was found, for people.</param>
    public sealed record Finding(FailureReason? Failure, string Text)
    {
        /// <summary>Each once; there may be several, as each build of the same image has a provenance of its own.</summary>
        public ImmutableArray<Statement> Statements { get; init; } = [];

        /// <summary>Why one of those that failed could not be judged at all; null when each could.</summary>
        public RemoteException? Unknown { get; init; }
    }
}
