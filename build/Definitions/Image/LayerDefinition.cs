using System.Collections.Immutable;

namespace Slipway.Definitions;

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

    /// <summary>Files of this layer's packages to lie at a second path, as ucf and postinst scripts copy them.</summary>
    public required ImmutableArray<DefinedCopy> Copies { get; init; }

    public required ImmutableArray<DefinedAlternative> Alternatives { get; init; }

    /// <summary>Names of <see cref="FinishingStepName"/>, in the order they are taken.</summary>
    public required ImmutableArray<string> Finish { get; init; }
}

/// <summary>A file of the definition's own folder.</summary>
/// <param name="From">Relative to the definition's folder.</param>
/// <param name="To">Absolute in the image.</param>
/// <param name="Mode">Permission bits.</param>
public sealed record DefinedFile(string From, string To, int Mode)
{
    public int UserId { get; init; }

    public int GroupId { get; init; }
}

/// <summary>A directory to make, with owner by number.</summary>
public sealed record DefinedDirectory(string Path, int Mode, int UserId, int GroupId)
{
    /// <summary>The package that ships the directory otherwise, when that is changed on purpose; null when nobody does.</summary>
    public string? Package { get; init; }
}

/// <summary>A symbolic link to make.</summary>
public sealed record DefinedLink(string Path, string Target);

/// <summary>A file to copy within the image; <paramref name="From"/> lies in the same layer.</summary>
/// <param name="Mode">Permission bits.</param>
public sealed record DefinedCopy(string From, string To, int Mode);

/// <summary>
/// A choice as update-alternatives(1) lays it out: <paramref name="Link"/> points to <c>/etc/alternatives/NAME</c>, that to
/// <paramref name="Target"/>. A slave is an alternative of its own.
/// </summary>
public sealed record DefinedAlternative(string Name, string Link, string Target)
{
    /// <summary>Where the choice itself lies.</summary>
    public string Choice => "etc/alternatives/" + Name;
}
