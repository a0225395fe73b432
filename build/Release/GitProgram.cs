using Medallion.Shell;

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

    /// <summary>What git may take from whoever started us: where its settings are, and nothing that leads it to another repository.</summary>
    private static readonly string[] Kept =
        ["GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM", "GIT_CEILING_DIRECTORIES", "GIT_DISCOVERY_ACROSS_FILESYSTEM", "GIT_EXEC_PATH"];

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
    private static void Describe(IDictionary<string, string?> environment, bool lazily)
    {
        // GIT_CONFIG_COUNT, _KEY_N and _VALUE_N are how a CI says that a folder is safe; what is set here wins over them.
        foreach (string name in environment.Keys.Where(name => name.StartsWith("GIT_", StringComparison.Ordinal)
            && !Kept.Contains(name) && !name.StartsWith("GIT_CONFIG_COUNT", StringComparison.Ordinal)
            && !name.StartsWith("GIT_CONFIG_KEY_", StringComparison.Ordinal) && !name.StartsWith("GIT_CONFIG_VALUE_", StringComparison.Ordinal)).ToList())
            environment.Remove(name);
        environment["LC_ALL"] = "C";
        environment["GIT_OPTIONAL_LOCKS"] = "0";
        environment["GIT_TERMINAL_PROMPT"] = "0";
        environment["GIT_NO_REPLACE_OBJECTS"] = "1";
        environment["GIT_GRAFT_FILE"] = "/dev/null";
        environment["GIT_LITERAL_PATHSPECS"] = "1";
        if (!lazily)
            environment["GIT_NO_LAZY_FETCH"] = "1";
    }
}
