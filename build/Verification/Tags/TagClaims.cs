using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Slipway.Oci;
using Slipway.Trust;

namespace Slipway.Verification;

/// <summary>
/// All that a tag says by its name of the image that it names: version, commit, platform, shape and way of building, by the grammar of
/// <c>TagPlan</c>. A name is a claim, which manifest and provenance have to prove; what is null is not claimed.
/// </summary>
public sealed partial record TagClaims
{
    private TagClaims(string? tag) => Tag = tag;

    /// <summary>What a digest claims, or the name that a layout on this machine gives its image: nothing.</summary>
    public static TagClaims None { get; } = new((string?)null);

    /// <summary>The tag; null where there is none.</summary>
    public string? Tag { get; }

    /// <summary>Of an exact release, <c>v1.36.4-r1</c>: it was built at the git tag <c>IMAGE/v1.36.4-r1</c>.</summary>
    public string? Version { get; private init; }

    /// <summary>Of a commit after a release, <c>v1.36.4-2-g23228e6</c>: so git describes the commit, behind <c>IMAGE/</c>.</summary>
    public string? Description { get; private init; }

    /// <summary>The first seven hex digits of the commit.</summary>
    public string? Commit { get; private init; }

    /// <summary>It names the manifest of this architecture, of Linux.</summary>
    public string? Architecture { get; private init; }

    /// <summary>It names the index of all platforms.</summary>
    public bool IsOfIndex { get; private init; }

    /// <summary>It was built from a work tree with changes: what a rehearsal writes alone.</summary>
    public bool IsDirty { get; private init; }

    /// <summary>How it was built; null for a digest.</summary>
    public BuildMethod? Way { get; private init; }

    /// <summary>
    /// It reads like the tag of a release, and is none that a release gets: what it claims cannot be told, so nothing proves it.
    /// </summary>
    public bool IsUnreadable { get; private init; }

    /// <summary>Whether it says which release it is; else nothing keeps it from naming an older one.</summary>
    public bool SaysWhich => Version is not null || Commit is not null;

    /// <summary>What a tag claims.</summary>
    public static TagClaims Of(string tag)
    {
        ArgumentNullException.ThrowIfNull(tag);
        TagClaims plain = new(tag) { Way = TagStyles.WayOf(tag) };
        if (Grammar().Match(tag) is not { Success: true } match)
            return Looks().IsMatch(tag)
                ? plain with
                {
                    IsUnreadable = true,
                }
                : plain with
                {
                    Architecture = Suffix().Match(tag) is { Success: true } suffix ? suffix.Groups["architecture"].Value : null,
                };
        string? Found(string group) => match.Groups[group] is { Success: true } found ? found.Value : null;
        return plain with
        {
            Version = Found("distance") is null ? Found("version") : null,
            Description = Found("distance") is null ? null : $"{Found("version")}-{Found("distance")}-g{Found("after")}",
            Commit = Found("after") ?? Found("commit"),
            Architecture = Found("architecture"),
            IsOfIndex = Found("architecture") is null,
            IsDirty = Found("dirty") is not null,
        };
    }

    /// <summary>What a tag or a digest claims.</summary>
    public static TagClaims OfWanted(string wanted) => Digest.TryParse(wanted, out _) ? None : Of(wanted);

    /// <summary>What of it is not so, as far as the manifests tell.</summary>
    /// <param name="root">What the tag names, verified.</param>
    /// <returns>Null when all of it is so.</returns>
    internal (FailureReason Reason, string Text)? Judge(SubjectVerdict root)
    {
        if (IsUnreadable)
            return (
                FailureReason.TagUnreadable,
                $"'{Tag}' looks like a release tag but is not a tag that a release gets, so its claim cannot be proven. Ask "
                    + "for the release's own tag, or for its digest"
            );
        if (IsOfIndex && root.Platform is not null)
            return (FailureReason.TagShapeMismatch, $"{Tag} wanted the index of all platforms, got the manifest of {root.Platform}");
        if (Architecture is not null && root.Platform is null)
            return (FailureReason.TagShapeMismatch, $"{Tag} wanted the manifest of linux/{Architecture}, got an index");
        return Architecture is not null && (root.Platform!.Os != "linux" || root.Platform.Architecture != Architecture)
            ? (FailureReason.TagPlatformMismatch, $"{Tag} wanted the manifest of linux/{Architecture}, got that of {root.Platform}")
            : null;
    }

    /// <summary>The claims as words: <c>version v1.36.4, index</c>; none for what claims nothing.</summary>
    public ImmutableArray<string> Words =>
        [
            .. new[]
            {
                Version is null ? null : $"version {Version}",
                Description is null ? null : $"version {Description}",
                Commit is null ? null : $"commit {Commit}",
                Architecture is null ? null : $"platform linux/{Architecture}",
                IsOfIndex ? "index" : null,
            }.OfType<string>(),
        ];

    public override string ToString() => Words.IsEmpty ? "nothing" : string.Join(", ", Words);

    /// <summary>
    /// The tags of <c>TagPlan</c>: release and build style, moving ones, and what a rehearsal writes of a changed work tree.
    /// </summary>
    [GeneratedRegex(
        @"^(?:(?<version>v[0-9]+\.[0-9]+\.[0-9]+(?:-(?:alpha|beta|rc)\.[0-9]+)?(?:-r[0-9]+)?)(?:-(?<distance>[0-9]+)-g(?<after>[0-9a-f]{7}))?"
            + @"|(?:build|dockerfile)-(?:(?<commit>[0-9a-f]{7})|(?<version>v[0-9]+\.[0-9]+\.[0-9]+(?:-(?:alpha|beta|rc)\.[0-9]+)?(?:-r[0-9]+)?)))"
            + @"(?<dirty>-dirty)?(?:-(?<architecture>[a-z][a-z0-9]*))?\z|^(?:build|dockerfile)-main\z",
        RegexOptions.ExplicitCapture
    )]
    private static partial Regex Grammar();

    /// <summary>Whoever reads these takes them for a version or a build of ours.</summary>
    [GeneratedRegex(
        @"[0-9]+[._][0-9]+|^v[0-9]|^(build|dockerfile)([^a-z]|\z)",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture
    )]
    private static partial Regex Looks();

    /// <summary>A platform of Go's behind a name of somebody's own.</summary>
    [GeneratedRegex(@"[._-](?<architecture>386|amd64|arm|arm64|loong64|mips64le|ppc64le|riscv64|s390x)\z", RegexOptions.ExplicitCapture)]
    private static partial Regex Suffix();
}
