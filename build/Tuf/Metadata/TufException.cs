using Slipway.Oci;

namespace Slipway.Tuf;

/// <summary>Why metadata or a target of a TUF repository is not believed. Each has its own name: <see cref="TufFailures.Name"/>.</summary>
public enum TufFailure
{
    /// <summary>The metadata expired: newer metadata may be withheld (specification, 5.3.10, 5.4.4, 5.5.6, 5.6.5).</summary>
    Freeze,

    /// <summary>The metadata is older than what was believed before (5.3.5, 5.4.3, 5.5.5).</summary>
    Rollback,

    /// <summary>Fewer keys of the role signed than its threshold says (5.4.2, 5.5.3, 5.6.3).</summary>
    ThresholdNotMet,

    /// <summary>A new root is not signed by the threshold of the old root and by that of its own (5.3.4).</summary>
    RootRotationBroken,

    /// <summary>A root's version is not the one after the root before it (5.3.5).</summary>
    VersionGap,

    /// <summary>The metadata has another version than the role above says: pieces of several states are mixed (5.5.4, 5.6.4).</summary>
    VersionMismatch,

    /// <summary>The file does not have the hashes that the role above says (5.5.2, 5.6.2, 5.7.3).</summary>
    HashMismatch,

    /// <summary>The file is longer than its limit, or not as long as the role above says (5.3.3, 5.4.1, 5.5.1, 5.6.1, 5.7.3).</summary>
    WrongLength,

    /// <summary>The metadata cannot be read as what it has to be (4).</summary>
    Malformed,

    /// <summary>The metadata follows a version of the specification, or uses a form, that is not known here (4.3).</summary>
    UnknownFormat,

    /// <summary>No role that is asked has a target of this name (5.7.2).</summary>
    TargetMissing,
}

/// <summary>The failures as words.</summary>
public static class TufFailures
{
    /// <summary>As in <c>threshold-not-met</c>.</summary>
    public static string Name(this TufFailure failure) =>
        string.Concat(failure.ToString().Select((c, i) => char.IsUpper(c) ? (i == 0 ? "" : "-") + char.ToLowerInvariant(c) : c.ToString()));

    /// <summary>What to do about it.</summary>
    internal static string Advice(this TufFailure failure) =>
        failure switch
        {
            TufFailure.Freeze =>
                "Somebody may hold newer metadata back, a mirror may be out of date, or this machine's clock may be wrong: "
                    + "check the clock, then ask again or read another mirror",
            TufFailure.UnknownFormat => "Use a newer version of this program",
            TufFailure.TargetMissing => "Check the name, or use a newer version of this program",
            _ =>
                "A mirror may be damaged, or somebody may be attacking: ask again later or read another mirror; if it stays, tell those who "
                    + "run the repository",
        };
}

/// <summary>
/// A TUF repository offers something that is not believed. The message says what is wrong and what to do. What was believed before stays.
/// </summary>
public sealed class TufException : ContentException
{
    /// <param name="failure">Why.</param>
    /// <param name="problem">Which file, what was wanted and what came, without a full stop; what others wrote is clean in it.</param>
    public TufException(TufFailure failure, string problem, Exception? innerException = null)
        : base($"{problem}; nothing of it was kept. {failure.Advice()}", innerException)
    {
        Failure = failure;
        Problem = problem;
    }

    public TufFailure Failure { get; }

    /// <summary>What is wrong, without what to do.</summary>
    public string Problem { get; }
}
