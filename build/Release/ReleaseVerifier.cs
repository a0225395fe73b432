using System.Collections.Immutable;
using Slipway.Http;
using Slipway.Images;
using Slipway.Oci;
using Slipway.Trust;

namespace Slipway.Release;

/// <summary>
/// Judges a release as its users do: signatures and statements by the policy, then what the statements say. Where there are
/// several valid statements of a kind, as after two builds of the same image, one that says the right thing suffices.
/// </summary>
/// <param name="policy">What must be signed by whom; SBOM and provenance are wanted beside it.</param>
/// <param name="expectation">What the statements must say.</param>
public sealed class ReleaseVerifier(VerificationPolicy policy, ReleaseExpectation expectation)
{
    /// <exception cref="RemoteException">A place could not be read, so nothing is known.</exception>
    public async Task<VerificationResult> VerifyAsync(VerificationRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        VerificationPolicy full = policy.WithAttestations(Statement.SpdxType, Statement.ProvenanceType);
        VerificationResult result = await new Verifier(full).VerifyAsync(request, cancellationToken);
        List<SubjectVerdict> verdicts = [];
        foreach (SubjectVerdict verdict in result.Subjects)
            verdicts.Add(await JudgeAsync(verdict, request.Content, cancellationToken));
        // What the root is decides what its parts are: they are named by digest.
        if (verdicts[0].Passed)
            verdicts[0] = await new ReproductionCheck(request, expectation.Provenance, [.. verdicts.Select(verdict => verdict.Digest).OfType<Digest>()]).JudgeAsync(verdicts[0], expectation.ReproducedBy, cancellationToken);
        return result with { Subjects = [.. verdicts] };
    }

    /// <summary>Judges places that are to hold the same release, one after the other; all are asked whatever one of them says.</summary>
    public async Task<ReleaseVerdict> VerifySameAsync(IEnumerable<VerificationRequest> places, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(places);
        List<PlaceVerdict> verdicts = [];
        foreach (VerificationRequest place in places)
            verdicts.Add(await AtAsync(place, cancellationToken));
        return ReleaseVerdict.OfSame(verdicts);
    }

    private async Task<PlaceVerdict> AtAsync(VerificationRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return PlaceVerdict.Of(await VerifyAsync(request, cancellationToken));
        }
        catch (RemoteException e)
        {
            return PlaceVerdict.Of(request.Content.Name, e);
        }
    }

    private async Task<SubjectVerdict> JudgeAsync(SubjectVerdict verdict, IContentReader place, CancellationToken cancellationToken)
    {
        if (verdict.Passed && expectation.Provenance is { } wanted)
            verdict = BestOf(verdict, Statement.ProvenanceType, [.. PredicatesOf(verdict, Statement.ProvenanceType).Select(predicate => JudgeProvenance(predicate, wanted))]);
        if (!verdict.Passed || expectation.Folder is null || verdict.Platform is null)
            return verdict;
        List<(FailureReason Reason, string Text)?> judged = [];
        foreach (ReadOnlyMemory<byte> predicate in PredicatesOf(verdict, Statement.SpdxType))
            judged.Add(await JudgeSbomAsync(predicate, place, verdict.Digest!, expectation.Folder, cancellationToken));
        return BestOf(verdict, Statement.SpdxType, judged);
    }

    private static (FailureReason Reason, string Text)? JudgeProvenance(ReadOnlyMemory<byte> predicate, ProvenanceCheck wanted)
    {
        try
        {
            return wanted.Judge(SlsaProvenance.Parse(predicate)) is [{ } first, ..]
                ? (FailureReason.ProvenanceMismatch, $"{first.Problem.Name()}: {first.Text}")
                : null;
        }
        catch (ContentException e)
        {
            return (FailureReason.ProvenanceUnreadable, e.Message);
        }
    }

    private static async Task<(FailureReason Reason, string Text)?> JudgeSbomAsync(
        ReadOnlyMemory<byte> predicate, IContentReader place, Digest manifest, string folder, CancellationToken cancellationToken)
    {
        SpdxDocument document;
        try
        {
            document = SpdxDocument.Parse(predicate);
        }
        catch (ContentException e)
        {
            return (FailureReason.SbomUnreadable, e.Message);
        }

        try
        {
            ImmutableArray<SbomFinding> findings = await new SbomCheck(document, folder).RunAsync(place, manifest, cancellationToken);
            return findings is [{ } first, ..]
                ? (FailureReason.SbomMismatch, $"{findings.Length} {(findings.Length == 1 ? "difference" : "differences")} from the layers: {first.Name}: {first.What}: {first.Problem}")
                : null;
        }
        catch (ContentException e)
        {
            return (FailureReason.LayerUnreadable, e.Message);
        }
    }

    /// <summary>The verdict as it was when one of the statements is right, else with what is wrong with the first.</summary>
    private static SubjectVerdict BestOf(SubjectVerdict verdict, string type, IReadOnlyList<(FailureReason Reason, string Text)?> judged) =>
        judged.Contains(null) ? verdict
            : judged is [{ } wrong, ..] ? verdict with { Failure = wrong.Reason, Text = wrong.Text }
            : verdict with { Failure = FailureReason.AttestationMissing, Text = $"there is no {type}" };

    private static IEnumerable<ReadOnlyMemory<byte>> PredicatesOf(SubjectVerdict verdict, string type) =>
        verdict.Statements.Where(statement => statement.PredicateType == type).Select(statement => statement.Predicate);
}
