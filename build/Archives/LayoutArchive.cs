using Slipway.Http;
using Slipway.Oci;

namespace Slipway.Archives;

/// <summary>
/// Unpacks an archive of an OCI image layout, a tar or a gzipped one, as skopeo's <c>oci-archive:</c> makes it. Only what a layout is
/// made of is written, under names that come from parsed digests; nothing of it is believed.
/// </summary>
public static class LayoutArchive
{
    // Blobs are compressed already, so an honest archive of them hardly shrinks.
    private const int MostGrowth = 16;
    private const long AlwaysAllowed = 64 << 20;

    /// <summary>How every gzip member begins (RFC 1952, 2.3.1).</summary>
    private static ReadOnlySpan<byte> Gzip => [0x1f, 0x8b];

    private static readonly DebLimits Limits = new()
    {
        Entries = 20_000,
        NameCharacters = 4 << 20,
        ImpliedDirectories = true,
        ForeignAttributes = true,
    };

    /// <param name="archive">A file. Reading it needs little memory whatever it claims to hold.</param>
    /// <param name="folder">An empty folder. After a failure it holds remains; whoever made it deletes it.</param>
    /// <exception cref="ContentException">
    /// It is no such archive, is cut short or followed by something else, holds a symbolic link, a device or a hard link to what is no
    /// earlier blob, or a path twice, or unpacks to more than 16 times its size.
    /// </exception>
    public static void Unpack(string archive, string folder, CancellationToken cancellationToken) =>
        Read(archive, folder, (tar, path) => Write(tar, path, folder, cancellationToken), cancellationToken);

    /// <summary>Reads a file that stands in the archive beside the layout.</summary>
    /// <param name="name">Of the file, at the top.</param>
    /// <param name="limit">Most bytes.</param>
    /// <param name="folder">For what is unpacked on the way.</param>
    /// <returns>Null where there is none.</returns>
    /// <exception cref="ContentException">As <see cref="Unpack"/>, or the file is larger.</exception>
    public static byte[]? ReadBeside(string archive, string name, int limit, string folder, CancellationToken cancellationToken)
    {
        byte[]? found = null;
        Read(archive, folder, (tar, path) => found = Find(tar, path, name, limit, cancellationToken), cancellationToken);
        return found;
    }

    private static byte[]? Find(FileStream tar, string path, string name, int limit, CancellationToken cancellationToken)
    {
        foreach (DebEntry entry in DebTree.Read(tar, "tar", Limits, cancellationToken))
        {
            if (entry.Path != name)
                continue;
            if (entry.Kind != DebEntryKind.File || entry.Size > limit)
                throw new InvalidDataException($"{name}: wanted a file of at most {limit} bytes, got a {entry.Kind} of {entry.Size}");
            using DebContent content = new(File.OpenHandle(path, share: FileShare.ReadWrite | FileShare.Delete), entry.Offset, entry.Size);
            byte[] bytes = new byte[entry.Size];
            content.ReadExactly(bytes);
            return bytes;
        }

        return null;
    }

    private static void Read(string archive, string folder, Action<FileStream, string> read, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(archive);
        try
        {
            using FileStream file = RegularFile.Open(archive);
            if (!IsGzip(file))
            {
                read(file, archive);
                return;
            }

            string path = Path.Combine(folder, ".archive");
            using (
                FileStream spool = new(
                    path,
                    FileMode.CreateNew,
                    FileAccess.ReadWrite,
                    FileShare.ReadWrite | FileShare.Delete,
                    1 << 16,
                    FileOptions.DeleteOnClose
                )
            )
            {
                GzipMember.Unpack(
                    new ArContent(file, archive, file.Length),
                    spool,
                    (file.Length * MostGrowth) + AlwaysAllowed,
                    cancellationToken
                );
                read(spool, path);
            }
        }
        catch (UnfitFileException e)
        {
            throw new ContentException($"{archive}: no sound archive of an image layout: {e.Problem}", e);
        }
        catch (Exception e) when (e is InvalidDataException or DebException or EndOfStreamException)
        {
            throw new ContentException($"{archive}: no sound archive of an image layout: {e.Message}", e);
        }
    }

    private static bool IsGzip(FileStream file)
    {
        Span<byte> start = stackalloc byte[2];
        bool found = file.ReadAtLeast(start, 2, throwOnEndOfStream: false) == 2 && start.SequenceEqual(Gzip);
        file.Position = 0;
        return found;
    }

    private static void Write(FileStream tar, string path, string folder, CancellationToken cancellationToken)
    {
        foreach (DebEntry entry in DebTree.Read(tar, "tar", Limits, cancellationToken))
        {
            // A hard link is the file it names, which came before it: tar writes the second name of a blob so.
            if (entry.Kind is DebEntryKind.SymbolicLink || (entry.Kind is DebEntryKind.HardLink && TargetOf(entry.Path) is null))
                throw new InvalidDataException($"{Printable.Of(entry.Path)} is a {entry.Kind}, and a layout holds none");
            if (entry.Kind == DebEntryKind.Directory || TargetOf(entry.Path) is not { } target)
                continue;
            string full = Path.Combine(folder, target);
            Directory.CreateDirectory(Path.GetDirectoryName(full)!);
            using DebContent content = new(File.OpenHandle(path, share: FileShare.ReadWrite | FileShare.Delete), entry.Offset, entry.Size);
            using FileStream output = new(full, FileMode.CreateNew, FileAccess.Write);
            content.CopyTo(output);
        }
    }

    /// <summary>
    /// Where a member belongs in the folder; null for what is no part of a layout, as the files that docker save puts beside one.
    /// </summary>
    private static string? TargetOf(string path) =>
        path switch
        {
            "oci-layout" or "index.json" => path,
            _ when path.Split('/') is ["blobs", var algorithm, var hex] && Digest.TryParse($"{algorithm}:{hex}", out Digest? digest) =>
                Path.Combine("blobs", digest.Algorithm, digest.Hex),
            _ => null,
        };
}
