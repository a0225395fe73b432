using System.Collections.Immutable;
using System.Globalization;
using Slipway.Oci;
using Slipway.Processes;
using Slipway.Verification;

namespace Slipway.Git;

/// <summary>Asks the git program about one repository, by its plumbing commands alone; changes nothing in it.</summary>
/// <param name="root">Its work tree.</param>
/// <param name="asked">The tags to release, where a commit has several; null for none.</param>
public sealed class GitRepository(string root, RequestedTags? asked = null) : ICommitHistory
{
    /// <summary>Reads the state that an image's tags come from.</summary>
    /// <param name="image">Its tags are <c>IMAGE/vX.Y.Z</c>.</param>
    /// <exception cref="ReleaseException">
    /// No repository, no commit, a shallow clone, or two tags that fit; says the command that mends it.
    /// </exception>
    public async Task<GitState> ReadAsync(string image, CancellationToken cancellationToken)
    {
        string commit = await AskAsync(cancellationToken, "rev-parse", "--verify", "--quiet", "HEAD^{commit}")
            ?? throw await NoCommitAsync(cancellationToken);
        await RequireWholeAsync(cancellationToken);
        GitTags tags = await TagsAsync(image, cancellationToken);
        string? exact = tags.At(commit, asked?.Of(image))?.Name;
        (string? tag, int distance) = exact is not null ? (exact, 0) : await tags.NearestAsync(commit);
        ImmutableArray<GitChange> changes = await ChangesAsync(cancellationToken);
        return new GitState
        {
            Commit = commit,
            Tag = tag,
            Distance = distance,
            Commits = int.Parse(await RequireAsync(cancellationToken, "rev-list", "--count", commit), CultureInfo.InvariantCulture),
            Branch =
                await AskAsync(cancellationToken, "symbolic-ref", "--quiet", "HEAD") is { } branch
                && branch.StartsWith(Heads, StringComparison.Ordinal)
                    ? branch[Heads.Length..]
                    : null,
            IsDirty = !changes.IsEmpty,
            Changes = changes,
            Tags = [.. tags.All.Select(one => one.Name)],
            HasRemote = await AskAsync(cancellationToken, "remote") is { Length: > 0 },
        };
    }

    /// <summary>The commit that is checked out and whether the work tree has changes that it lacks; tags play no part.</summary>
    /// <returns>No commit where git cannot tell one, as where there is no repository.</returns>
    public async Task<(string? Commit, bool IsModified)> HeadAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await AskAsync(cancellationToken, "rev-parse", "--verify", "--quiet", "HEAD^{commit}") is { } commit
                ? (commit, !(await ChangesAsync(cancellationToken)).IsEmpty)
                : (null, false);
        }
        catch (Exception e) when (e is ReleaseException or ProgramException)
        {
            return (null, false);
        }
    }

    private const string Heads = "refs/heads/";

    /// <summary>The newest <c>IMAGE/vX.Y.Z</c> tag before a commit, which its own tag is not; null when there is none.</summary>
    public async Task<string?> TagBeforeAsync(string image, string commit, CancellationToken cancellationToken) =>
        await AskAsync(cancellationToken, "rev-parse", "--verify", "--quiet", "--end-of-options", commit + "^1^{commit}") is { } parent
            ? (await (await TagsAsync(image, cancellationToken)).NearestAsync(parent)).Tag
            : null;

    /// <summary>A text file as a tag or commit has it; null when it has none there.</summary>
    /// <param name="commit">A tag's name or a commit.</param>
    /// <param name="path">Relative to this work tree.</param>
    public Task<string?> ReadFileAsync(string commit, string path, CancellationToken cancellationToken) =>
        AskAsync(
            cancellationToken,
            "cat-file",
            "blob",
            $"{(GitTag.IsVersion(commit[(commit.IndexOf('/', StringComparison.Ordinal) + 1)..]) ? "refs/tags/" : "")}{commit}:./{path}"
        );

    /// <summary>The address of the remote <c>origin</c>; null when there is none.</summary>
    public Task<string?> OriginAsync(CancellationToken cancellationToken) => AskAsync(cancellationToken, "remote", "get-url", "origin");

    /// <summary>What below a folder is not as the commit has it, in one line; empty when nothing is.</summary>
    /// <exception cref="ReleaseException">Git cannot tell.</exception>
    public async Task<string> ChangedAsync(string folder, CancellationToken cancellationToken) =>
        GitChange.Names(GitStatus.Parse(await RequireRawAsync([.. GitStatus.Question("all"), "--", folder], cancellationToken)));

    /// <summary>
    /// The git tag of an image's next release: <c>IMAGE/VERSION</c> while that is free, else <c>IMAGE/VERSION-rN</c> with the first number
    /// beyond those there are.
    /// </summary>
    /// <exception cref="ReleaseException">Git cannot be asked, or the clone is shallow and lacks tags.</exception>
    public async Task<string> NextTagAsync(string image, string version, CancellationToken cancellationToken)
    {
        await RequireWholeAsync(cancellationToken);
        return GitTags.Next(image, version, (await TagsAsync(image, cancellationToken)).All.Select(tag => tag.Name));
    }

    /// <summary>Whether this clone has a commit.</summary>
    /// <param name="commit">In hex.</param>
    public async Task<bool> HasAsync(string commit, CancellationToken cancellationToken) =>
        (await RunAsync(root, cancellationToken, "cat-file", "-e", $"{commit}^{{commit}}")).Success;

    /// <summary>Whether a commit is another one or comes before it; null where this clone cannot tell.</summary>
    /// <param name="ancestor">In hex, as is <paramref name="commit"/>; this clone has both.</param>
    public async Task<bool?> IsAncestorAsync(string ancestor, string commit, CancellationToken cancellationToken)
    {
        ProcessResult result = await RunAsync(root, cancellationToken, "merge-base", "--is-ancestor", ancestor, commit);
        if (result.Success)
            return true;
        // What a shallow clone does not have may lead there.
        return result.ExitCode == 1 && await RequireAsync(cancellationToken, "rev-parse", "--is-shallow-repository") == "false"
            ? false
            : null;
    }

    /// <summary>Files of the work tree, below some paths, that are not as in a commit.</summary>
    /// <param name="commit">In hex; this clone has it.</param>
    public async Task<IReadOnlyList<string>> ChangedSinceAsync(
        string commit,
        IEnumerable<string> paths,
        CancellationToken cancellationToken
    ) =>
        // git diff-index would take a file that was only touched for changed: nothing has looked at it since.
        (
            await RequireRawAsync(
                [
                    "diff",
                    "--name-only",
                    "-z",
                    "--no-ext-diff",
                    "--no-textconv",
                    "--no-renames",
                    "--no-relative",
                    "--no-color",
                    "--ignore-submodules=none",
                    commit,
                    "--",
                    .. paths,
                ],
                cancellationToken
            )
        ).Split('\0', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>
    /// The files of the work tree: those that git knows or would add, and those that it ignores, from the top, folders with a <c>/</c> at
    /// the end.
    /// </summary>
    /// <returns>The top, and paths below it.</returns>
    /// <exception cref="ReleaseException">Git cannot tell.</exception>
    public async Task<(string Top, ImmutableArray<string> Known, ImmutableArray<string> Others, ImmutableArray<string> Ignored)> FilesAsync(
        CancellationToken cancellationToken
    )
    {
        if (await AskAsync(cancellationToken, "rev-parse", "--show-toplevel") is not { Length: > 0 } top)
            throw await NoCommitAsync(cancellationToken);
        async Task<ImmutableArray<string>> ListAsync(params string[] which)
        {
            ProcessResult result = await GitProgram.RunAsync(top, ["ls-files", "-z", .. which], lazily: true, cancellationToken);
            return result.Success
                ? [.. result.Output.Split('\0', StringSplitOptions.RemoveEmptyEntries).Distinct()]
                : throw Failed(["ls-files"], result);
        }

        return (
            top,
            await ListAsync("--cached"),
            await ListAsync("--others", "--exclude-standard"),
            await ListAsync("--others", "--ignored", "--exclude-standard", "--directory")
        );
    }

    /// <summary>
    /// Runs git to read objects as they are: what a clone puts in place of them does not count, and none is asked for elsewhere.
    /// </summary>
    /// <exception cref="ReleaseException">There is no git.</exception>
    internal static Task<ProcessResult> RunAsync(string root, CancellationToken cancellationToken, params string[] arguments) =>
        GitProgram.RunAsync(root, arguments, lazily: false, cancellationToken);

    private Task<GitTags> TagsAsync(string image, CancellationToken cancellationToken) =>
        GitTags.ReadAsync(image, question => RequireAsync(cancellationToken, question));

    private async Task<ImmutableArray<GitChange>> ChangesAsync(CancellationToken cancellationToken) =>
        [
            .. GitStatus.Parse(await RequireRawAsync(GitStatus.Question("normal"), cancellationToken)),
            .. await GitStatus.HiddenAsync(root, await RequireRawAsync(["ls-files", "-z", "-v"], cancellationToken), async path =>
                (
                    await AskAsync(cancellationToken, "rev-parse", "--verify", "--quiet", ":./" + path),
                    await AskAsync(cancellationToken, "hash-object", "--", path)
                )
            ),
        ];

    private async Task RequireWholeAsync(CancellationToken cancellationToken)
    {
        if (await RequireAsync(cancellationToken, "rev-parse", "--is-shallow-repository") != "false")
            throw new ReleaseException($"{root}: the clone is shallow, so its tags cannot be trusted. Run git fetch --unshallow --tags");
    }

    /// <summary>
    /// Why there is no commit: no repository at all, one of another user (git-config, safe.directory), or nothing committed yet.
    /// </summary>
    private async Task<ReleaseException> NoCommitAsync(CancellationToken cancellationToken)
    {
        ProcessResult found = await GitProgram.RunAsync(root, ["rev-parse", "--git-dir"], lazily: true, cancellationToken);
        if (found.Success)
            return new ReleaseException(
                $"{root}: wanted a git repository with a commit: tags come from its commit. Run git add --all && git commit "
                    + "--message 'First commit'"
            );
        // Git says why in words; whether every folder being safe mends it says the same by an exit code.
        ProcessResult safe = await GitProgram.RunAsync(
            root,
            ["-c", "safe.directory=*", "rev-parse", "--show-toplevel"],
            lazily: true,
            cancellationToken
        );
        return safe.Success
            ? new ReleaseException(
                $"git refuses {root}, which another user owns. Run git config --global --add "
                    + $"safe.directory {ShellWord.Of(safe.Output.TrimEnd('\n'))}"
            )
            : new ReleaseException(
                $"{root}: wanted a git repository with a commit, got none ({Printable.EndsOf(found.Errors.Trim())}): tags, "
                    + "provenance and changes are read from it. Run git clone of the repository, and the same "
                    + "command in the clone"
            );
    }

    /// <summary>What git answers to a question that any sound repository has an answer to: none is no reason to think well of it.</summary>
    private async Task<string> RequireAsync(CancellationToken cancellationToken, params string[] arguments) =>
        (await RequireRawAsync(arguments, cancellationToken)).Trim('\n', '\r', ' ');

    private async Task<string> RequireRawAsync(string[] arguments, CancellationToken cancellationToken)
    {
        ProcessResult result = await GitProgram.RunAsync(root, arguments, lazily: true, cancellationToken);
        return result.Success ? result.Output : throw Failed(arguments, result);
    }

    private ReleaseException Failed(string[] arguments, ProcessResult result) =>
        new(
            $"{root}: git {arguments[0]} fails, so the repository's state is not known: {Printable.EndsOf(result.Errors.Trim())}. "
                + $"Run git {arguments[0]} there to see why"
        );

    /// <summary>What git answers, trimmed; null when it exits with another code than 0.</summary>
    private async Task<string?> AskAsync(CancellationToken cancellationToken, params string[] arguments)
    {
        ProcessResult result = await GitProgram.RunAsync(root, arguments, lazily: true, cancellationToken);
        return result.Success ? result.Output.Trim() : null;
    }
}
