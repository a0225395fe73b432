using Slipway.Oci;
using Slipway.Trust;

namespace Slipway.Verification;

/// <summary>
/// Verifies a release that several may sign, each for himself: so many of them must have signed all of it, each while he was accepted.
/// </summary>
internal sealed class ThresholdVerifier(ReleasePolicy policy, SignerThreshold signers)
{
    public async Task<PlaceVerdict> VerifyAsync(VerificationRequest request, CancellationToken cancellationToken)
    {
        List<PlaceVerdict> passed = [],
            failed = [];
        foreach (AcceptedSigner signer in signers.Of)
        {
            PlaceVerdict verdict = InPeriod(await new ReleaseVerifier(policy.By(signer)).VerifyAsync(request, cancellationToken), signer);
            (verdict.Passed ? passed : failed).Add(verdict);
            if (passed.Count == signers.Threshold)
                return passed.Count == 1
                    ? verdict
                    : passed[0]
                        .With(passed.Skip(1))
                        .Telling(text => $"{text}, and by {string.Join(" and by ", Names(signers, passed.Count))}");
        }

        // The reasons stand in the order of the steps, so the greatest one got furthest.
        PlaceVerdict nearest = failed.MaxBy(verdict => verdict.Result?.Failures.FirstOrDefault()?.Failure ?? default)!;
        return passed.Count == 0
            ? nearest
            : nearest.Failing(
                FailureReason.SignersTooFew,
                $"{passed.Count} of {signers.Of.Length} signers have signed it: wanted {signers.Threshold}. "
                    + nearest.Result!.Failures.First().Text
            );
    }

    private static IEnumerable<string> Names(SignerThreshold signers, int count) =>
        signers.Of.Skip(1).Take(count - 1).Select(signer => signer.Signer.Name);

    /// <summary>
    /// When it was signed is said by a log or a timestamp authority, else by the provenance alone, which the signer wrote.
    /// </summary>
    private static PlaceVerdict InPeriod(PlaceVerdict verdict, AcceptedSigner signer)
    {
        if (!verdict.Passed || !signer.HasPeriod)
            return verdict;
        DateTimeOffset? proven = verdict
                .Result!.Subjects[0]
                .Statements.Where(statement => statement.PredicateType == Statement.ProvenanceType)
                .Select(statement => statement.Proof?.SignedAt)
                .FirstOrDefault(time => time is not null),
            time = proven ?? verdict.Provenances[0].FinishedOn ?? verdict.Provenances[0].StartedOn;
        return signer.Accepts(time)
            ? verdict
            : verdict.Failing(
                FailureReason.SignerOutsidePeriod,
                $"{signer.Signer.Name} is accepted for {signer.Period}, and the release is of "
                    + (time is { } known ? UtcSecond.Text(known) : "an unknown time")
            );
    }
}
