using System.Collections.Immutable;

namespace Slipway.Git;

/// <summary>A private key in a work tree.</summary>
/// <param name="Path">From the top of the work tree. Anybody's text.</param>
/// <param name="Kind">In words.</param>
/// <param name="IsTracked">Whether git has it, so that a push publishes it.</param>
public sealed record FoundKey(string Path, string Kind, bool IsTracked);

/// <summary>
/// Looks for private keys in a work tree: a commit, an archive or an image's context takes along whatever lies there. Small files that git
/// knows or would add are read whatever they are called; in folders that git ignores (results, caches) only what is called like a key.
/// </summary>
public static class WorkTreeKeys
{
    private const int MostIgnored = 20_000;

    private static readonly string[] Endings = [".pem", ".key", ".p8", ".pk8", ".der", ".asc", ".gpg", ".pgp", ".p12", ".pfx", ".ppk"];

    /// <summary>Every key, in git's order; links are not followed.</summary>
    /// <exception cref="Slipway.Verification.ReleaseException">Git cannot tell what is there.</exception>
    public static async Task<ImmutableArray<FoundKey>> FindAsync(GitRepository git, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(git);
        (string top, ImmutableArray<string> tracked, ImmutableArray<string> others, ImmutableArray<string> ignored) = await git.FilesAsync(
            cancellationToken
        );
        var found = ImmutableArray.CreateBuilder<FoundKey>();
        int left = MostIgnored;
        IEnumerable<string> Below(string path) => path.EndsWith('/') ? Walk(top, path, ref left) : [path];
        foreach (
            (string path, bool isTracked) in tracked
                .Select(path => (path, true))
                .Concat(others.Concat(ignored).SelectMany(Below).Select(path => (path, false)))
        )
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (KindOf(new FileInfo(Path.Combine(top, path))) is { } kind)
                found.Add(new FoundKey(path, kind, isTracked));
        }

        return found.ToImmutable();
    }

    /// <summary>Files in a folder that git does not look into: one that it ignores, or another repository.</summary>
    private static List<string> Walk(string top, string folder, ref int left)
    {
        EnumerationOptions below = new()
        {
            RecurseSubdirectories = true,
            AttributesToSkip = FileAttributes.ReparsePoint,
            IgnoreInaccessible = true,
        };
        List<string> files = [];
        foreach (string path in Directory.EnumerateFiles(Path.Combine(top, folder), "*", below).Take(left))
        {
            left--;
            if (
                Endings.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase)
                || Path.GetFileName(path).StartsWith("id_", StringComparison.Ordinal)
            )
                files.Add(Path.GetRelativePath(top, path));
        }

        return files;
    }

    private static string? KindOf(FileInfo file)
    {
        try
        {
            if (
                !file.Exists
                || file.Length is 0 or > PrivateKeyFile.Largest
                || file.LinkTarget is not null
                || file.Attributes.HasFlag(FileAttributes.Device)
            )
                return null;
            return PrivateKeyFile.KindOf(File.ReadAllBytes(file.FullName));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // What cannot be read here is not signed with here either, and git would not take it along.
            return null;
        }
    }
}
