using Medallion.Shell;
using Slipway.Processes;

namespace Slipway.Release;

/// <summary>
/// The one way to start git: with settings and variables of our own, so that neither a user's taste nor the program that started us decides
/// what a commit, a tag or a clean tree is. A user's own configuration is still read, for it says which folders are safe
/// (<c>safe.directory</c>) and how a work tree is converted (<c>core.autocrlf</c>, filters); what would change an answer is set here.
/// decisions/0028 says why each.
/// </summary>
internal static class GitProgram
{
    private static readonly string[] Settings =
    [
        "core.fsmonitor=false", "core.untrackedCache=false", "core.commitGraph=false", "core.useReplaceRefs=false",
        "core.hooksPath=/dev/null", "core.excludesFile=/dev/null", "core.quotePath=true", "core.pager=cat",
        "advice.graftFileDeprecated=false", "column.ui=never", "color.ui=never", "log.showSignature=false",
        "diff.autoRefreshIndex=true", "diff.relative=false", "diff.ignoreSubmodules=none", "status.showUntrackedFiles=normal",
    ];

    /// <summary>Starts it in a folder; it never asks a person and writes nothing by itself.</summary>
    /// <param name="lazily">Whether a partial clone may ask its remote for an object that it lacks.</param>
    /// <exception cref="ReleaseException">There is no git.</exception>
    public static Command Start(string folder, IEnumerable<string> arguments, bool lazily, CancellationToken cancellationToken)
    {
        try
        {
            return Command.Run("git", ["--no-pager", .. Settings.SelectMany(setting => (string[])["-c", setting]), .. arguments], options => options
                .WorkingDirectory(folder)
                .Encoding(System.Text.Encoding.UTF8)
                .StartInfo(start => Describe(start.Environment, lazily))
                .CancellationToken(cancellationToken)
                .ThrowOnError(false));
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new ReleaseException($"git cannot be started: {e.Message}. Install git") { IsMissingTool = true };
        }
    }

    /// <summary>The variables of git(1): the repository is the one of the folder, its objects are as they are.</summary>
    private static void Describe(IDictionary<string, string?> environment, bool lazily) => ProgramEnvironment.Git.ApplyTo(
        environment,
        ("LC_ALL", "C"),
        ("GIT_OPTIONAL_LOCKS", "0"),
        ("GIT_TERMINAL_PROMPT", "0"),
        ("GIT_NO_REPLACE_OBJECTS", "1"),
        ("GIT_GRAFT_FILE", "/dev/null"),
        ("GIT_LITERAL_PATHSPECS", "1"),
        ("GIT_NO_LAZY_FETCH", lazily ? null : "1"));
}
