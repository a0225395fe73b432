using System.Collections.Immutable;
using System.Globalization;
using Slipway.Oci;
using Slipway.Verification;

namespace Slipway.Git;

/// <summary>An image's git tags, and which of them a commit has: by what they name, not by how git describes it.</summary>
/// <param name="image">Its tags are <c>IMAGE/v…</c>.</param>
/// <param name="all">All of them.</param>
/// <param name="ask">Asks git a question that any sound repository has an answer to.</param>
public sealed class GitTags(string image, ImmutableArray<GitTag> all, Func<string[], Task<string>> ask)
{
    /// <summary>How many commits one question names: more may not fit a command line.</summary>
    private const int AtOnce = 400;

    public ImmutableArray<GitTag> All => all;

    /// <summary>Lists them (git-for-each-ref).</summary>
    public static async Task<GitTags> ReadAsync(string image, Func<string[], Task<string>> ask)
    {
        const string Format = "--format=%(refname)%00%(objecttype)%00%(objectname)%00%(*objecttype)%00%(*objectname)%00%(tag)";
        string prefix = "refs/tags/";
        var tags = ImmutableArray.CreateBuilder<GitTag>();
        foreach (
            string line in (await ask(["for-each-ref", Format, $"{prefix}{image}/"])).Split('\n', StringSplitOptions.RemoveEmptyEntries)
        )
        {
            string[] fields = line.Split('\0');
            if (fields is not [var name, var type, var id, var peeledType, var peeled, var own])
                throw new ReleaseException($"git for-each-ref printed '{Printable.Of(line)}', which is not a tag");
            if (name[(prefix.Length + image.Length + 1)..].StartsWith('v'))
                tags.Add(
                    new GitTag(
                        name[prefix.Length..],
                        type == "commit" ? id
                            : peeledType == "commit" ? peeled
                            : await PeelAsync(name, peeledType, ask),
                        own.Length > 0 ? own : null
                    )
                );
        }

        return new GitTags(image, tags.ToImmutable(), ask);
    }

    /// <summary>The tag that a commit is released as: the one at it that is a release, and was asked for if there are two.</summary>
    /// <returns>Null when there is none at it.</returns>
    /// <exception cref="ReleaseException">Two fit, the one asked for is not there, or programs disagree on its name.</exception>
    public GitTag? At(string commit, string? asked)
    {
        GitTag[] there = [.. all.Where(tag => tag.Commit == commit)];
        GitTag[] fit = [.. there.Where(tag => tag.IsRelease && (asked is null || tag.Name == asked))];
        if (asked is not null && fit.Length == 0)
            throw Missing(asked, commit);
        if (fit.Length > 1)
            throw new ReleaseException(
                $"{image}: commit {commit[..7]} has {string.Join(" and ", fit.Select(tag => tag.Name))}, but a release has one. "
                    + $"Give --tag {string.Join(" or --tag ", fit.Select(tag => tag.Name))}"
            );
        if (fit is [{ OwnName: { } own } renamed] && own != renamed.Name)
            throw new ReleaseException(
                $"git tag {renamed.Name} is an object that names itself {Printable.Of(own)}, as git tag NEW OLD makes it, so "
                    + $"programs disagree on its name. Run git tag --force --annotate --message {renamed.Name} {renamed.Name} {commit}"
            );
        return fit.FirstOrDefault() ?? there.FirstOrDefault();
    }

    /// <summary>
    /// The nearest tag at or before a commit and how many commits the commit has that the tag does not; the highest version of several.
    /// </summary>
    public async Task<(string? Tag, int Distance)> NearestAsync(string commit)
    {
        string[] merged = (await ask(["for-each-ref", "--format=%(refname)", "--merged=" + commit, $"refs/tags/{image}/"])).Split('\n');
        GitTag[] before = [.. all.Where(tag => tag.Commit is not null && merged.Contains("refs/tags/" + tag.Name, StringComparer.Ordinal))];
        List<(GitTag Tag, int Distance)> found = [];
        foreach (string newest in await NewestAsync([.. before.Select(tag => tag.Commit!).Distinct()]))
        {
            int distance = int.Parse(await ask(["rev-list", "--count", $"{newest}..{commit}"]), CultureInfo.InvariantCulture);
            found.AddRange(before.Where(tag => tag.Commit == newest).Select(tag => (tag, distance)));
        }

        return found.Count == 0
            ? (null, 0)
            : found
                .OrderBy(one => one.Distance)
                .ThenByDescending(one => one.Tag, Comparer<GitTag>.Create(GitTag.Compare))
                .Select(one => (one.Tag.Name, one.Distance))
                .First();
    }

    /// <summary>
    /// The git tag of a version's next release: <c>IMAGE/VERSION</c> while that is free, else the first <c>-rN</c> beyond those there are.
    /// </summary>
    public static string Next(string image, string version, IEnumerable<string> names)
    {
        string wanted = $"{image}/{version}",
            rebuilt = wanted + "-r";
        string[] tags = [.. names];
        int[] rebuilds =
        [
            .. tags.Where(tag => tag.StartsWith(rebuilt, StringComparison.Ordinal))
                .Select(tag =>
                    int.TryParse(tag.AsSpan(rebuilt.Length), NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : 0
                ),
        ];
        return rebuilds.Length == 0 && !tags.Contains(wanted, StringComparer.Ordinal) ? wanted : $"{rebuilt}{rebuilds.Append(0).Max() + 1}";
    }

    /// <summary>A tag of a tag leads on to a commit or to something else.</summary>
    private static async Task<string?> PeelAsync(string name, string peeledType, Func<string[], Task<string>> ask)
    {
        if (peeledType != "tag")
            return null;
        string[] answer = (await ask(["rev-parse", "--verify", "--end-of-options", name + "^{}"])).Split('\n');
        return await ask(["cat-file", "-t", answer[0]]) == "commit" ? answer[0] : null;
    }

    /// <summary>Those commits that are before none of the others.</summary>
    private async Task<IReadOnlyList<string>> NewestAsync(IReadOnlyList<string> commits)
    {
        List<string> newest = [];
        foreach (string[] some in commits.Chunk(AtOnce))
            newest =
            [
                .. (await ask(["merge-base", "--independent", .. newest, .. some])).Split('\n', StringSplitOptions.RemoveEmptyEntries),
            ];
        return newest;
    }

    private ReleaseException Missing(string asked, string commit) =>
        all.FirstOrDefault(tag => tag.Name == asked) is { Commit: { } at }
            ? new($"git tag {asked} of --tag is at commit {at[..7]}, and {commit[..7]} is checked out. Run git checkout {asked}")
            : new($"git tag {asked} of --tag is not in this clone. Run git fetch --tags, or git tag {asked}");
}
