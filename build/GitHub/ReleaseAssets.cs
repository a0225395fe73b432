using System.Collections.Immutable;
using System.Security.Cryptography;
using Octokit;
using Slipway.Http;
using Slipway.Oci;

namespace Slipway.GitHub;

/// <summary>The files of releases (GitHub, "REST API endpoints for release assets"). Safe for concurrent use.</summary>
public sealed class ReleaseAssets
{
    private const string Bytes = "application/octet-stream";

    private readonly RepositoryCalls _calls;

    internal ReleaseAssets(RepositoryCalls calls)
    {
        _calls = calls;
    }

    /// <summary>All files of a release, also what failed uploads left.</summary>
    public async Task<ImmutableArray<ReleaseAsset>> ListAsync(GitHubRelease release, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(release);
        ImmutableArray<ReleaseAsset>.Builder assets = ImmutableArray.CreateBuilder<ReleaseAsset>();
        await foreach (
            ReleaseAsset asset in new GitHubPages(_calls.Requests, null).ReadAsync(
                _calls.Call($"list assets of {release}"),
                api =>
                    new ReleasesClient(api).GetAllAssets(
                        _calls.Owner,
                        _calls.Repository,
                        release.Id,
                        new ApiOptions { PageSize = GitHubPages.LargestPage }
                    ),
                ReleaseAsset.Of,
                cancellationToken
            )
        )
            assets.Add(asset);
        return assets.ToImmutable();
    }

    /// <summary>
    /// Makes a release have a file. One that is there with the same size and hash stays; what a failed upload left, and in a draft a file
    /// that differs, is deleted first. After an unclear answer it looks before it sends the file again. What GitHub has is compared in the
    /// end.
    /// </summary>
    /// <param name="sent">Is told how many bytes were sent by now, from 0 again with every attempt.</param>
    /// <exception cref="ContentException">
    /// A published release has another file of that name, or GitHub has other bytes than were sent.
    /// </exception>
    /// <exception cref="GitHubException">It is refused, or there is no answer.</exception>
    public async Task<PutAsset> PutAsync(GitHubRelease release, AssetFile file, Action<long>? sent, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(release);
        ArgumentNullException.ThrowIfNull(file);
        GitHubCall call = _calls.Requests.InExchange(_calls.Call($"upload {file.Name} to {release}") with { Sent = sent });
        Octokit.Release uploads = new(UploadAddress.Of(call, _calls.Requests.Host, release.UploadTemplate));
        for (int tries = 1; ; tries++)
        {
            if (await KeepOrClearAsync(release, file, cancellationToken) is { } kept)
                return new PutAsset(kept, IsNew: tries > 1);
            try
            {
                ReleaseAsset asset = await UploadAsync(call, uploads, file, cancellationToken);
                return new PutAsset(await ProvenAsync(release, asset, file, cancellationToken), IsNew: true);
            }
            catch (GitHubException e) when (e.IsUnclear || e.IsThereAlready)
            {
                if (!await _calls.Requests.PauseAsync(call, e, tries, null, cancellationToken))
                    throw;
            }
        }
    }

    /// <summary>Deletes a file; one that is gone is done.</summary>
    public Task DeleteAsync(ReleaseAsset asset, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(asset);
        return _calls.DeleteAsync(
            _calls.Call($"delete asset {asset.Name}"),
            api => api.Delete(RepositoryPaths.Asset(_calls, asset.Id)),
            cancellationToken
        );
    }

    /// <summary>
    /// Writes a file's bytes, as many as GitHub says and no more; what it is told of their hash is proven. Leaves the stream open.
    /// </summary>
    /// <returns>Their SHA-256 digest.</returns>
    /// <exception cref="ContentException">Other bytes came; what was written of them is not to be used.</exception>
    public async Task<Digest> DownloadAsync(ReleaseAsset asset, Stream destination, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(asset);
        ArgumentNullException.ThrowIfNull(destination);
        GitHubCall call = _calls.Call($"download asset {asset.Name}") with { Accept = Bytes, LeadsElsewhere = true };
        using OctokitHttpClient http = new(_calls.Requests, call, null, cancellationToken);
        await using Stream body = await http.Connection.GetRawStream(RepositoryPaths.Asset(_calls, asset.Id), null);
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] buffer = new byte[128 * 1024];
        long count = 0;
        int length;
        while (count <= asset.Size && (length = await ReadAsync(call, body, buffer, cancellationToken)) > 0)
        {
            count += length;
            hash.AppendData(buffer, 0, length);
            if (count <= asset.Size)
                await destination.WriteAsync(buffer.AsMemory(0, length), cancellationToken);
        }

        Digest got = Digest.FromHash("sha256", hash.GetHashAndReset());
        return count == asset.Size && (asset.Digest is not { Algorithm: "sha256" } wanted || wanted == got)
            ? got
            : throw new ContentException(
                $"{_calls.Name}: asset {asset.Name}: wanted {asset.Size} "
                    + $"bytes{(asset.Digest is null ? "" : $" with {asset.Digest}")}, "
                    + $"got {count}{(count > asset.Size ? " and more" : $" with {got}")}"
            );
    }

    private async Task<ReleaseAsset> UploadAsync(
        GitHubCall call,
        Octokit.Release release,
        AssetFile file,
        CancellationToken cancellationToken
    )
    {
        await using FileStream bytes = File.OpenRead(file.Path);
        return await _calls.AskAsync(
            call,
            api =>
                new ReleasesClient(api).UploadAsset(
                    release,
                    new ReleaseAssetUpload(file.Name, file.MediaType, bytes, null),
                    cancellationToken
                ),
            ReleaseAsset.Of,
            cancellationToken
        );
    }

    private static async Task<int> ReadAsync(GitHubCall call, Stream body, byte[] buffer, CancellationToken cancellationToken)
    {
        try
        {
            return await body.ReadAsync(buffer, cancellationToken);
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            throw new GitHubException(
                RemoteFault.TryAgain,
                call,
                $"the connection broke while reading: {Printable.Of(TransientFault.Reason(e))}",
                "run the same command again",
                e
            );
        }
    }

    /// <summary>What is there and is to stay; null when there is, by now, no file of that name.</summary>
    private async Task<ReleaseAsset?> KeepOrClearAsync(GitHubRelease release, AssetFile file, CancellationToken cancellationToken)
    {
        ReleaseAsset? there = (await ListAsync(release, cancellationToken)).FirstOrDefault(asset => asset.Name == file.Name);
        if (there is null || await IsSameAsync(there, file, cancellationToken))
            return there;
        if (there.IsUploaded && !release.IsDraft)
            throw new ContentException(
                $"{_calls.Name}: {release}: asset {file.Name}: wanted {file.Digest}, "
                    + $"got {(there.Digest is { } digest ? digest : $"{there.Size} other bytes")}: it is published and others may have downloaded "
                    + "it; it stays as it is"
            );
        await DeleteAsync(there, cancellationToken);
        return null;
    }

    private async Task<ReleaseAsset> ProvenAsync(
        GitHubRelease release,
        ReleaseAsset asset,
        AssetFile file,
        CancellationToken cancellationToken
    )
    {
        if (asset.Name == file.Name && await IsSameAsync(asset, file, cancellationToken))
            return asset;
        await DeleteAsync(asset, cancellationToken);
        throw new ContentException(
            $"{_calls.Name}: {release}: asset {file.Name}: wanted {file.Size} bytes with {file.Digest}, got {asset.Name} "
                + $"of {asset.Size} bytes with {asset.Digest?.ToString() ?? "another hash"}; it was deleted. Run the same command again"
        );
    }

    /// <summary>Where GitHub does not tell the hash, its bytes are read back.</summary>
    private async Task<bool> IsSameAsync(ReleaseAsset asset, AssetFile file, CancellationToken cancellationToken) =>
        asset.IsUploaded
        && asset.Size == file.Size
        && (asset.Digest is { Algorithm: "sha256" } known ? known : await DownloadAsync(asset, Stream.Null, cancellationToken))
            == file.Digest;
}

/// <summary>A file that a release has now.</summary>
/// <param name="IsNew">False when it was there before.</param>
public sealed record PutAsset(ReleaseAsset Asset, bool IsNew);
