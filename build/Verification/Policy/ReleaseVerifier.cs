using System.Collections.Immutable;
using Slipway.Http;
using Slipway.Oci;
using Slipway.Sboms;
using Slipway.Spdx;
using Slipway.Trust;

namespace Slipway.Verification;

/// <summary>
/// Judges a release as its users do: signatures and statements by the policy, then what its tag claims and what the statements say. Where
/// there are several valid statements of a kind, as after two builds of the same image, one that says the right thing suffices.
/// </summary>
public sealed class ReleaseVerifier(ReleasePolicy policy)
{
    /// <exception cref="RemoteException">The place could not be read, so nothing is known.</exception>
    public async Task<PlaceVerdict> VerifyAsync(VerificationRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (policy.Signers is { } signers)
            return await new ThresholdVerifier(policy, signers).VerifyAsync(request, cancellationToken);
        return await JudgeAsync(
            await ReadAsync(request, cancellationToken),
            policy.Claims ?? TagClaims.OfWanted(request.Wanted),
            request,
            cancellationToken
        );
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

    /// <summary>
    /// Whether it is whole and signed, with its statements: half of the verdict, for whoever judges it under several names.
    /// </summary>
    internal Task<VerificationResult> ReadAsync(VerificationRequest request, CancellationToken cancellationToken) =>
        new Verifier(policy.Signatures).VerifyAsync(request, cancellationToken);

    /// <summary>The other half: what was read, under one name.</summary>
    internal async Task<PlaceVerdict> JudgeAsync(
        VerificationResult read,
        TagClaims claims,
        VerificationRequest request,
        CancellationToken cancellationToken
    )
    {
        ProvenanceCheck wanted = policy.ProvenanceOf(read.Subjects, claims);
        SubjectVerdict root = read.Subjects[0];
        if (root.Passed && claims.Judge(root) is { } wrong)
            root = Failed(root, wrong);
        List<SubjectVerdict> verdicts = [];
        foreach (SubjectVerdict verdict in read.Subjects.SetItem(0, root))
            verdicts.Add(await JudgeAsync(verdict, request.Content, wanted, cancellationToken));
        ImmutableArray<SlsaProvenance> followed = verdicts[0].Passed
            ?
            [
                .. StatementsOf(verdicts[0], Statement.ProvenanceType)
                    .Where(statement => JudgeProvenance(statement, wanted) is null)
                    .Select(statement => SlsaProvenance.Parse(statement.Predicate)),
            ]
            : [];
        if (verdicts[0].Passed && policy.NotOlderThan is { } oldest)
            (verdicts[0], followed) = await OfAgeAsync(verdicts[0], followed, oldest, cancellationToken);
        // What the root is decides what its parts are: they are named by digest.
        if (verdicts[0].Passed)
            verdicts[0] = await new ReproductionCheck(
                request,
                wanted,
                [.. verdicts.Select(verdict => verdict.Digest).OfType<Digest>()]
            ).JudgeAsync(verdicts[0], policy, cancellationToken);
        return PlaceVerdict.Of(read with { Subjects = [.. verdicts] }) with { Claims = claims, Provenances = followed };
    }

    private async Task<PlaceVerdict> AtAsync(VerificationRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return await VerifyAsync(request, cancellationToken);
        }
        catch (RemoteException e)
        {
            return PlaceVerdict.Of(request.Content.Name, e);
        }
    }

    private async Task<SubjectVerdict> JudgeAsync(
        SubjectVerdict verdict,
        IContentReader place,
        ProvenanceCheck wanted,
        CancellationToken cancellationToken
    )
    {
        if (verdict.Passed)
            verdict = BestOf(
                verdict,
                Statement.ProvenanceType,
                [.. StatementsOf(verdict, Statement.ProvenanceType).Select(statement => JudgeProvenance(statement, wanted))]
            );
        if (!verdict.Passed || policy.Folder is null || verdict.Platform is null)
            return verdict;
        List<(FailureReason Reason, string Text)?> judged = [];
        foreach (ReadOnlyMemory<byte> predicate in PredicatesOf(verdict, Statement.SpdxType))
            judged.Add(await JudgeSbomAsync(predicate, place, verdict.Digest!, policy.Folder, cancellationToken));
        return BestOf(verdict, Statement.SpdxType, judged);
    }

    private static async Task<(SubjectVerdict, ImmutableArray<SlsaProvenance>)> OfAgeAsync(
        SubjectVerdict verdict,
        ImmutableArray<SlsaProvenance> provenances,
        NotOlderThan oldest,
        CancellationToken cancellationToken
    )
    {
        List<(FailureReason Reason, string Text)?> judged = [];
        foreach (SlsaProvenance provenance in provenances)
            judged.Add(await oldest.JudgeAsync(provenance, cancellationToken));
        return (BestOf(verdict, Statement.ProvenanceType, judged), [.. provenances.Where((_, at) => judged[at] is null)]);
    }

    private static (FailureReason Reason, string Text)? JudgeProvenance(Statement statement, ProvenanceCheck wanted)
    {
        try
        {
            SlsaProvenance provenance = SlsaProvenance.Parse(statement.Predicate);
            if (wanted.Judge(provenance) is [{ } first, ..])
                return (FailureReason.ProvenanceMismatch, $"{first.Problem.Name()}: {first.Text}");
            return CertificateCheck.ProblemWith(statement.Proof?.Claims, provenance, wanted.Triggers) is { } problem
                ? (FailureReason.CertificateMismatch, problem)
                : null;
        }
        catch (ContentException e)
        {
            return (FailureReason.ProvenanceUnreadable, e.Message);
        }
    }

    private static async Task<(FailureReason Reason, string Text)?> JudgeSbomAsync(
        ReadOnlyMemory<byte> predicate,
        IContentReader place,
        Digest manifest,
        string folder,
        CancellationToken cancellationToken
    )
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
                ? (
                    FailureReason.SbomMismatch,
                    $"{findings.Length} {(findings.Length == 1 ? "difference" : "differences")} from the "
                        + $"layers: {first.Name}: {first.What}: {first.Problem}"
                )
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
        : judged is [{ } wrong, ..] ? Failed(verdict, wrong)
        : Failed(verdict, (FailureReason.AttestationMissing, $"there is no {type}"));

    private static SubjectVerdict Failed(SubjectVerdict verdict, (FailureReason Reason, string Text) wrong) =>
        verdict with
        {
            Failure = wrong.Reason,
            Text = wrong.Text,
        };

    private static IEnumerable<ReadOnlyMemory<byte>> PredicatesOf(SubjectVerdict verdict, string type) =>
        StatementsOf(verdict, type).Select(statement => statement.Predicate);

    private static IEnumerable<Statement> StatementsOf(SubjectVerdict verdict, string type) =>
        verdict.Statements.Where(statement => statement.PredicateType == type);
}
