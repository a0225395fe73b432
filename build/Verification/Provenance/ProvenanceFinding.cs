using System.Text.Json;

namespace Slipway.Verification;

/// <summary>How a provenance can differ from what is expected, each told apart by name: <see cref="ProvenanceProblems.Name"/>.</summary>
public enum ProvenanceProblem
{
    /// <summary>A rehearsal built it.</summary>
    BuilderIsRehearsal,

    /// <summary>Another builder built it than the one expected.</summary>
    BuilderMismatch,

    /// <summary>It is of another image.</summary>
    ImageMismatch,

    /// <summary>It was built from another repository.</summary>
    SourceMismatch,

    /// <summary>It was built from a commit and changes that nobody else has.</summary>
    SourceModified,

    /// <summary>It was built from another git tag, or from none.</summary>
    TagMismatch,

    /// <summary>It was built from another commit, or contradicts itself about which.</summary>
    CommitMismatch,

    /// <summary>It was built from another commit after another release than its tag says, or does not say after which.</summary>
    DescriptionMismatch,

    /// <summary>It was built for other platforms.</summary>
    PlatformsMismatch,

    /// <summary>It was built from another lock.</summary>
    LockMismatch,

    /// <summary>It was built the other way: from a Dockerfile where it was to be assembled, or the other way round.</summary>
    WayMismatch,

    /// <summary>A file that the lock names is not said to have gone in.</summary>
    DependencyMissing,

    /// <summary>A file of the lock went in with another digest.</summary>
    DependencyMismatch,

    /// <summary>A file went in that the lock does not name.</summary>
    DependencyUnexpected,
}

/// <summary>The problems as words.</summary>
public static class ProvenanceProblems
{
    /// <summary>As in <c>tag-mismatch</c>.</summary>
    public static string Name(this ProvenanceProblem problem) => JsonNamingPolicy.KebabCaseLower.ConvertName(problem.ToString());
}

/// <summary>One thing that is not as expected.</summary>
/// <param name="Text">What was wanted and what is there.</param>
public sealed record ProvenanceFinding(ProvenanceProblem Problem, string Text);
