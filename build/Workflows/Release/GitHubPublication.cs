using System.Collections.Immutable;
using Slipway.Git;
using Slipway.GitHub;
using Slipway.Oci;
using Slipway.Release;
using Slipway.Updates;
using Slipway.Verification;

namespace Slipway.Workflows;

/// <summary>
/// Brings what a release hands out to GitHub: a draft, then its files, the list of checksums and its signatures last, and when all of it is
/// there, the release. Run again at any time it goes on where it stopped; what is published stays as it is.
/// </summary>
internal sealed class GitHubPublication(GitHubRepository repository, Action<string> log)
{
    /// <summary>What files of programs begin with.</summary>
    private const string ProgramName = "slipway-verify";

    /// <param name="folder">Where the files are.</param>
    /// <exception cref="ContentException">
    /// A release or draft has files that are none of these, or a published one has other bytes.
    /// </exception>
    /// <exception cref="ReleaseException">What was published is not what the commit is tagged as.</exception>
    /// <exception cref="GitHubException">GitHub refuses, or does not answer.</exception>
    public async Task<GitHubRelease> PublishAsync(MadeAssets made, string folder, CancellationToken cancellationToken)
    {
        GitState git = made.Facts.Git;
        string tag = $"{made.Facts.Image.Name}/{made.Facts.Record.Release}";
        if (git.Tag != tag || git.Distance > 0)
            throw new NextCommand("Publish") { Image = made.Facts.Image.Name }.After(
                new ReleaseException(
                    $"{made.Facts.Image.Name}: {made.Facts.Record.Release} was published, but the commit "
                        + $"is {(git.Distance > 0 ? "not tagged" : $"tagged {git.Tag}")}. "
                        + $"Run {new NextCommand("Publish") { Image = made.Facts.Image.Name }}"
                )
            );
        DraftRelease wanted = new(tag, git.Commit, made.Facts.Title, made.Notes)
        {
            IsPrerelease = VersionOf(made, tag)?.IsPreRelease == true,
        };
        ImmutableArray<GitHubRelease> there = await repository.Releases.FindAllAsync(tag, cancellationToken);
        foreach (GitHubRelease surplus in there.Skip(1))
            log($"{repository.Name}: another draft for {tag} exists, {surplus.Page}: it is left alone");
        GitHubRelease release = there.FirstOrDefault() ?? await repository.Releases.CreateDraftAsync(wanted, cancellationToken);
        ImmutableArray<ReleaseAsset> assets = await repository.Assets.ListAsync(release, cancellationToken);
        await RequireOursAsync(made, release, assets, cancellationToken);
        ImmutableArray<ReleasedFile> files = await WithSignaturesAsync(made, assets, folder, cancellationToken);
        if (!release.IsDraft)
        {
            await PutAsync(release, files, folder, cancellationToken);
            log($"{repository.Name}: {tag} is released already: {release.Page}");
            return release;
        }

        log($"{repository.Name}: draft for {tag}: {release.Page}");
        release = await repository.Releases.UpdateAsync(release, wanted, cancellationToken);
        await PutAsync(release, files, folder, cancellationToken);
        release = await repository.Releases.PublishAsync(release, await IsNewestAsync(made, tag, cancellationToken), cancellationToken);
        log($"{repository.Name}: {tag} is released: {release.Page}");
        return release;
    }

    /// <summary>
    /// Refuses what others put beside our files: no checksum names it, and the notes say that everything is signed. What a failed upload
    /// left is cleared away. A published signature by a key that is not asked for this time stays.
    /// </summary>
    private async Task RequireOursAsync(
        MadeAssets made,
        GitHubRelease release,
        ImmutableArray<ReleaseAsset> there,
        CancellationToken cancellationToken
    )
    {
        foreach (ReleaseAsset asset in there.Where(asset => made.Assets.All(file => file.Name != asset.Name)))
        {
            if (!asset.IsUploaded)
                await repository.Assets.DeleteAsync(asset, cancellationToken);
            else if (release.IsDraft || asset.Name != ChecksumList.OpenPgpName)
                throw new ContentException(
                    $"{repository.Name}: {release} has {Printable.Of(asset.Name)}, which is not a file of this "
                        + $"release{Without(asset)}. Delete it on {release.Page} and run the same command again"
                );
        }
    }

    /// <summary>What the command line may lack that made the file before.</summary>
    private static string Without(ReleaseAsset asset) =>
        asset.Name == ChecksumList.OpenPgpName ? " without --gpg-key"
        : asset.Name.StartsWith(ProgramName, StringComparison.Ordinal) ? " without --programs"
        : "";

    private async Task PutAsync(
        GitHubRelease release,
        ImmutableArray<ReleasedFile> files,
        string folder,
        CancellationToken cancellationToken
    )
    {
        foreach (ReleasedFile file in files)
        {
            PutAsset put = await repository.Assets.PutAsync(
                release,
                await AssetFile.ReadAsync(Path.Combine(folder, file.Name), file.MediaType, file.Name, cancellationToken),
                null,
                cancellationToken
            );
            log($"{repository.Name}: {file.Name}: {(put.IsNew ? $"{file.Content.Length} bytes sent" : "already there")}");
        }
    }

    /// <summary>Two signatures of the same bytes differ: one that is there and holds is taken in place of ours.</summary>
    private async Task<ImmutableArray<ReleasedFile>> WithSignaturesAsync(
        MadeAssets made,
        ImmutableArray<ReleaseAsset> there,
        string folder,
        CancellationToken cancellationToken
    )
    {
        List<ReleasedFile> kept = [.. made.Assets];
        foreach (AssetSignature signature in made.Signatures)
        {
            if (
                there.FirstOrDefault(asset => asset.IsUploaded && asset.Name == signature.Name) is not { } asset
                || asset.Size > signature.MostBytes
            )
                continue;
            using MemoryStream bytes = new();
            await repository.Assets.DownloadAsync(asset, bytes, cancellationToken);
            if (!await signature.Holds(bytes.ToArray(), cancellationToken))
                continue;
            int ours = kept.FindIndex(file => file.Name == asset.Name);
            kept[ours] = kept[ours] with { Content = bytes.ToArray() };
            await File.WriteAllBytesAsync(Path.Combine(folder, asset.Name), bytes.ToArray(), cancellationToken);
        }

        return [.. kept];
    }

    /// <summary>A patch of an older minor version is no news to who asks for the latest.</summary>
    private async Task<bool> IsNewestAsync(MadeAssets made, string tag, CancellationToken cancellationToken)
    {
        ReleaseVersion? ours = VersionOf(made, tag);
        await foreach (GitHubRelease other in repository.Releases.ListAsync(pageSize: 100, cancellationToken))
        {
            if (!other.IsDraft && VersionOf(made, other.Tag) is { IsPreRelease: false } version && ours is not null && version > ours)
                return false;
        }

        return ours is { IsPreRelease: false };
    }

    private static ReleaseVersion? VersionOf(MadeAssets made, string tag) =>
        tag.StartsWith(made.Facts.Image.Name + "/", StringComparison.Ordinal)
            ? ReleaseVersion.TryParse(tag[(made.Facts.Image.Name.Length + 1)..])
            : null;
}
