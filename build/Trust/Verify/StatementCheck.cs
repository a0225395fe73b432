using System.Collections.Immutable;
using Slipway.Http;
using Slipway.Oci;

namespace Slipway.Trust;

/// <summary>Looks among bundles for the valid statements of a kind about a manifest.</summary>
internal sealed class StatementCheck(ITrustedSigner signer, Reference official)
{
    private const int MostNamed = 8;

    /// <summary>The valid statements, or the reason of the one that came nearest to being one.</summary>
    public Finding Among(IReadOnlyList<StoredBundle> bundles, Evidence evidence, string predicateType)
    {
        Dictionary<Digest, Statement> valid = [];
        Finding nearest = new(FailureReason.AttestationMissing, $"{evidence.Place} has no {predicateType} about {evidence.Digest}");
        foreach (StoredBundle stored in bundles)
        {
            Finding finding = Judge(stored, evidence, predicateType);
            foreach (Statement statement in finding.Statements)
                valid[Digest.Of(stored.Bundle!.Envelope.Payload.Span)] = statement;
            // The reasons stand in the order of the steps, so the greatest one got furthest.
            if (finding.Failure > nearest.Failure)
                nearest = finding;
        }

        return valid.Count > 0
            ? new Finding(null, $"{predicateType} by {signer.Name}") { Statements = [.. valid.Values] }
            : nearest with
            {
                Unknown = bundles.Select(stored => stored.Unknown).FirstOrDefault(unknown => unknown is not null),
            };
    }

    /// <summary>Checks one bundle, whatever others there are.</summary>
    internal Finding Judge(StoredBundle stored, Evidence evidence, string predicateType)
    {
        if (stored.Problem.Length > 0)
            return new Finding(
                stored.Unknown is null ? FailureReason.AttestationUnreadable : FailureReason.AttestationMissing,
                stored.Problem
            );
        if (stored.Bundle is null)
            return new Finding(FailureReason.AttestationSignedByOtherKey, $"no {predicateType} by {signer.Name}");
        if (stored.Statement is not { } statement)
            return new Finding(FailureReason.StatementMalformed, $"{signer.Name} signed something that is not a statement");
        return statement.PredicateType == predicateType
            ? JudgeSubject(statement, evidence)
            : new Finding(FailureReason.AttestationMissing, "");
    }

    private Finding JudgeSubject(Statement statement, Evidence evidence)
    {
        try
        {
            if (statement.About(evidence.Subject) is not { } found)
                return new Finding(
                    FailureReason.AttestationSubjectMismatch,
                    $"{statement.PredicateType} wanted about {evidence.Digest}, got one "
                        + $"about {string.Join(", ", statement.Subjects.Take(MostNamed).Select(about => about.Digest))}"
                );
            return !official.IsNamedBy(found.Name)
                ? new Finding(
                    FailureReason.AttestationReferenceMismatch,
                    $"{statement.PredicateType} wanted about {official.Name}, got one "
                        + $"about {(found.Name.Length == 0 ? "no repository" : found.Name)}"
                )
                : new Finding(null, "") { Statements = [statement] };
        }
        catch (ContentException e)
        {
            return new Finding(FailureReason.AttestationSubjectMismatch, e.Message);
        }
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
