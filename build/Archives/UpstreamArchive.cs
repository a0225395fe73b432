using Slipway.Oci;

namespace Slipway.Archives;

/// <summary>
/// Takes members by name out of a <c>.tar.gz</c>. The whole archive is read by the rules for packages before anything is taken.
/// </summary>
public static class UpstreamArchive
{
    private static readonly DebLimits Limits = new() { UnpackedBytes = 4L << 30, ImpliedDirectories = true };

    /// <summary>Writes each wanted member to the path it maps to, or none of them.</summary>
    /// <param name="archive">A verified file.</param>
    /// <param name="members">
    /// Member names without a leading <c>./</c>, at least one, each with the path to write to; the unpacked archive lies beside the first
    /// meanwhile.
    /// </param>
    /// <param name="what">What the archive is, for errors.</param>
    /// <exception cref="ContentException">
    /// It is no such archive, holds what no package may hold, unpacks to more than 4 GiB, or a member is missing or is no regular file.
    /// </exception>
    public static void Extract(
        string archive,
        IReadOnlyDictionary<string, string> members,
        string what,
        CancellationToken cancellationToken
    ) => Extract(archive, members, what, Limits.UnpackedBytes, cancellationToken);

    /// <inheritdoc cref="Extract(string, IReadOnlyDictionary{string, string}, string, CancellationToken)"/>
    /// <param name="limit">The most bytes that it may unpack to.</param>
    public static void Extract(
        string archive,
        IReadOnlyDictionary<string, string> members,
        string what,
        long limit,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(members);
        string spoolPath = members.Values.First() + ".tar";
        using FileStream spool = new(
            spoolPath,
            FileMode.Create,
            FileAccess.ReadWrite,
            FileShare.ReadWrite | FileShare.Delete,
            1 << 16,
            FileOptions.DeleteOnClose
        );
        try
        {
            using (FileStream file = File.OpenRead(archive))
                GzipMember.Unpack(new ArContent(file, what, file.Length), spool, limit, cancellationToken);
            Dictionary<string, DebEntry> entries = DebTree
                .Read(spool, "tar", Limits, cancellationToken)
                .ToDictionary(entry => entry.Path, StringComparer.Ordinal);
            (DebEntry Entry, string Target)[] wanted = [.. members.Select(member => (Find(entries, member.Key, what), member.Value))];
            foreach ((DebEntry entry, string target) in wanted)
                Write(spoolPath, entry, target);
        }
        catch (Exception e) when (e is InvalidDataException or DebException)
        {
            throw new ContentException($"{what}: no sound .tar.gz: {e.Message}", e);
        }
    }

    private static DebEntry Find(Dictionary<string, DebEntry> entries, string name, string what) =>
        !entries.TryGetValue(name, out DebEntry? entry) ? throw new ContentException($"{what}: member '{name}' is missing")
        : entry.Kind != DebEntryKind.File ? throw new ContentException($"{what}: member '{name}' wanted a regular file, got {entry.Kind}")
        : entry;

    private static void Write(string spool, DebEntry entry, string target)
    {
        using DebContent content = new(File.OpenHandle(spool, share: FileShare.ReadWrite | FileShare.Delete), entry.Offset, entry.Size);
        using FileStream output = File.Create(target);
        content.CopyTo(output);
    }
}
