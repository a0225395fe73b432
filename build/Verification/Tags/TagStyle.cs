using System.Text.RegularExpressions;

namespace Slipway.Verification;

/// <summary>What a tag is by its name: the styles that <c>TagPlan</c> writes, and what others put beside them.</summary>
public enum TagStyle
{
    /// <summary>Written by hand, or by somebody else.</summary>
    Foreign,

    /// <summary><c>v1.36.4</c>, <c>v1.36.4-r1-arm64</c>, <c>v1.36.4-2-g23228e6</c>: never moves.</summary>
    Release,

    /// <summary>
    /// <c>build-23228e6</c>, <c>build-23228e6-arm64</c>, <c>build-v1.36.4</c>, and the same with <c>dockerfile-</c>: never moves.
    /// </summary>
    Build,

    /// <summary><c>build-main</c> and <c>dockerfile-main</c>: follow the branch.</summary>
    Moving,

    /// <summary><c>sha256-….sig</c> and the like, and lists of referrers <c>sha256-…</c>: only grow.</summary>
    Signature,
}

/// <summary>Tells tags apart by their names.</summary>
public static partial class TagStyles
{
    /// <summary>The style of a tag.</summary>
    public static TagStyle Of(string tag) =>
        ReleaseGrammar().IsMatch(tag) ? TagStyle.Release
        : BuildGrammar().IsMatch(tag) ? TagStyle.Build
        : tag is "build-main" or "dockerfile-main" ? TagStyle.Moving
        : SignatureGrammar().IsMatch(tag) ? TagStyle.Signature
        : TagStyle.Foreign;

    /// <summary>Whether a tag of this style, once written, names the same digest for ever.</summary>
    public static bool NeverMoves(this TagStyle style) => style is TagStyle.Release or TagStyle.Build;

    /// <summary>Which way an image was built that has this tag.</summary>
    public static BuildMethod WayOf(string tag) =>
        tag.StartsWith("dockerfile-", StringComparison.Ordinal) ? BuildMethod.Dockerfile : BuildMethod.Assembled;

    /// <summary>Whether a tag names a release as a whole, no platform of it.</summary>
    public static bool IsReleaseOfIndex(string tag) =>
        ReleaseGrammar().Match(tag) is { Success: true } match && !match.Groups["platform"].Success;

    [GeneratedRegex(
        @"^v[0-9]+\.[0-9]+\.[0-9]+(-(alpha|beta|rc)\.[0-9]+)?(-r[0-9]+)?(-[0-9]+-g[0-9a-f]{7})?(?<platform>-[a-z][a-z0-9]*)?\z"
    )]
    private static partial Regex ReleaseGrammar();

    [GeneratedRegex(@"^(build|dockerfile)-([0-9a-f]{7}|v[0-9]+\.[0-9]+\.[0-9]+(-(alpha|beta|rc)\.[0-9]+)?(-r[0-9]+)?)(-[a-z][a-z0-9]*)?\z")]
    private static partial Regex BuildGrammar();

    [GeneratedRegex(@"^sha(256-[0-9a-f]{64}|512-[0-9a-f]{64,128})(\.[a-z]+)?\z")]
    private static partial Regex SignatureGrammar();
}
