using Slipway.Processes;
using Slipway.Verification;

namespace Slipway.Git;

/// <summary>
/// The one way to start git: with settings and variables of our own, so that neither a user's taste nor the program that started us decides
/// what a commit, a tag or a clean tree is. A user's own configuration is still read, for it says which folders are safe
/// (<c>safe.directory</c>) and how a work tree is converted (<c>core.autocrlf</c>, filters); what would change an answer is set here.
/// decisions/0028 says why each.
/// </summary>
internal static class GitProgram
{
    /// <summary>A list of half a million paths, in bytes.</summary>
    private const long MostOutput = 32L << 20;

    private static readonly string[] Settings =
    [
        "core.fsmonitor=false",
        "core.untrackedCache=false",
        "core.commitGraph=false",
        "core.useReplaceRefs=false",
        "core.hooksPath=/dev/null",
        "core.excludesFile=/dev/null",
        "core.quotePath=true",
        "core.pager=cat",
        "advice.graftFileDeprecated=false",
        "column.ui=never",
        "color.ui=never",
        "log.showSignature=false",
        "diff.autoRefreshIndex=true",
        "diff.relative=false",
        "diff.ignoreSubmodules=none",
        "status.showUntrackedFiles=normal",
    ];

    /// <summary>Runs it in a folder; it never asks a person and writes nothing by itself.</summary>
    /// <param name="lazily">Whether a partial clone may ask its remote for an object that it lacks.</param>
    /// <exception cref="ReleaseException">There is no git, or no such folder.</exception>
    /// <exception cref="ProgramException">It does not end, or says more than anybody reads.</exception>
    public static Task<ProcessResult> RunAsync(
        string folder,
        IEnumerable<string> arguments,
        bool lazily,
        CancellationToken cancellationToken
    ) => RunAsync(Git(folder, arguments, lazily), null, cancellationToken);

    /// <summary>As the other, with what it prints written to a stream; a partial clone asks its remote for nothing.</summary>
    /// <param name="limit">How much may be written there, in bytes.</param>
    public static Task<ProcessResult> RunAsync(
        string folder,
        IEnumerable<string> arguments,
        Stream output,
        long limit,
        CancellationToken cancellationToken
    ) => RunAsync(Git(folder, arguments, lazily: false) with { Output = OutputLimit.Refuse(limit) }, output, cancellationToken);

    private static async Task<ProcessResult> RunAsync(ChildProcess git, Stream? output, CancellationToken cancellationToken)
    {
        try
        {
            return await git.RunAsync(output, cancellationToken);
        }
        catch (ToolMissingException e)
        {
            throw new ReleaseException($"git cannot be started: {e.Reason ?? "it is not on PATH"}. Install git") { IsMissingTool = true };
        }
        catch (DirectoryNotFoundException e)
        {
            throw new ReleaseException(e.Message);
        }
    }

    private static ChildProcess Git(string folder, IEnumerable<string> arguments, bool lazily) =>
        new("git", ["--no-pager", .. Settings.SelectMany(setting => (string[])["-c", setting]), .. arguments])
        {
            Environment = ProgramEnvironment.Git,
            Variables = Variables(lazily),
            Remedy = "install git",
            TimeLimit = TimeSpan.FromMinutes(10),
            WorkingDirectory = folder,
            Output = OutputLimit.Refuse(MostOutput),
        };

    /// <summary>The variables of git(1): the repository is the one of the folder, its objects are as they are.</summary>
    private static (string Name, string? Value)[] Variables(bool lazily) =>
        [
            ("LC_ALL", "C"),
            ("GIT_OPTIONAL_LOCKS", "0"),
            ("GIT_TERMINAL_PROMPT", "0"),
            ("GIT_NO_REPLACE_OBJECTS", "1"),
            ("GIT_GRAFT_FILE", "/dev/null"),
            ("GIT_LITERAL_PATHSPECS", "1"),
            ("GIT_NO_LAZY_FETCH", lazily ? null : "1"),
        ];
}
