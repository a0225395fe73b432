using System.Collections.Immutable;

namespace Slipway.Sources;

/// <summary>What goes into one layer.</summary>
public sealed record LayerDefinition
{
    /// <summary>A word, unique in the image.</summary>
    public required string Name { get; init; }

    /// <summary>What the layer is, for the image's history.</summary>
    public required string Title { get; init; }

    /// <summary>Wanted Debian packages; what they need comes along, unless a lower layer has it.</summary>
    public required ImmutableArray<string> Packages { get; init; }

    /// <summary>Names of <see cref="UpstreamFile"/>s.</summary>
    public required ImmutableArray<string> Upstream { get; init; }

    public required ImmutableArray<DefinedFile> Files { get; init; }

    public required ImmutableArray<DefinedDirectory> Directories { get; init; }

    public required ImmutableArray<DefinedLink> Links { get; init; }
}

/// <summary>A file of the definition's own folder.</summary>
/// <param name="From">Relative to the definition's folder.</param>
/// <param name="To">Absolute in the image.</param>
/// <param name="Mode">Permission bits.</param>
public sealed record DefinedFile(string From, string To, int Mode);

/// <summary>A directory to make, with owner by number.</summary>
public sealed record DefinedDirectory(string Path, int Mode, int UserId, int GroupId);

/// <summary>A symbolic link to make.</summary>
public sealed record DefinedLink(string Path, string Target);
