using Slipway.Http;
using Slipway.Oci;

namespace Slipway.Tuf;

/// <summary>
/// What was verified, in a folder: <c>trusted.json</c> has the files of the last whole update, <c>roots.json</c> the roots of the last one
/// that got as far as that. Each is written whole and renamed, so that a process that is killed leaves the one before. What is read here is
/// to be verified again. Safe for concurrent use by several processes.
/// </summary>
/// <param name="folder">Made when something is written.</param>
public sealed class MetadataStore(string folder)
{
    private const string Trusted = "trusted.json",
        Roots = "roots.json",
        LockFile = "lock";

    /// <summary>In base64 a third more.</summary>
    private const int MaximumSize = MetadataLimits.Whole / 2 * 3;

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20);

    public string Folder => folder;

    /// <summary>When the last whole update was kept; long ago when none was.</summary>
    public DateTimeOffset TrustedAt => File.GetLastWriteTimeUtc(Path.Combine(folder, Trusted));

    /// <summary>The files of the last whole update; null when there are none that can be read.</summary>
    public RecordedFiles? ReadTrusted() => Read(Trusted);

    /// <summary>The roots after the pinned one; none when there are none that can be read.</summary>
    public RecordedFiles ReadRoots() => Read(Roots) ?? RecordedFiles.None;

    /// <summary>Keeps the files of a whole update.</summary>
    /// <param name="replaces">Told of those that are there, null for none, while nobody else writes; whether to take their place.</param>
    /// <exception cref="IOException">The folder cannot be written; says which and what to do.</exception>
    /// <exception cref="UnauthorizedAccessException">The rights do not suffice.</exception>
    public Task WriteTrustedAsync(RecordedFiles files, Func<RecordedFiles?, Task<bool>> replaces, CancellationToken cancellationToken) =>
        WriteAsync(Trusted, files, replaces, cancellationToken);

    /// <summary>Keeps roots, unless all of them are there.</summary>
    /// <exception cref="IOException">As <see cref="WriteTrustedAsync"/>.</exception>
    /// <exception cref="UnauthorizedAccessException">The rights do not suffice.</exception>
    public Task WriteRootsAsync(RecordedFiles files, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(files);
        return WriteAsync(Roots, files, kept => Task.FromResult(!HasAll(kept ?? RecordedFiles.None, files)), cancellationToken);
    }

    private static bool HasAll(RecordedFiles kept, RecordedFiles files) =>
        files.Files.All(file =>
            kept.Files.TryGetValue(file.Key, out ReadOnlyMemory<byte> content) && content.Span.SequenceEqual(file.Value.Span)
        );

    private RecordedFiles? Read(string name)
    {
        try
        {
            byte[] content = RegularFile.ReadBytes(Path.Combine(folder, name), MaximumSize);
            return OciJson.Read(content, name, root =>
                root.RequiredMembers("files")
                    .Aggregate(RecordedFiles.None, (files, member) =>
                        files.With(member.Name, StrictBase64.Decode(member.Value.TextOf(member.Name), member.Name))
                    )
            );
        }
        catch (Exception e) when (e is ContentException or IOException or UnauthorizedAccessException)
        {
            // It proves nothing anyway: what cannot be read is fetched again.
            return null;
        }
    }

    private async Task WriteAsync(
        string name,
        RecordedFiles files,
        Func<RecordedFiles?, Task<bool>> replaces,
        CancellationToken cancellationToken
    )
    {
        try
        {
            Directory.CreateDirectory(folder);
            await using FileStream held = await LockAsync(cancellationToken);
            if (!await replaces(Read(name)))
                return;
            string path = Path.Combine(folder, name),
                unfinished = path + ".unfinished";
            await using (FileStream file = new(unfinished, FileMode.Create, FileAccess.Write, FileShare.None))
            {
                await file.WriteAsync(Write(files), cancellationToken);
                file.Flush(flushToDisk: true);
            }

            File.Move(unfinished, path, overwrite: true);
        }
        catch (IOException e)
        {
            throw new IOException(Told(e), e);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new UnauthorizedAccessException(Told(e), e);
        }
    }

    private static byte[] Write(RecordedFiles files) =>
        OciJson.WriteIndented(writer =>
        {
            writer.WriteStartObject();
            writer.WriteStartObject("files");
            foreach ((string path, ReadOnlyMemory<byte> content) in files.Files)
                writer.WriteBase64String(path, content.Span);
            writer.WriteEndObject();
            writer.WriteEndObject();
        });

    /// <summary>An open file that the system lets only one open; it ends with the process, so that the file may stay.</summary>
    private async Task<FileStream> LockAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return new FileStream(Path.Combine(folder, LockFile), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1);
            }
            catch (IOException e) when (IsTaken(e))
            {
                await Task.Delay(Interval, cancellationToken);
            }
        }
    }

    /// <summary>What the system says when another has it: EWOULDBLOCK of Linux and of macOS, ERROR_SHARING_VIOLATION of Windows.</summary>
    private static bool IsTaken(IOException e) =>
        e.HResult
        == (
            OperatingSystem.IsWindows() ? unchecked((int)0x80070020)
            : OperatingSystem.IsLinux() ? 11
            : 35
        );

    private string Told(Exception e) =>
        $"{folder}: what was verified cannot be kept: {e.Message.TrimEnd('.')}; make the folder writable, or name another one with "
        + "--cache-directory";
}
