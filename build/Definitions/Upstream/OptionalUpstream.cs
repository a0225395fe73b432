using System.Collections.Immutable;
using Slipway.Fetching;
using Slipway.Http;
using Slipway.Oci;

namespace Slipway.Definitions;

/// <summary>
/// Brings the optional upstream files of a new lock in: with the checksums that their projects publish, since nobody reviewed any. What
/// cannot be had stays as it was locked before where that can still be had, or may be again, and is left out otherwise: what a lock once
/// pinned is not forgotten for a host's bad day.
/// </summary>
/// <param name="download">Into the cache, where <c>Fetch</c> finds them again.</param>
/// <param name="mirror">Where to read from: the hosts, or a folder, https or this machine in their place.</param>
/// <param name="isMirror">Whether that is another place than the hosts: what a mirror has gives sizes but confirms nothing.</param>
/// <param name="published">Reads what the projects publish.</param>
/// <param name="log">Is told of what could not be had.</param>
public sealed class OptionalUpstream(
    Download download,
    UpstreamMirror mirror,
    bool isMirror,
    PublishedChecksum published,
    Action<string> log
)
{
    /// <param name="imageLock">Has the optional files that the lock before had, and names the others as left out.</param>
    /// <returns>The lock with every optional file that can be had.</returns>
    /// <exception cref="ContentException">
    /// A checksum file has another shape, a file differs from its published checksum, or that differs from the one locked before.
    /// </exception>
    public async Task<ImageLock> FindAsync(ImageDefinition definition, ImageLock imageLock, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(definition);
        ArgumentNullException.ThrowIfNull(imageLock);
        var files = ImmutableArray.CreateBuilder<LockedUpstream>();
        var leftOut = ImmutableArray.CreateBuilder<string>();
        foreach (UpstreamFile file in definition.Upstream)
        {
            LockedUpstream? locked = imageLock.Upstream.FirstOrDefault(upstream => upstream.Name == file.Name);
            if (file.IsOptional)
                locked = await FindAsync(definition, file, locked, cancellationToken);
            if (locked is not null)
                files.Add(locked);
            else
                leftOut.Add(file.Name);
        }

        return imageLock with
        {
            Upstream = files.ToImmutable(),
            LeftOut = leftOut.ToImmutable(),
        };
    }

    private async Task<LockedUpstream?> FindAsync(
        ImageDefinition definition,
        UpstreamFile file,
        LockedUpstream? before,
        CancellationToken cancellationToken
    )
    {
        string name = $"{definition.Name}: optional {file.Name} {file.Version}";
        bool confirmed = !isMirror;
        LockedUpstream? wanted;
        try
        {
            wanted = await PublishedAsync(definition, file, before, cancellationToken);
        }
        catch (RemoteException e)
        {
            log($"{name}: {e.Message}");
            wanted = before;
            confirmed = before is { Confirmed: true };
        }

        if (wanted is null)
        {
            log(
                $"{name} is left out: its published checksum could not be read. "
                    + $"Run {new NextCommand("Lock") { Image = definition.Name }} where it can be read"
            );
            return null;
        }

        try
        {
            return await FetchAsync(definition, file, wanted with { Confirmed = confirmed }, before, cancellationToken);
        }
        catch (DownloadException e) when (before is not null && e.Fault == RemoteFault.TryAgain)
        {
            log($"{e.Message}");
            log($"{name} stays as locked");
            return before;
        }
        catch (DownloadException e)
        {
            log($"{e.Message}");
            log(
                $"{name} is left out: it could not be downloaded. "
                    + $"Run {new NextCommand("Lock") { Image = definition.Name }} where it can be downloaded"
            );
            return null;
        }
    }

    /// <summary>The file with the checksums that are published for it now.</summary>
    private async Task<LockedUpstream> PublishedAsync(
        ImageDefinition definition,
        UpstreamFile file,
        LockedUpstream? before,
        CancellationToken cancellationToken
    )
    {
        var files = ImmutableSortedDictionary.CreateBuilder<string, LockedFile>(StringComparer.Ordinal);
        foreach (string architecture in definition.Platforms.Select(platform => platform.Architecture))
        {
            string what = What(definition, file, architecture);
            if (!mirror.Locate(file.Url(architecture)).IsAuthentic)
                throw new RemoteException(RemoteFault.Refused, $"{what}: an unreviewed checksum is not read over plain http");
            Digest digest = await published.ReadAsync(file, architecture, what, cancellationToken)
                ?? throw new InvalidOperationException($"{what}: it is optional but has no checksum file");
            if (before?.Files[architecture].Digest is { } known && known.Algorithm == digest.Algorithm && known != digest)
                throw Changed(what, $"{file.ChecksumUrl(architecture)} says {digest}", known);
            files[architecture] = new LockedFile(file.Url(architecture).AbsoluteUri, digest, null);
        }

        return new LockedUpstream(file.Name, file.Version, Confirmed: false, files.ToImmutable());
    }

    /// <summary>The file in the cache; with what was locked before it is compared where the checksums themselves cannot be.</summary>
    private async Task<LockedUpstream> FetchAsync(
        ImageDefinition definition,
        UpstreamFile file,
        LockedUpstream wanted,
        LockedUpstream? before,
        CancellationToken cancellationToken
    )
    {
        var files = wanted.Files.ToBuilder();
        foreach ((string architecture, LockedFile locked) in wanted.Files)
        {
            WantedContent content = new()
            {
                What = What(definition, file, architecture),
                Digest = locked.Digest,
                Size = locked.Size,
                Limit = file.Limit,
            };
            string path = await download.FetchAsync(
                new DownloadItem(content, [mirror.Locate(new Uri(locked.Location))]),
                cancellationToken
            );
            if (
                before?.Files[architecture].Digest is { } known
                && known.Algorithm != locked.Digest.Algorithm
                && await PublishedChecksum.HashAsync(known, path, cancellationToken) is var got
                && got != known
            )
                throw Changed(content.What, $"the file of {locked.Digest} has {got}", known);
            files[architecture] = locked with { Size = new FileInfo(path).Length };
        }

        return wanted with
        {
            Files = files.ToImmutable(),
        };
    }

    private static ContentException Changed(string what, string now, Digest known) =>
        new(
            $"{what}: {now}, the lock has {known}: the released file has changed. Find out why before you delete {ImageLock.FileName} to "
                + "accept it"
        );

    private static string What(ImageDefinition definition, UpstreamFile file, string architecture) =>
        $"{definition.Name} {architecture}: {file.Name} {file.Version}";
}
