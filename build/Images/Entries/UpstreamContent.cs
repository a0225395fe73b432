using Slipway.Archives;
using Slipway.Definitions;
using Slipway.Oci;

namespace Slipway.Images;

/// <summary>Puts a verified upstream file, or members of it, where its definition says.</summary>
internal static class UpstreamContent
{
    /// <param name="upstream">What goes where.</param>
    /// <param name="architecture">For which architecture: members may be named after it.</param>
    /// <param name="file">The verified file.</param>
    /// <param name="folder">Where members are unpacked to; they are read from there until it is deleted.</param>
    /// <exception cref="ContentException">The archive is broken or lacks a member.</exception>
    public static IEnumerable<LayerEntry> Place(
        UpstreamFile upstream,
        string architecture,
        string file,
        string folder,
        CancellationToken cancellationToken
    )
    {
        string what = $"{upstream.Name} {upstream.Version}",
            owner = ContentOwner.OfUpstream(upstream.Name, upstream.Version);
        if (!upstream.IsArchive)
            return [.. upstream.Install.Select(installation => Entry(installation, file, owner))];

        Dictionary<string, string> members = new(StringComparer.Ordinal);
        foreach (Installation installation in upstream.Install)
            members.TryAdd(upstream.MemberOf(installation, architecture), Path.Combine(folder, $"{upstream.Name}.{members.Count}"));
        UpstreamArchive.Extract(file, members, what, cancellationToken);
        return
        [
            .. upstream.Install.Select(installation => Entry(installation, members[upstream.MemberOf(installation, architecture)], owner)),
        ];
    }

    private static LayerEntry Entry(Installation installation, string file, string owner) =>
        new()
        {
            Path = installation.To,
            Kind = LayerEntryKind.File,
            Mode = installation.Mode,
            Size = new FileInfo(file).Length,
            Open = () => File.OpenRead(file),
            Owner = owner,
        };
}
