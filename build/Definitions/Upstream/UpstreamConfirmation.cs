using System.Collections.Immutable;
using Slipway.Fetching;
using Slipway.Http;
using Slipway.Oci;

namespace Slipway.Definitions;

/// <summary>
/// Reads the upstream files of a new lock from their hosts, so that a lock can say whether its checksums were found there.
/// What may pass (the network, 429, 5xx after every retry) leaves a file unconfirmed and says so. A host that has no
/// such file, or another one, is an error: the definition names what is not there.
/// A mirror is not the host. One that lacks a file or, as most do, its checksum file says nothing about upstream, so that
/// is told and leaves the file unconfirmed, which with a mirror it is anyway; <c>Fetch</c> is what needs the file.
/// Optional files are <see cref="OptionalUpstream"/>'s.
/// </summary>
/// <param name="download">Into the cache, where <c>Fetch</c> finds them again.</param>
/// <param name="mirror">Where to read them from.</param>
/// <param name="isMirror">Whether that is another place than the hosts: what a mirror has gives sizes but confirms nothing.</param>
/// <param name="published">What the projects publish, compared with each file that was reached.</param>
/// <param name="log">Is told of what could not be had.</param>
public sealed class UpstreamConfirmation(
    Download download,
    UpstreamMirror mirror,
    bool isMirror,
    PublishedChecksum published,
    Action<string> log
)
{
    /// <returns>The lock with sizes and confirmations.</returns>
    /// <exception cref="ContentException">
    /// A host has another file than the reviewed checksum says, or none, or no such checksum file.
    /// </exception>
    /// <exception cref="RemoteException">A host or mirror refused, or broke the protocol.</exception>
    public async Task<ImageLock> ConfirmAsync(ImageDefinition definition, ImageLock imageLock, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(definition);
        ArgumentNullException.ThrowIfNull(imageLock);
        var files = ImmutableArray.CreateBuilder<LockedUpstream>();
        foreach (LockedUpstream file in imageLock.Upstream)
            files.Add(await ConfirmAsync(definition, file, cancellationToken));
        return imageLock with { Upstream = files.ToImmutable() };
    }

    private async Task<LockedUpstream> ConfirmAsync(ImageDefinition definition, LockedUpstream file, CancellationToken cancellationToken)
    {
        ImmutableSortedDictionary<string, LockedFile> files = file.Files;
        UpstreamFile defined = definition.Upstream.Single(upstream => upstream.Name == file.Name);
        if (defined.IsOptional)
            return file;
        bool confirmed = !isMirror;
        foreach ((string architecture, LockedFile locked) in file.Files)
        {
            WantedContent wanted = new()
            {
                What = $"{definition.Name} {architecture}: {file.Name} {file.Version}",
                Digest = locked.Digest,
                Limit = defined.Limit,
            };
            string path = "";
            bool had = await HasAsync(
                async () =>
                    path = await download.FetchAsync(
                        new DownloadItem(wanted, [mirror.Locate(new Uri(locked.Location))]),
                        cancellationToken
                    ),
                $"Upstream has no such file: correct 'url' or 'version' of {file.Name} in {Next(definition)}"
            );
            if (had)
                files = files.SetItem(architecture, locked with { Size = new FileInfo(path).Length });
            confirmed &=
                had
                && await HasAsync(
                    () => published.RequireAsync(defined, architecture, path, wanted.What, cancellationToken),
                    $"Upstream publishes no such checksum file: correct 'checksumFile' of {file.Name}, or remove it, "
                        + $"in {Next(definition)}"
                );
        }

        return file with
        {
            Confirmed = confirmed,
            Files = files,
        };
    }

    /// <summary>Whether something was had; false when its absence leaves a file unconfirmed, which was told then.</summary>
    private async Task<bool> HasAsync(Func<Task> read, string whenMissing)
    {
        try
        {
            await read();
            return true;
        }
        catch (RemoteException e) when (e.Fault == RemoteFault.TryAgain || (isMirror && e.Fault == RemoteFault.NotFound))
        {
            log($"{e.Message}; unconfirmed");
            return false;
        }
        catch (RemoteException e) when (e.Fault == RemoteFault.NotFound)
        {
            throw new ContentException($"{e.Message}. {whenMissing}", e);
        }
    }

    private static string Next(ImageDefinition definition) =>
        $"images/{definition.Name}/{ImageDefinition.FileName}, then run {new NextCommand("Lock") { Image = definition.Name }}";
}
