using System.Collections.Immutable;
using Slipway.Oci;

namespace Slipway.Git;

/// <summary>The git tags that a run was asked to release: what the command line names, else the reference that a CI runs for.</summary>
/// <param name="Names"><c>kubelet/v1.36.4</c>, at most one for each image.</param>
public sealed record RequestedTags(ImmutableArray<string> Names)
{
    private const string Prefix = "refs/tags/";

    public static RequestedTags None { get; } = new([]);

    /// <param name="names">
    /// Of the command line; none asks the CI: <c>GITHUB_REF</c> of GitHub Actions, <c>CI_COMMIT_TAG</c> of GitLab.
    /// </param>
    /// <param name="environment">Reads a variable; null when it is not set.</param>
    /// <exception cref="FormatException">A name is no tag of a release, or two are of one image.</exception>
    public static RequestedTags Of(IReadOnlyList<string> names, Func<string, string?> environment)
    {
        ArgumentNullException.ThrowIfNull(names);
        ArgumentNullException.ThrowIfNull(environment);
        ImmutableArray<string> asked = [.. names.Select(Parse).Distinct()];
        if (asked.GroupBy(ImageOf).FirstOrDefault(group => group.Count() > 1) is { } twice)
            throw new FormatException($"--tag {string.Join(" and ", twice)}: wanted one for each image");
        if (!asked.IsEmpty)
            return new RequestedTags(asked);
        // What a CI runs for need not be a release's tag at all.
        string?[] told =
        [
            environment("GITHUB_REF") is { } reference && reference.StartsWith(Prefix, StringComparison.Ordinal) ? reference : null,
            environment("CI_COMMIT_TAG"),
        ];
        return new RequestedTags([.. told.OfType<string>().Select(Plain).Where(IsTag).DistinctBy(ImageOf)]);
    }

    /// <summary>The tag of an image; null when none of it was asked for.</summary>
    public string? Of(string image) => Names.FirstOrDefault(name => ImageOf(name) == image);

    private static string Parse(string text) =>
        IsTag(Plain(text)) ? Plain(text) : throw new FormatException($"--tag {Printable.Of(text)}: wanted IMAGE/vX.Y.Z or IMAGE/vX.Y.Z-rN");

    private static string Plain(string text) => text.StartsWith(Prefix, StringComparison.Ordinal) ? text[Prefix.Length..] : text;

    private static bool IsTag(string name) => name.Split('/') is [{ Length: > 0 }, var version] && GitTag.IsVersion(version);

    private static string ImageOf(string name) => name[..name.IndexOf('/', StringComparison.Ordinal)];
}
