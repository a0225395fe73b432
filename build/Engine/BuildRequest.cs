using System.Collections.Immutable;
using System.Formats.Tar;
using Slipway.Oci;

namespace Slipway.Engine;

/// <summary>A build from a Dockerfile, for one platform.</summary>
public sealed record BuildRequest
{
    /// <summary>What the Dockerfile can copy from, itself among it; read once, while it is sent.</summary>
    public required IEnumerable<LayerEntry> Context { get; init; }

    /// <summary>The Dockerfile's path in the context.</summary>
    public string Dockerfile { get; init; } = "Dockerfile";

    /// <summary>What the Engine is to call the image; none is allowed.</summary>
    public ImmutableArray<Reference> Names { get; init; } = [];

    /// <summary>Shown in the image's history: never a secret.</summary>
    public ImmutableSortedDictionary<string, string> Arguments { get; init; } = Descriptor.NoAnnotations;

    /// <summary>Labels of the image.</summary>
    public ImmutableSortedDictionary<string, string> Labels { get; init; } = Descriptor.NoAnnotations;

    public required Platform Platform { get; init; }

    /// <summary>The stage to end with; null for the last.</summary>
    public string? Target { get; init; }

    /// <summary>What its commands may reach.</summary>
    public ContainerNetwork Network { get; init; } = ContainerNetwork.None;

    /// <summary>Whether every step is done anew.</summary>
    public bool IgnoresCache { get; init; }

    /// <summary>Writes the context as a tar archive, in small pieces.</summary>
    /// <exception cref="ContentException">A file has another length than it said.</exception>
    internal async Task WriteContextAsync(Stream destination, CancellationToken cancellationToken)
    {
        await using TarWriter tar = new(destination, TarEntryFormat.Gnu, leaveOpen: true);
        foreach (LayerEntry entry in Context)
        {
            GnuTarEntry header = new(TypeOf(entry.Kind), entry.Kind == LayerEntryKind.Directory ? entry.Path + "/" : entry.Path)
            {
                Mode = (UnixFileMode)entry.Mode,
                Uid = entry.UserId,
                Gid = entry.GroupId,
                ModificationTime = DateTimeOffset.FromUnixTimeSeconds(entry.ModifiedTime),
                AccessTime = default,
                ChangeTime = default,
            };
            if (entry.LinkTarget is not null)
                header.LinkName = entry.LinkTarget;
            await using Stream? content = entry.Kind == LayerEntryKind.File ? new SizedStream(entry.Open!(), entry.Size, entry.Path) : null;
            if (content is not null)
                header.DataStream = content;
            await tar.WriteEntryAsync(header, cancellationToken);
        }
    }

    private static TarEntryType TypeOf(LayerEntryKind kind) =>
        kind switch
        {
            LayerEntryKind.Directory => TarEntryType.Directory,
            LayerEntryKind.SymbolicLink => TarEntryType.SymbolicLink,
            LayerEntryKind.HardLink => TarEntryType.HardLink,
            _ => TarEntryType.RegularFile,
        };
}
