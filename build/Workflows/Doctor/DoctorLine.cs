using Slipway.Verification;

namespace Slipway.Workflows;

/// <summary>What a check of the target <c>Doctor</c> came to.</summary>
internal enum Verdict
{
    Ok,

    /// <summary>Not as it might be; nothing depends on it yet.</summary>
    Hint,

    /// <summary>Not known: nobody asked, or nobody can tell without writing.</summary>
    Unknown,

    /// <summary>Stands in the way of a release.</summary>
    Failed,
}

/// <summary>One line of the doctor's table.</summary>
/// <param name="Place">What was looked at: a repository, an image's commit, this machine.</param>
/// <param name="Check">What about it.</param>
/// <param name="Found">What was found; holds no secret.</param>
/// <param name="Next">What to do; empty when there is nothing to do.</param>
/// <param name="Kind">What a failure means.</param>
internal sealed record DoctorLine(
    string Place,
    string Check,
    Verdict Verdict,
    string Found,
    string Next = "",
    FailureKind Kind = FailureKind.Failed
)
{
    /// <summary>The failure itself, where it was one.</summary>
    public Exception? Failure { get; init; }

    public static DoctorLine Ok(string place, string check, string found) => new(place, check, Verdict.Ok, found);

    public static DoctorLine Unknown(string place, string check, string found, string next = "") =>
        new(place, check, Verdict.Unknown, found, next);

    public static DoctorLine Hint(string place, string check, string found, string next) => new(place, check, Verdict.Hint, found, next);

    public static DoctorLine Failed(string place, string check, string found, string next, FailureKind kind) =>
        new(place, check, Verdict.Failed, found, next, kind);

    /// <summary>A failure in its own words, which end with what to do after a semicolon or a full stop.</summary>
    public static DoctorLine Failed(string place, string check, Exception failure)
    {
        string text = failure.Message;
        int end = Math.Max(text.LastIndexOf("; ", StringComparison.Ordinal), text.LastIndexOf(". ", StringComparison.Ordinal));
        return end < 0
            ? Failed(place, check, text, "", FailureKinds.Of(failure)) with
            {
                Failure = failure,
            }
            : Failed(place, check, text[..end], text[(end + 2)..], FailureKinds.Of(failure)) with
            {
                Failure = failure,
            };
    }
}
