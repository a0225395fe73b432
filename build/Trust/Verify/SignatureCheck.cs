using System.Collections.Immutable;
using Slipway.Http;
using Slipway.Oci;

namespace Slipway.Trust;

/// <summary>
/// Looks for one valid signature of a manifest among those a place holds, in either of the two forms: a claim under cosign's tag,
/// or a bundle with the statement that the manifest is signed. Whoever signed in the newer form alone signed, too.
/// </summary>
internal sealed class SignatureCheck(VerificationPolicy policy, Reference official)
{
    private readonly ClaimCheck _claims = new(policy.Signer, official);
    private readonly StatementCheck _statements = new(policy.Signer, official);

    /// <summary>A valid signature, or the reason of the one that came nearest to being valid.</summary>
    /// <exception cref="RemoteException">None is valid, and one could not be judged.</exception>
    public async Task<SignatureFinding> FindAsync(Evidence evidence, CancellationToken cancellationToken)
    {
        SignatureFinding found = await NearestAsync(evidence, cancellationToken);
        return found.Unknown is { } unknown ? throw unknown : found;
    }

    private async Task<SignatureFinding> NearestAsync(Evidence evidence, CancellationToken cancellationToken)
    {
        if (policy.RequiresTagForm)
            return await ClaimedAsync(evidence, cancellationToken);
        // Where statements are wanted as well, the bundles are read in any case; else the tag alone is less to read.
        Func<Task<SignatureFinding>>[] forms = policy.Attestations.IsEmpty
            ? [() => ClaimedAsync(evidence, cancellationToken), () => SaidAsync(evidence, cancellationToken)]
            : [() => SaidAsync(evidence, cancellationToken), () => ClaimedAsync(evidence, cancellationToken)];
        SignatureFinding first = await forms[0]();
        if (first.Failure is null)
            return first;
        SignatureFinding second = await forms[1]();
        // The reasons stand in the order of the steps, so the greatest one got furthest.
        return second.Failure is null
            ? second
            : (second.Failure > first.Failure ? second : first) with
            {
                Unknown = first.Unknown ?? second.Unknown,
            };
    }

    private async Task<SignatureFinding> ClaimedAsync(Evidence evidence, CancellationToken cancellationToken) =>
        (await _claims.FindAsync(evidence, cancellationToken)).Finding;

    private async Task<SignatureFinding> SaidAsync(Evidence evidence, CancellationToken cancellationToken)
    {
        try
        {
            StatementCheck.Finding finding = _statements.Among(
                await evidence.BundlesAsync(Statement.SignType, cancellationToken),
                evidence,
                Statement.SignType
            );
            return finding.Failure is { } reason
                ? new SignatureFinding(Translated(reason), finding.Text) { Unknown = finding.Unknown }
                : new SignatureFinding(null, $"signed by {policy.Signer.Name} for {official.Name}") { Statements = finding.Statements };
        }
        catch (ContentException e)
        {
            return new SignatureFinding(FailureReason.SignatureUnreadable, e.Message);
        }
    }

    /// <summary>The same step of the way, for what says nothing but that the manifest is signed.</summary>
    private static FailureReason Translated(FailureReason reason) =>
        reason switch
        {
            FailureReason.AttestationMissing => FailureReason.SignatureMissing,
            FailureReason.AttestationUnreadable => FailureReason.SignatureUnreadable,
            FailureReason.AttestationSignedByOtherKey => FailureReason.SignedByOtherKey,
            FailureReason.StatementMalformed => FailureReason.PayloadMalformed,
            FailureReason.AttestationSubjectMismatch => FailureReason.PayloadDigestMismatch,
            FailureReason.AttestationReferenceMismatch => FailureReason.ReferenceMismatch,
            _ => throw new ArgumentOutOfRangeException(nameof(reason), reason, "not a reason of a statement"),
        };
}

/// <param name="Failure">Null when a valid signature was found.</param>
/// <param name="Text">What was found, for people.</param>
internal sealed record SignatureFinding(FailureReason? Failure, string Text)
{
    /// <summary>Why one of those that failed could not be judged at all; null when each could.</summary>
    public RemoteException? Unknown { get; init; }

    /// <summary>The statements that say so; none where it is a signature in cosign's tag form.</summary>
    public ImmutableArray<Statement> Statements { get; init; } = [];
}
