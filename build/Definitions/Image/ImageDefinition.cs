using System.Collections.Immutable;
using Slipway.Oci;

namespace Slipway.Definitions;

/// <summary>
/// What an image is wanted to be, as <c>images/NAME/image.yaml</c> says it; <c>images/image.schema.json</c> describes
/// the file for editors.
/// </summary>
public sealed record ImageDefinition
{
    /// <summary>The file that makes a folder under <c>images/</c> an image.</summary>
    public const string FileName = "image.yaml";

    /// <summary>The folder's name.</summary>
    public required string Name { get; init; }

    /// <summary>The folder that relative paths in the definition start from.</summary>
    public required string Folder { get; init; }

    public required string Title { get; init; }

    public required string Description { get; init; }

    /// <summary>The upstream version that the image's releases are named after, with its <c>v</c>.</summary>
    public required string Version { get; init; }

    /// <summary>Where newer versions than <see cref="Version"/> are found; null when nobody says.</summary>
    public VersionChannel? Releases { get; init; }

    /// <summary>Where the definition is kept, an https address.</summary>
    public required string Source { get; init; }

    /// <summary>An SPDX licence expression for what the project itself adds.</summary>
    public required string Licenses { get; init; }

    public required ImmutableArray<Platform> Platforms { get; init; }

    /// <summary>The repository whose name is signed, without tag.</summary>
    public required Reference Official { get; init; }

    /// <summary>Further repositories that hold the same bytes.</summary>
    public required ImmutableArray<Reference> Fallbacks { get; init; }

    public required DebianSource Debian { get; init; }

    /// <summary>What of the packages is left out; nothing else is.</summary>
    public required ImmutableArray<Exclusion> Exclude { get; init; }

    public required ImmutableArray<UpstreamFile> Upstream { get; init; }

    /// <summary>Lowest first: what changes seldom comes before what changes often.</summary>
    public required ImmutableArray<LayerDefinition> Layers { get; init; }

    /// <summary>
    /// The lines of <c>/etc/passwd</c> and <c>/etc/group</c>, written into the lowest layer; none = no such files. With the
    /// step <see cref="FinishingStepName.Accounts"/> they follow base-passwd's, in its layer.
    /// </summary>
    public required ImmutableArray<Account> Accounts { get; init; }

    public required RunConfiguration Config { get; init; }

    /// <summary>What takes the image's reference on a node; null when a release hands out nothing for that.</summary>
    public NodeUnit? Node { get; init; }

    /// <summary>Every repository, the official one first.</summary>
    public IEnumerable<Reference> Repositories => Fallbacks.Prepend(Official);
}

/// <summary>Where packages come from.</summary>
/// <param name="Suites">As in <c>dists/</c>: <c>trixie</c>, <c>trixie-updates</c>, <c>trixie-security</c>.</param>
/// <param name="Components">As in the suite's index: <c>main</c>.</param>
/// <param name="Essential">Whether packages marked Essential are wanted too, in the lowest layer.</param>
public sealed record DebianSource(ImmutableArray<string> Suites, ImmutableArray<string> Components, bool Essential)
{
    /// <summary>What is not installed although something depends on it, and what only that needs.</summary>
    public required ImmutableArray<UnneededPackage> Without { get; init; }

    /// <summary>
    /// Where <see cref="Essential"/> would be written, <c>FILE:LINE:COLUMN</c>, when it is true because nobody wrote it; else null.
    /// </summary>
    public string? EssentialUnwritten { get; init; }
}

/// <summary>A group and, unless only a group is wanted, a user of the same name and number.</summary>
public sealed record Account(string Name, int Id, string Home, string Shell, bool GroupOnly)
{
    /// <summary>The user's group by number when it is another's; then no group of the user's own name is made.</summary>
    public int? GroupId { get; init; }
}

/// <summary>How the image runs (OCI image configuration, "config").</summary>
public sealed record RunConfiguration(
    ImmutableArray<string> Entrypoint,
    ImmutableArray<string> Command,
    ImmutableArray<string> Environment,
    string? User,
    string? WorkingDirectory,
    ImmutableSortedDictionary<string, string> Labels
);
