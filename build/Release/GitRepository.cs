using Medallion.Shell;
using Slipway.Processes;

namespace Slipway.Release;

/// <summary>Asks the git program about one repository; changes nothing in it.</summary>
/// <param name="root">Its work tree.</param>
public sealed class GitRepository(string root)
{
    /// <summary>Reads the state that an image's tags come from.</summary>
    /// <param name="image">Its tags are <c>IMAGE/vX.Y.Z</c>.</param>
    /// <exception cref="ReleaseException">No repository, no commit, or a shallow clone; says the command that mends it.</exception>
    public async Task<GitState> ReadAsync(string image, CancellationToken cancellationToken)
    {
        string commit = await AskAsync(cancellationToken, "rev-parse", "--verify", "HEAD")
            ?? throw new ReleaseException($"{root}: wanted a git repository with a commit: tags come from its commit. Run git commit");
        if (await RequireAsync(cancellationToken, "rev-parse", "--is-shallow-repository") != "false")
            throw new ReleaseException($"{root}: the clone is shallow, so its tags cannot be trusted. Run git fetch --unshallow --tags");

        string? described = await AskAsync(
            cancellationToken, "describe", "--tags", "--long", "--abbrev=40", "--match", image + "/v*");
        (string? tag, int distance) = Parse(described);
        string commits = await RequireAsync(cancellationToken, "rev-list", "--count", "HEAD");
        return new GitState
        {
            Commit = commit,
            Tag = tag,
            Distance = distance,
            Commits = int.Parse(commits, System.Globalization.CultureInfo.InvariantCulture),
            Branch = await AskAsync(cancellationToken, "symbolic-ref", "--quiet", "--short", "HEAD"),
            IsDirty = (await RequireAsync(cancellationToken, "status", "--porcelain", "--untracked-files=normal")).Length > 0,
        };
    }

    /// <summary>The newest <c>IMAGE/vX.Y.Z</c> tag before a commit, which its own tag is not; null when there is none.</summary>
    public Task<string?> TagBeforeAsync(string image, string commit, CancellationToken cancellationToken) =>
        AskAsync(cancellationToken, "describe", "--tags", "--abbrev=0", "--match", image + "/v*", commit + "^");

    /// <summary>A text file as a tag or commit has it; null when it has none there.</summary>
    /// <param name="commit">A tag's name or a commit.</param>
    /// <param name="path">Relative to this work tree.</param>
    public Task<string?> ReadFileAsync(string commit, string path, CancellationToken cancellationToken) =>
        AskAsync(cancellationToken, "show", "--end-of-options", $"{commit}:./{path}");

    /// <summary>The address of the remote <c>origin</c>; null when there is none.</summary>
    public Task<string?> OriginAsync(CancellationToken cancellationToken) => AskAsync(cancellationToken, "remote", "get-url", "origin");

    /// <summary>What below a folder is not as the commit has it, in one line; empty when nothing is.</summary>
    /// <exception cref="ReleaseException">Git cannot tell.</exception>
    public async Task<string> ChangedAsync(string folder, CancellationToken cancellationToken) =>
        string.Join(", ", (await RequireAsync(cancellationToken, "status", "--porcelain", "--untracked-files=all", "--", folder)).Split('\n').Select(line => line.Trim()));

    /// <summary>
    /// The git tag of an image's next release: <c>IMAGE/VERSION</c> while that is free, else <c>IMAGE/VERSION-rN</c> with the first number
    /// beyond those there are.
    /// </summary>
    /// <exception cref="ReleaseException">Git cannot be asked, or the clone is shallow and lacks tags.</exception>
    public async Task<string> NextTagAsync(string image, string version, CancellationToken cancellationToken)
    {
        if (await RequireAsync(cancellationToken, "rev-parse", "--is-shallow-repository") != "false")
            throw new ReleaseException($"{root}: the clone is shallow, so its tags cannot be trusted. Run git fetch --unshallow --tags");
        string wanted = $"{image}/{version}", rebuilt = wanted + "-r";
        string[] tags = (await RequireAsync(cancellationToken, "tag", "--list", wanted + "*")).Split('\n');
        int[] rebuilds = [.. tags.Where(tag => tag.StartsWith(rebuilt, StringComparison.Ordinal))
            .Select(tag => int.TryParse(tag.AsSpan(rebuilt.Length), System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out int number) ? number : 0)];
        return rebuilds.Length == 0 && !tags.Contains(wanted, StringComparer.Ordinal) ? wanted : $"{rebuilt}{rebuilds.Append(0).Max() + 1}";
    }

    /// <summary>Whether this clone has a commit.</summary>
    /// <param name="commit">In hex.</param>
    public async Task<bool> HasAsync(string commit, CancellationToken cancellationToken) =>
        (await Start(root, cancellationToken, "cat-file", "-e", $"{commit}^{{commit}}").Task).Success;

    /// <summary>Whether a commit is another one or comes before it; null where this clone cannot tell.</summary>
    /// <param name="ancestor">In hex, as is <paramref name="commit"/>; this clone has both.</param>
    public async Task<bool?> IsAncestorAsync(string ancestor, string commit, CancellationToken cancellationToken)
    {
        CommandResult result = await Start(root, cancellationToken, "merge-base", "--is-ancestor", ancestor, commit).Task;
        if (result.Success)
            return true;
        // What a shallow clone does not have may lead there.
        return result.ExitCode == 1 && await RequireAsync(cancellationToken, "rev-parse", "--is-shallow-repository") == "false" ? false : null;
    }

    /// <summary>Files of the work tree, below some paths, that are not as in a commit.</summary>
    /// <param name="commit">In hex; this clone has it.</param>
    public async Task<IReadOnlyList<string>> ChangedSinceAsync(string commit, IEnumerable<string> paths, CancellationToken cancellationToken) =>
        (await RequireAsync(cancellationToken, ["diff", "--name-only", "--no-ext-diff", commit, "--", .. paths]))
            .Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>
    /// Starts git to read objects as they are: what a clone puts in place of them does not count, and none is asked for elsewhere.
    /// </summary>
    /// <exception cref="ReleaseException">There is no git.</exception>
    internal static Command Start(string root, CancellationToken cancellationToken, params string[] arguments) => Start(
        root,
        arguments,
        environment =>
        {
            environment["GIT_NO_REPLACE_OBJECTS"] = "1";
            environment["GIT_NO_LAZY_FETCH"] = "1";
            environment["GIT_LITERAL_PATHSPECS"] = "1";
        },
        cancellationToken);

    private static Command Start(string root, string[] arguments, Action<IDictionary<string, string?>> also, CancellationToken cancellationToken)
    {
        try
        {
            return Command.Run("git", arguments, options => options
                .WorkingDirectory(root)
                .Encoding(System.Text.Encoding.UTF8)
                .StartInfo(start =>
                {
                    Describe(start.Environment);
                    also(start.Environment);
                })
                .CancellationToken(cancellationToken)
                .ThrowOnError(false));
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new ReleaseException($"git cannot be started: {e.Message}. Install git");
        }
    }

    /// <summary>Splits <c>TAG-N-gSHA</c> of git describe --long.</summary>
    private static (string? Tag, int Distance) Parse(string? described)
    {
        if (described is null)
            return (null, 0);
        int hash = described.LastIndexOf("-g", StringComparison.Ordinal);
        int count = described.LastIndexOf('-', hash - 1);
        return (described[..count], int.Parse(described[(count + 1)..hash], System.Globalization.CultureInfo.InvariantCulture));
    }

    /// <summary>What git answers to a question that any sound repository has an answer to: none is no reason to think well of it.</summary>
    private async Task<string> RequireAsync(CancellationToken cancellationToken, params string[] arguments) =>
        await AskAsync(cancellationToken, arguments)
            ?? throw new ReleaseException($"{root}: git {string.Join(' ', arguments)} fails, so the repository's state cannot be told. Run it there to see why");

    /// <summary>The repository is the one named, whatever a hook that started us says of its own.</summary>
    private static void Describe(IDictionary<string, string?> environment) =>
        ProgramEnvironment.Git.ApplyTo(environment, ("LC_ALL", "C"), ("GIT_OPTIONAL_LOCKS", "0"));

    /// <summary>What git answers, trimmed; null when it exits with another code than 0.</summary>
    private async Task<string?> AskAsync(CancellationToken cancellationToken, params string[] arguments)
    {
        CommandResult result = await Start(root, arguments, _ => { }, cancellationToken).Task;
        if (result.StandardError.Contains("dubious ownership", StringComparison.Ordinal))
            throw new ReleaseException($"git refuses {root}, which another user owns. Run git config --global --add safe.directory {root}");
        return result.Success ? result.StandardOutput.Trim() : null;
    }
}
