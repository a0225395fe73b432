using Slipway.Archives;
using Slipway.Oci;

namespace Slipway.Images;

/// <summary>Unpacks verified packages beside the others of their layer; content is read from spool files until those are deleted.</summary>
/// <param name="folder">Where spool files go.</param>
/// <param name="latest">No entry is younger than this; Unix seconds.</param>
/// <param name="memory">Reused from package to package.</param>
internal sealed class PackageContent(string folder, long latest, XzMemory memory)
{
    private readonly List<PackageRecord> _records = [];

    /// <summary>What the packages that were unpacked since this was last asked say of themselves, in that order.</summary>
    public IReadOnlyList<PackageRecord> TakeRecords()
    {
        PackageRecord[] records = [.. _records];
        _records.Clear();
        return records;
    }

    /// <param name="name">As locked; name and version of the archive must agree with it.</param>
    /// <param name="version">Its version on this architecture.</param>
    /// <param name="file">The verified <c>.deb</c>.</param>
    /// <exception cref="ContentException">The archive is broken or hostile, or is another package.</exception>
    public async Task<IEnumerable<LayerEntry>> UnpackAsync(string name, string version, string file, CancellationToken cancellationToken)
    {
        string spool = Path.Combine(folder, name + ".tar");
        await using FileStream stream = File.OpenRead(file);
        DebArchive archive;
        try
        {
            archive = await DebArchive.ReadAsync(stream, spool, DebLimits.Default, memory, cancellationToken);
        }
        catch (DebException e)
        {
            throw new ContentException($"{name} {version}: {e.Message}", e);
        }

        string got = $"{archive.ControlFields.GetValueOrDefault("Package")} {archive.ControlFields.GetValueOrDefault("Version")}";
        if (got != $"{name} {version}")
            throw new ContentException($"{name} {version}: the archive says it is {Printable.Of(got)}");
        _records.Add(PackageRecord.Of(name, archive));
        return archive.Entries.Where(entry => !IsMergedAway(entry)).Select(entry => Convert(entry, archive, name));
    }

    /// <summary>A package that still ships <c>bin/</c> as a directory means <c>usr/bin/</c>, which others ship too.</summary>
    private static bool IsMergedAway(DebEntry entry) => entry.Kind == DebEntryKind.Directory && MergedUsr.IsLink(entry.Path);

    private LayerEntry Convert(DebEntry entry, DebArchive archive, string name)
    {
        bool isLinkItself = entry.Kind == DebEntryKind.SymbolicLink && MergedUsr.IsLink(entry.Path);
        return new LayerEntry
        {
            Path = isLinkItself ? entry.Path : MergedUsr.Resolve(entry.Path),
            Kind = entry.Kind switch
            {
                DebEntryKind.Directory => LayerEntryKind.Directory,
                DebEntryKind.SymbolicLink => LayerEntryKind.SymbolicLink,
                DebEntryKind.HardLink => LayerEntryKind.HardLink,
                _ => LayerEntryKind.File,
            },
            Mode = entry.Kind == DebEntryKind.SymbolicLink ? 0b111_111_111 : entry.Mode,
            UserId = entry.UserId,
            GroupId = entry.GroupId,
            ModifiedTime = Math.Min(entry.ModifiedTime, latest),
            LinkTarget = entry.Kind == DebEntryKind.HardLink ? MergedUsr.Resolve(entry.LinkTarget!) : entry.LinkTarget,
            Size = entry.Kind == DebEntryKind.File ? entry.Size : 0,
            Open = entry.Kind == DebEntryKind.File ? () => archive.Open(entry) : null,
            Owner = ContentOwner.OfPackage(name),
        };
    }
}
