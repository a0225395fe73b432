using System.Collections.Immutable;
using Slipway.Oci;
using Slipway.Trust;

namespace Slipway.Verification;

/// <summary>Whether everybody who was to build a release again says that the same came out, of the source that the release names.</summary>
/// <param name="request">Where the release and what is said about it are read.</param>
/// <param name="wanted">What a provenance must say to be a source; null where any will do.</param>
/// <param name="release">The digests that the release is: of what was asked for, then of its parts.</param>
internal sealed class ReproductionCheck(VerificationRequest request, ProvenanceCheck? wanted, ImmutableArray<Digest> release)
{
    /// <param name="verdict">On the release, which passed, with its provenances.</param>
    /// <returns>The verdict with what they said who must have built it again, or with why that is not enough.</returns>
    public async Task<SubjectVerdict> JudgeAsync(SubjectVerdict verdict, ReleasePolicy policy, CancellationToken cancellationToken)
    {
        verdict = await JudgeAsync(verdict, policy.ReproducedBy, cancellationToken);
        if (!verdict.Passed || policy.Rebuilders is not { } rebuilders)
            return verdict;
        List<SubjectVerdict> others = [];
        int count = 0;
        foreach (AcceptedSigner rebuilder in rebuilders.Of)
        {
            SubjectVerdict judged = await JudgeAsync(verdict, [rebuilder.Signer], cancellationToken);
            if (judged.Passed)
                (verdict, count) = (judged, count + 1);
            else
                others.Add(judged);
            if (count == rebuilders.Threshold)
                return verdict;
        }

        return others[0] with
        {
            Text = $"{count} of {rebuilders.Of.Length} have built the same again: wanted {rebuilders.Threshold}. {others[0].Text}",
        };
    }

    /// <param name="verdict">On the release, which passed, with its provenances.</param>
    /// <param name="signers">Each must have said it.</param>
    /// <returns>The verdict with what they said, or with the first who did not.</returns>
    public async Task<SubjectVerdict> JudgeAsync(
        SubjectVerdict verdict,
        ImmutableArray<ITrustedSigner> signers,
        CancellationToken cancellationToken
    )
    {
        foreach (ITrustedSigner signer in signers)
        {
            (ImmutableArray<Statement> said, string text) = await new StatementSearch(signer).FindAsync(
                request,
                verdict.Digest!,
                ReproductionStatement.Type,
                cancellationToken
            );
            if (said.IsEmpty)
                return verdict with { Failure = FailureReason.ReproductionMissing, Text = $"no reproduction by {signer.Name}: {text}" };
            BuildParameters[] sources = [.. Sources(verdict)];
            List<string> problems = [];
            (ReproductionStatement? good, Statement statement) = said.Select(one => (Judge(one, sources, problems), one))
                .FirstOrDefault(judged => judged.Item1 is not null);
            if (good is null)
                return verdict with
                {
                    Failure = FailureReason.ReproductionMismatch,
                    Text = $"the reproduction by {signer.Name}: {problems[0]}",
                };
            verdict = verdict with
            {
                Text = $"{verdict.Text}, reproduced ({good.Result.Name()}) by {signer.Name}",
                Statements = verdict.Statements.Add(statement),
            };
        }

        return verdict;
    }

    private ReproductionStatement? Judge(Statement statement, BuildParameters[] sources, List<string> problems)
    {
        try
        {
            ReproductionStatement read = ReproductionStatement.Parse(statement.Predicate);
            if (ForeignOf(read, statement) is { } foreign)
            {
                problems.Add($"it names {foreign}, which is not a part of the release");
                return null;
            }

            if (sources.Any(read.IsOf))
                return read;
            problems.Add(
                $"it is of commit {Printable.Of(read.Commit)}, lock {read.Lock}, but the release "
                    + $"of {string.Join(" or ", sources.Select(source => $"commit {source.Commit}, lock {source.Lock}"))}"
            );
        }
        catch (ContentException e)
        {
            problems.Add(e.Message);
        }

        return null;
    }

    /// <summary>
    /// What came out and is not of the release, where the same digests are said to have come out: what was asked for has to be among them,
    /// and nothing that is not of the release. Of a single platform's manifest the rest is not known here; what the rebuilder signed it
    /// about will do.
    /// </summary>
    private string? ForeignOf(ReproductionStatement read, Statement statement)
    {
        if (read.Result != ReproductionResult.Identical)
            return null;
        HashSet<Digest> subjects = [.. statement.Subjects.Select(subject => subject.Digest).OfType<Digest>()];
        return !read.Rebuilt.Contains(release[0])
            ? $"not {release[0].Abbreviated} but {read.Rebuilt[0]}"
            : read
                .Rebuilt.FirstOrDefault(digest => !release.Contains(digest) && (release.Length > 1 || !subjects.Contains(digest)))
                ?.ToString();
    }

    private IEnumerable<BuildParameters> Sources(SubjectVerdict verdict)
    {
        foreach (Statement statement in verdict.Statements.Where(statement => statement.PredicateType == Statement.ProvenanceType))
        {
            SlsaProvenance? read = null;
            try
            {
                read = SlsaProvenance.Parse(statement.Predicate);
            }
            catch (ContentException)
            {
                // Another one of the same signer may be sound; the verdict says that one is.
            }

            if (read is not null && wanted?.Judge(read).IsEmpty != false)
                yield return read.Parameters;
        }
    }
}
