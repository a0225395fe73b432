using System.Globalization;
using System.Text.RegularExpressions;
using Slipway.Oci;
using Slipway.Trust;

namespace Slipway.Verification;

/// <summary>
/// The oldest release that somebody takes: a version, a time or a commit. What its provenance does not say, or a clone cannot tell, is
/// refused. Nothing is remembered between two runs: whoever asks says what is too old.
/// </summary>
public sealed partial record NotOlderThan
{
    private readonly ICommitHistory? _clone;

    private NotOlderThan(string text, ICommitHistory? clone) => (Text, _clone) = (text, clone);

    /// <summary>As it was given.</summary>
    public string Text { get; }

    private ReleaseOrder? Version { get; init; }

    private DateTimeOffset? Time { get; init; }

    private string? Commit { get; init; }

    /// <param name="text"><c>v1.36.4</c>, <c>2026-11-30T08:00:00Z</c> (RFC 3339), or a commit in hex, of at least 7 digits.</param>
    /// <param name="clone">Tells which commit comes before which; null where nobody can, and no commit is taken.</param>
    /// <exception cref="FormatException">It is none of them.</exception>
    public static NotOlderThan Parse(string text, ICommitHistory? clone)
    {
        ArgumentNullException.ThrowIfNull(text);
        NotOlderThan plain = new(text, clone);
        if (ReleaseOrder.Find(text) is { } version)
            return plain with { Version = version };
        if (clone is not null && CommitGrammar().IsMatch(text))
            return plain with { Commit = text.ToLowerInvariant() };
        return
            TimeGrammar().IsMatch(text)
            && DateTimeOffset.TryParse(
                text.ToUpperInvariant(),
                CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal,
                out DateTimeOffset time
            )
            ? plain with
            {
                Time = time,
            }
            : throw new FormatException(
                $"--not-older-than '{Printable.Of(text)}': wanted a version as v1.36.4"
                    + (
                        clone is null
                            ? " or a time as 2026-11-30T08:00:00Z (RFC 3339)"
                            : ", a time as 2026-11-30T08:00:00Z (RFC 3339), or a commit in hex"
                    )
            );
    }

    /// <summary>What is wrong with a release that is verified in all else.</summary>
    /// <returns>Null when it is as new as is asked.</returns>
    internal async Task<(FailureReason Reason, string Text)?> JudgeAsync(SlsaProvenance provenance, CancellationToken cancellationToken)
    {
        if (Commit is not null)
            return await JudgeCommitAsync(provenance.Parameters, cancellationToken);
        if (Version is { } version)
        {
            string? said = provenance.Parameters.Tag ?? provenance.Description;
            return said is null || ReleaseOrder.Find(said[(said.LastIndexOf('/') + 1)..]) is not { } there
                    ? Undecided("the provenance names no version")
                : there.CompareTo(version) < 0 ? Older($"it is {said}")
                : null;
        }

        return (provenance.FinishedOn ?? provenance.StartedOn) is not { } built ? Undecided("the provenance does not say when it was built")
            : built < Time ? Older($"it was built at {built.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}")
            : null;
    }

    private async Task<(FailureReason, string)?> JudgeCommitAsync(BuildParameters said, CancellationToken cancellationToken)
    {
        foreach (string commit in (string[])[Commit!, said.Commit])
        {
            if (!await _clone!.HasAsync(commit, cancellationToken))
                return Undecided($"this clone lacks commit {commit}. Run git fetch {said.Source} {commit}");
        }

        return await _clone!.IsAncestorAsync(Commit!, said.Commit, cancellationToken) switch
        {
            true => null,
            false => Older($"it is of commit {said.Commit}, which does not come after it"),
            null => Undecided("this clone does not have all commits between them. Run git fetch --unshallow"),
        };
    }

    private (FailureReason, string) Older(string why) => (FailureReason.ReleaseTooOld, $"wanted none older than {Text}; {why}");

    private (FailureReason, string) Undecided(string why) =>
        (FailureReason.ReleaseAgeUnknown, $"wanted none older than {Text}, and that cannot be told: {why}");

    [GeneratedRegex(@"^([0-9a-fA-F]{7,40}|[0-9a-fA-F]{64})\z")]
    private static partial Regex CommitGrammar();

    [GeneratedRegex(@"^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,7})?([Zz]|[+-][0-9]{2}:[0-9]{2})\z")]
    private static partial Regex TimeGrammar();
}
