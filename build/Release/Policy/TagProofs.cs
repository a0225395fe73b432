using Slipway.Oci;
using Slipway.Trust;
using Slipway.Verification;

namespace Slipway.Release;

/// <summary>
/// Whether every tag of a plan claims what is so of what it is going to name: before a tag is written anywhere, by the policy that
/// everybody judges it by afterwards.
/// </summary>
/// <param name="policy">What the release must be. How old it is and who built it again is no matter of a tag.</param>
public sealed class TagProofs(ReleasePolicy policy)
{
    private readonly ReleaseVerifier _verifier = new(policy with { NotOlderThan = null, ReproducedBy = [], Folder = null });

    /// <param name="release">Where the plan's index is read with what is signed about it.</param>
    /// <param name="next">What to do about it, behind the reason.</param>
    /// <exception cref="ContentException">The release does not verify, or a tag claims what is not so; names the first.</exception>
    public async Task RequireAsync(ReleasePlan plan, VerificationRequest release, string next, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(plan);
        VerificationRequest asked = release with { Wanted = plan.Index.Digest.ToString() };
        VerificationResult read = await _verifier.ReadAsync(asked, cancellationToken);
        if (read.Failures.FirstOrDefault() is { } failure)
            throw new ContentException($"{asked.Content.Name}: {failure.Failure!.Value.Name()}: {failure.Text}; {next}");
        await RequireAsync(plan, read, asked, next, cancellationToken);
    }

    /// <param name="read">The plan's index, read before and passed, with all its parts.</param>
    internal async Task RequireAsync(
        ReleasePlan plan,
        VerificationResult read,
        VerificationRequest asked,
        string next,
        CancellationToken cancellationToken
    )
    {
        foreach (PlannedTag tag in plan.Tags)
        {
            // A platform's tag names a part of what was read.
            VerificationResult named = tag.Platform is null
                ? read
                : read with
                {
                    Subjects = [read.Subjects.First(subject => subject.Digest == plan.SubjectOf(tag).Digest)],
                };
            PlaceVerdict verdict = await _verifier.JudgeAsync(named, TagClaims.Of(tag.Name), asked, cancellationToken);
            if (verdict.Result!.Failures.FirstOrDefault() is { } failure)
                throw new ContentException($"{asked.Content.Name}:{tag.Name}: {failure.Failure!.Value.Name()}: {failure.Text}; {next}");
        }
    }
}
