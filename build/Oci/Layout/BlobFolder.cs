namespace Slipway.Oci;

/// <summary>
/// The <c>blobs/</c> folder of an OCI image layout: files named by their digest (image-layout.md, "Blobs"). Names come
/// from parsed digests only, so no name leads out of the folder; a symbolic link in the way is refused, not followed.
/// Files appear under their name whole or not at all, so several tasks may add at once, even the same blob.
/// </summary>
internal sealed class BlobFolder(string layoutPath)
{
    private const int BufferSize = 128 * 1024;

    private readonly string _blobs = Path.Combine(layoutPath, "blobs");

    public string PathOf(Digest digest) => Path.Combine(_blobs, digest.Algorithm, digest.Hex);

    /// <summary>The file's length in bytes; null when there is none.</summary>
    /// <exception cref="ContentException">Something else than a regular file stands there.</exception>
    public long? LengthOf(Digest digest)
    {
        RefuseLink(new DirectoryInfo(_blobs));
        RefuseLink(new DirectoryInfo(Path.Combine(_blobs, digest.Algorithm)));
        FileInfo file = new(PathOf(digest));
        RefuseLink(file);
        if (Directory.Exists(file.FullName))
            throw new ContentException($"{file.FullName}: wanted a file, got a folder");
        return file.Exists ? file.Length : null;
    }

    /// <summary>Opens a blob that is proven while it is read; null when it is not there.</summary>
    /// <exception cref="ContentException">The file has another size than the descriptor says.</exception>
    public Stream? Open(Descriptor descriptor)
    {
        if (LengthOf(descriptor.Digest) is not { } length)
            return null;
        string path = PathOf(descriptor.Digest);
        if (length != descriptor.Size)
            throw new ContentException($"{path}: wanted {descriptor.Size} bytes, got {length}");

        // Pipes and devices have length 0 as well, and opening one could wait for ever.
        Stream file = length == 0 ? new MemoryStream() : OpenForReading(path);
        return VerifyingStream.Over(file, descriptor, path);
    }

    /// <summary>Whether the blob is there, whole and unchanged: it is read to its end.</summary>
    public async Task<bool> HoldsAsync(Descriptor descriptor, CancellationToken cancellationToken)
    {
        if (LengthOf(descriptor.Digest) != descriptor.Size)
            return false;
        try
        {
            await using Stream? blob = Open(descriptor);
            await blob!.CopyToAsync(Stream.Null, BufferSize, cancellationToken);
            return true;
        }
        catch (ContentException)
        {
            return false;
        }
    }

    /// <summary>Stores what <paramref name="content"/> holds after proving it; keeps nothing of what does not fit.</summary>
    public async Task AddAsync(Descriptor descriptor, Stream content, CancellationToken cancellationToken)
    {
        string temporary = UnfinishedPath(descriptor.Digest);
        try
        {
            await using (VerifyingStream proven = VerifyingStream.Over(content, descriptor, $"blob {descriptor.Digest}"))
            await using (
                FileStream file = new(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, BufferSize, useAsync: false)
            )
                await proven.CopyToAsync(file, BufferSize, cancellationToken);
            File.Move(temporary, PathOf(descriptor.Digest), overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    /// <summary>Takes a file in after proving it; the file is then no longer where it was.</summary>
    public async Task MoveInAsync(Descriptor descriptor, string sourcePath, CancellationToken cancellationToken)
    {
        await using (VerifyingStream proven = VerifyingStream.Over(OpenForReading(sourcePath), descriptor, sourcePath))
            await proven.CopyToAsync(Stream.Null, BufferSize, cancellationToken);
        string temporary = UnfinishedPath(descriptor.Digest);
        try
        {
            // Between file systems a move is a copy, so the name is given in a second step.
            File.Move(sourcePath, temporary);
            File.Move(temporary, PathOf(descriptor.Digest), overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    /// <summary>Deletes every file that is no blob of <paramref name="keep"/>.</summary>
    /// <returns>How many files were deleted.</returns>
    public int RemoveAllBut(IReadOnlySet<Digest> keep)
    {
        DirectoryInfo blobs = new(_blobs);
        RefuseLink(blobs);
        HashSet<string> kept = [.. keep.Select(PathOf)];
        int removed = 0;
        foreach (DirectoryInfo folder in blobs.EnumerateDirectories())
        {
            RefuseLink(folder);
            foreach (FileInfo file in folder.EnumerateFiles().Where(file => !kept.Contains(Path.Combine(_blobs, folder.Name, file.Name))))
            {
                file.Delete();
                removed++;
            }
        }

        return removed;
    }

    /// <exception cref="ContentException">A symbolic link stands where a file or folder is wanted.</exception>
    internal static void RefuseLink(FileSystemInfo entry)
    {
        if (entry.LinkTarget is not null)
            throw new ContentException($"{entry.FullName}: it is a symbolic link, and a layout holds none; nothing was followed");
    }

    private static FileStream OpenForReading(string path) =>
        new(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, BufferSize, FileOptions.SequentialScan);

    /// <summary>Where a file stands until it gets its name; what a killed run leaves goes with the unreachable files.</summary>
    private string UnfinishedPath(Digest digest)
    {
        LengthOf(digest);
        string folder = Path.Combine(_blobs, digest.Algorithm);
        Directory.CreateDirectory(folder);
        return Path.Combine(folder, ".unfinished-" + Path.GetRandomFileName());
    }

    public static void WriteAtomically(string path, byte[] content)
    {
        RefuseLink(new FileInfo(path));
        string temporary = path + ".unfinished";
        File.Delete(temporary);
        File.WriteAllBytes(temporary, content);
        File.Move(temporary, path, overwrite: true);
    }
}
