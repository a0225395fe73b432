using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Slipway.Git;
using Slipway.Oci;
using Slipway.Verification;

namespace Slipway.Release;

/// <summary>
/// The tags of one image at one commit, in both styles: release (<c>v1.36.4</c>, <c>v1.36.4-amd64</c>,
/// <c>v1.36.4-2-g23228e6-amd64</c>) and build (<c>build-23228e6</c>, …), which name the same digests; or, of what a Dockerfile
/// made, <c>dockerfile-23228e6</c> and <c>dockerfile-v1.36.4</c>.
/// </summary>
public sealed partial record TagPlan
{
    private const string MainBranch = "main";

    /// <summary>The tag of the index that names the release.</summary>
    public required string Release { get; init; }

    /// <summary>Every tag; those of platforms come before those of the index, moving ones last.</summary>
    public required ImmutableArray<PlannedTag> Tags { get; init; }

    /// <summary>Why these tags are for rehearsals only; null when they may be published.</summary>
    public required string? RehearsalOnly { get; init; }

    /// <param name="image">The image's name.</param>
    /// <param name="version">The definition's version, <c>v1.36.4</c>.</param>
    /// <param name="git">The commit.</param>
    /// <param name="platforms">Those in the index.</param>
    /// <exception cref="ReleaseException">The git tag names another version than the definition, or no version at all.</exception>
    /// <param name="way">
    /// How the image was built: what a Dockerfile made has tags of its own, <c>dockerfile-23228e6</c>, and takes none of a release's.
    /// </param>
    public static TagPlan For(
        string image,
        string version,
        GitState git,
        IEnumerable<Platform> platforms,
        BuildMethod way = BuildMethod.Assembled
    )
    {
        ArgumentNullException.ThrowIfNull(git);
        string release = ReleaseTag(image, version, git);
        string? rehearsalOnly =
            git.IsDirty ? $"there are uncommitted changes: {GitChange.Names(git.Changes)}. {GitChange.Repair(git.Changes)}"
            : git.Tag is null ? Untagged(image, version, git)
            : null;
        string style = way == BuildMethod.Dockerfile ? "dockerfile-" : "build-";
        string build = style + git.ShortCommit + (git.IsDirty ? "-dirty" : "");
        bool exact = git is { Tag: not null, Distance: 0, IsDirty: false };

        var tags = ImmutableArray.CreateBuilder<PlannedTag>();
        foreach (Platform platform in platforms)
        {
            if (way == BuildMethod.Assembled)
                tags.Add(new PlannedTag($"{release}-{platform.Architecture}", platform, Moves: false));
            tags.Add(new PlannedTag($"{build}-{platform.Architecture}", platform, Moves: false));
        }

        if (way == BuildMethod.Assembled)
            tags.Add(new PlannedTag(release, null, Moves: false));
        tags.Add(new PlannedTag(build, null, Moves: false));
        if (exact)
            tags.Add(new PlannedTag(style + release, null, Moves: false));
        if (!exact && !git.IsDirty && git.Branch == MainBranch)
            tags.Add(new PlannedTag(style + MainBranch, null, Moves: true));
        string name =
            way == BuildMethod.Assembled ? release
            : exact ? style + release
            : build;
        return new TagPlan
        {
            Release = name,
            Tags = tags.ToImmutable(),
            RehearsalOnly = rehearsalOnly,
        };
    }

    /// <summary>Another clone may have tags that this one does not.</summary>
    private static string Untagged(string image, string version, GitState git)
    {
        string make = $"git tag {GitTags.Next(image, version, git.Tags)}";
        return $"no git tag {image}/vX.Y.Z is there yet. "
            + $"Run {(git.HasRemote ? $"git fetch --tags, or {make} if the remote has none either" : make)}";
    }

    private static string ReleaseTag(string image, string version, GitState git)
    {
        string dirty = git.IsDirty ? "-dirty" : "";
        if (git.Tag is null)
            return git.DescriptionOf(image)![(image.Length + 1)..] + dirty;
        string tag = git.Tag[(image.Length + 1)..];
        if (!VersionGrammar().IsMatch(tag))
            throw new ReleaseException($"git tag {git.Tag}: wanted {image}/vX.Y.Z or {image}/vX.Y.Z-rN. {Instead(image, version, git)}");
        if (git.Distance > 0)
            return git.DescriptionOf(image)![(image.Length + 1)..] + dirty;
        if (RebuildSuffix().Replace(tag, "") != version)
            throw new ReleaseException(
                $"git tag {git.Tag} disagrees with version {version} in images/{image}/image.yaml. {Instead(image, version, git)}"
            );
        return tag + dirty;
    }

    /// <summary>Takes the tag away and, where it is at this commit, makes the one that is free for the version.</summary>
    private static string Instead(string image, string version, GitState git)
    {
        string remove = $"Run git tag --delete {ShellWord.Of(git.Tag!)}";
        return git.Distance > 0 ? remove : $"{remove} && git tag {GitTags.Next(image, version, git.Tags.Remove(git.Tag!))}";
    }

    [GeneratedRegex(@"^v[0-9]+\.[0-9]+\.[0-9]+(-(alpha|beta|rc)\.[0-9]+)?(-r[0-9]+)?\z")]
    private static partial Regex VersionGrammar();

    [GeneratedRegex(@"-r[0-9]+\z")]
    private static partial Regex RebuildSuffix();
}

/// <summary>One tag of a plan.</summary>
/// <param name="Name">The tag.</param>
/// <param name="Platform">The platform whose manifest it names; null for the index.</param>
/// <param name="Moves">Whether it may name another digest tomorrow; all others never change once written.</param>
public sealed record PlannedTag(string Name, Platform? Platform, bool Moves);
