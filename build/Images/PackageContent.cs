using Slipway.Oci;
using Slipway.Sources;

namespace Slipway.Images;

/// <summary>Unpacks a verified package beside the others of its layer; its content is read from the spool file until that is deleted.</summary>
internal static class PackageContent
{
    /// <param name="package">As locked; name, version and architecture of the archive must agree with it.</param>
    /// <param name="version">Its version on this architecture.</param>
    /// <param name="file">The verified <c>.deb</c>.</param>
    /// <param name="spool">Where the decompressed content goes.</param>
    /// <param name="latest">No entry is younger than this; Unix seconds.</param>
    /// <exception cref="ContentException">The archive is broken or hostile, or is another package.</exception>
    public static async Task<IEnumerable<LayerEntry>> UnpackAsync(
        LockedPackage package, string version, string file, string spool, long latest, XzMemory memory, CancellationToken cancellationToken)
    {
        await using FileStream stream = File.OpenRead(file);
        DebArchive archive;
        try
        {
            archive = await DebArchive.ReadAsync(stream, spool, DebLimits.Default, memory, cancellationToken);
        }
        catch (DebException e)
        {
            throw new ContentException($"{package.Name} {version}: {e.Message}", e);
        }

        string got = $"{archive.ControlFields.GetValueOrDefault("Package")} {archive.ControlFields.GetValueOrDefault("Version")}";
        if (got != $"{package.Name} {version}")
            throw new ContentException($"{package.Name} {version}: the archive says it is {got}");
        return archive.Entries.Where(entry => !IsMergedAway(entry)).Select(entry => Convert(entry, archive, package, latest));
    }

    /// <summary>A package that still ships <c>bin/</c> as a directory means <c>usr/bin/</c>, which others ship too.</summary>
    private static bool IsMergedAway(DebEntry entry) => entry.Kind == DebEntryKind.Directory && MergedUsr.IsLink(entry.Path);

    private static LayerEntry Convert(DebEntry entry, DebArchive archive, LockedPackage package, long latest)
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
            Owner = "package " + package.Name,
        };
    }
}
