namespace Slipway.Archives;

/// <summary>
/// A Debian binary package (deb(5), format 2.x), read without running anything of it: its control fields and files, and the members of its
/// data.tar, whose unpacked bytes lie in a spool file so that contents can be read in any order. Immutable; safe to use from several
/// threads.
/// </summary>
public sealed class DebArchive
{
    private readonly string _spoolPath;

    private DebArchive(string spoolPath) => _spoolPath = spoolPath;

    /// <summary>The fields of <c>control</c> by name in any case; Package, Version and Architecture are always there.</summary>
    public required IReadOnlyDictionary<string, string> ControlFields { get; init; }

    /// <summary>
    /// Every file of control.tar by name: <c>control</c>, <c>md5sums</c>, <c>conffiles</c>, maintainer scripts (never run).
    /// </summary>
    public required IReadOnlyDictionary<string, ReadOnlyMemory<byte>> ControlFiles { get; init; }

    /// <summary>The members of data.tar in archive order, without the root directory. Every directory precedes what it holds.</summary>
    public required IReadOnlyList<DebEntry> Entries { get; init; }

    /// <summary>Reads a package from where <paramref name="deb"/> stands to its end.</summary>
    /// <param name="deb">Need not be seekable; read synchronously on a pool thread; left open.</param>
    /// <param name="spoolPath">
    /// A file that is made or overwritten and holds the unpacked data.tar. It belongs to the caller, who deletes it when done with
    /// <see cref="Open"/>. After an exception it is not there.
    /// </param>
    /// <exception cref="DebException">The package is damaged, cut short, beyond a limit, or holds something that is refused.</exception>
    public static Task<DebArchive> ReadAsync(Stream deb, string spoolPath, DebLimits limits, CancellationToken cancellationToken) =>
        ReadAsync(deb, spoolPath, limits, new XzMemory(), cancellationToken);

    /// <inheritdoc cref="ReadAsync(Stream, string, DebLimits, CancellationToken)"/>
    /// <param name="memory">Reused from package to package.</param>
    public static Task<DebArchive> ReadAsync(
        Stream deb,
        string spoolPath,
        DebLimits limits,
        XzMemory memory,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(deb);
        ArgumentException.ThrowIfNullOrEmpty(spoolPath);
        ArgumentNullException.ThrowIfNull(limits);
        return Task.Run(() => Read(deb, spoolPath, limits, memory, cancellationToken), cancellationToken);
    }

    /// <summary>
    /// The content of a file or of the file a hard link names: a seekable stream, independent of others, that the caller disposes.
    /// </summary>
    public Stream Open(DebEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        if (entry.Kind is not (DebEntryKind.File or DebEntryKind.HardLink))
            throw new ArgumentException($"{entry.Path} is not a file and has no content.", nameof(entry));
        return new DebContent(File.OpenHandle(_spoolPath, FileMode.Open, FileAccess.Read, FileShare.Read), entry.Offset, entry.Size);
    }

    private static DebArchive Read(Stream deb, string spoolPath, DebLimits limits, XzMemory memory, CancellationToken cancellationToken)
    {
        var container = new DebContainer(deb, limits, memory, cancellationToken);
        container.ReadVersion();

        using var control = new MemoryStream();
        string controlName = container.Unpack("control.tar", control, limits.ControlBytes);
        IReadOnlyDictionary<string, ReadOnlyMemory<byte>> files = ReadControlFiles(control, controlName, limits, cancellationToken);

        using var spool = new FileStream(spoolPath, FileMode.Create, FileAccess.ReadWrite, FileShare.Read | FileShare.Delete);
        try
        {
            string dataName = container.Unpack("data.tar", spool, limits.UnpackedBytes);
            container.ReadEnd();
            return new DebArchive(spoolPath)
            {
                ControlFields = ParseControl(files, controlName),
                ControlFiles = files,
                Entries = DebTree.Read(spool, dataName, limits, cancellationToken),
            };
        }
        catch
        {
            // What is refused is not kept, not even where nobody looks.
            File.Delete(spoolPath);
            throw;
        }
    }

    private static Dictionary<string, ReadOnlyMemory<byte>> ReadControlFiles(
        MemoryStream tar,
        string member,
        DebLimits limits,
        CancellationToken cancellationToken
    )
    {
        var files = new Dictionary<string, ReadOnlyMemory<byte>>(StringComparer.Ordinal);
        foreach (DebEntry entry in DebTree.Read(tar, member, limits, cancellationToken))
        {
            if (entry.Kind != DebEntryKind.File)
                throw new DebException($"{member} {entry.Path}", "control.tar may hold files only");
            files.Add(entry.Path, tar.GetBuffer().AsMemory((int)entry.Offset, (int)entry.Size));
        }

        return files;
    }

    private static IReadOnlyDictionary<string, string> ParseControl(IReadOnlyDictionary<string, ReadOnlyMemory<byte>> files, string member)
    {
        if (!files.TryGetValue("control", out ReadOnlyMemory<byte> control))
            throw new DebException(member, "there is no file \"control\"");
        try
        {
            return DebControl.Parse(control.Span);
        }
        catch (FormatException e)
        {
            throw new DebException($"{member} control", e.Message, e);
        }
    }
}
