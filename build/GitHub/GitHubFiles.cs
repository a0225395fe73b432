namespace Slipway.GitHub;

/// <summary>The files of a repository's commits. Safe for concurrent use.</summary>
public sealed class GitHubFiles
{
    private readonly GitObjects _objects;

    internal GitHubFiles(GitObjects objects)
    {
        _objects = objects;
    }

    /// <summary>The bytes of a file; null when the commit has none by that path. Links are not followed.</summary>
    /// <param name="path">From the repository's root, with slashes.</param>
    /// <exception cref="GitHubException">There is no such commit, no answer, or other bytes came than git's name of them says.</exception>
    public async Task<ReadOnlyMemory<byte>?> ReadAsync(GitId commit, string path, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(path);
        GitCommit read = await _objects.CommitAsync(commit, cancellationToken);
        GitEntry? entry = await _objects.FindAsync(read.Tree, path, cancellationToken);
        return entry is null ? (ReadOnlyMemory<byte>?)null : await _objects.ReadBlobAsync(entry.Id, cancellationToken);
    }
}
