using System.Globalization;
using Slipway.Oci;
using Slipway.Processes;
using Slipway.Verification;

namespace Slipway.Git;

/// <summary>
/// The files of one commit, as they were committed: no attribute, replacement, filter or hook of this clone changes them, and no host is
/// asked for what it lacks. What a commit holds is anybody's, so links are refused and no path leads out.
/// </summary>
/// <param name="root">A clone that has the commit.</param>
/// <param name="commit">In hex.</param>
public sealed class CommitTree(string root, string commit)
{
    private const int MostFiles = 2000;
    private const long MostBytes = 256L << 20;

    /// <summary>
    /// Writes what the commit has below <paramref name="path"/> to <paramref name="folder"/>, with the same path below it.
    /// </summary>
    /// <param name="path">In the repository.</param>
    /// <param name="folder">Made here; nothing may be there.</param>
    /// <exception cref="ContentException">
    /// The commit holds what is no plain file, a path that leads out, or too much; nothing is left.
    /// </exception>
    /// <exception cref="ReleaseException">The clone lacks the commit or a part of it.</exception>
    public async Task WriteAsync(string path, string folder, CancellationToken cancellationToken)
    {
        List<CommittedFile> files = await ListAsync(path, cancellationToken);
        Directory.CreateDirectory(folder);
        try
        {
            foreach (CommittedFile file in files)
                await WriteAsync(file, folder, cancellationToken);
        }
        catch
        {
            Directory.Delete(folder, recursive: true);
            throw;
        }
    }

    private async Task<List<CommittedFile>> ListAsync(string path, CancellationToken cancellationToken)
    {
        ProcessResult result = await GitRepository.RunAsync(
            root,
            cancellationToken,
            "ls-tree",
            "-r",
            "-z",
            "-l",
            "--full-tree",
            commit,
            "--",
            path
        );
        if (!result.Success)
            throw Incomplete(result);
        string[] lines = result.Output.Split('\0', StringSplitOptions.RemoveEmptyEntries);
        if (lines.Length > MostFiles)
            throw Wrong($"wanted at most {MostFiles} files below {path}, got {lines.Length}");
        if (lines.Length == 0)
            throw Wrong($"it has no {path}");
        List<CommittedFile> files = [.. lines.Select(Parse)];
        return files.Sum(file => file.Size) <= MostBytes ? files : throw Wrong($"wanted at most {MostBytes} bytes below {path}, got more");
    }

    /// <summary>Reads <c>MODE TYPE OBJECT SIZE TAB PATH</c> of git ls-tree.</summary>
    private CommittedFile Parse(string line)
    {
        int tab = line.IndexOf('\t', StringComparison.Ordinal);
        string[] fields = line[..Math.Max(tab, 0)].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        string path = line[(tab + 1)..];
        if (fields is not [var mode, var type, var name, var size])
            throw Wrong($"git ls-tree printed '{Printable.Of(line)}'");
        if (type != "blob" || mode is not ("100644" or "100755"))
            throw Wrong(
                $"/{Printable.Of(path)} is not a plain file "
                    + $"but {(mode == "120000" ? "a symbolic link" : mode == "160000" ? "another repository" : $"of mode {Printable.Of(mode)}")}"
            );
        if (path.Split('/').Any(part => part is "" or "." or "..") || path.Any(char.IsControl))
            throw Wrong($"the path '{Printable.Of(path)}' leads out of the tree or is not a path");
        return new CommittedFile(path, name, long.Parse(size, CultureInfo.InvariantCulture), mode == "100755");
    }

    private async Task WriteAsync(CommittedFile file, string folder, CancellationToken cancellationToken)
    {
        string path = Path.GetFullPath(Path.Combine(folder, file.Path));
        if (!path.StartsWith(Path.GetFullPath(folder) + "/", StringComparison.Ordinal))
            throw Wrong($"the path '{Printable.Of(file.Path)}' leads out of the tree");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await using (FileStream stream = new(path, FileMode.CreateNew))
        {
            ProcessResult result = await ReadAsync(file, stream, cancellationToken);
            if (!result.Success)
                throw Incomplete(result);
            if (stream.Length != file.Size)
                throw Wrong($"/{Printable.Of(file.Path)}: wanted {file.Size} bytes, got {stream.Length}");
        }

        if (file.IsExecutable && !OperatingSystem.IsWindows())
            File.SetUnixFileMode(
                path,
                File.GetUnixFileMode(path) | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute
            );
    }

    private async Task<ProcessResult> ReadAsync(CommittedFile file, Stream stream, CancellationToken cancellationToken)
    {
        try
        {
            return await GitProgram.RunAsync(root, ["cat-file", "blob", file.Name], stream, file.Size, cancellationToken);
        }
        catch (ProgramException e) when (e.IsTooMuch)
        {
            throw Wrong($"/{Printable.Of(file.Path)}: wanted {file.Size} bytes, got more");
        }
    }

    private ContentException Wrong(string what) => new($"commit {commit}: {what}; nothing of it was taken");

    private ReleaseException Incomplete(ProcessResult result) =>
        new($"{root}: commit {commit} cannot be read: {Printable.Of(result.Errors.Trim())}. Run git fetch --refetch there");

    /// <param name="Name">Of the object.</param>
    private sealed record CommittedFile(string Path, string Name, long Size, bool IsExecutable);
}
