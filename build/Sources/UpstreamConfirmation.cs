using System.Collections.Immutable;

namespace Slipway.Sources;

/// <summary>
/// Reads the upstream files of a new lock from their hosts, so that a lock can say whether its checksums were found there.
/// A host that cannot be reached leaves its files unconfirmed; a file that differs is an error. Optional files are
/// <see cref="OptionalUpstream"/>'s.
/// </summary>
/// <param name="download">Into the cache, where <c>Fetch</c> finds them again.</param>
/// <param name="mirror">Where to read them from.</param>
/// <param name="isMirror">Whether that is another place than the hosts: what a mirror has gives sizes but confirms nothing.</param>
/// <param name="published">What the projects publish, compared with each file that was reached.</param>
/// <param name="notice">Is told of what could not be reached.</param>
public sealed class UpstreamConfirmation(
    Download download, UpstreamMirror mirror, bool isMirror, PublishedChecksum published, Action<string> notice)
{
    /// <returns>The lock with sizes and confirmations.</returns>
    /// <exception cref="Oci.ContentException">A host has another file than the reviewed checksum says.</exception>
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
        var confirmed = ImmutableSortedDictionary.CreateBuilder<string, LockedFile>(StringComparer.Ordinal);
        UpstreamFile defined = definition.Upstream.Single(upstream => upstream.Name == file.Name);
        if (defined.IsOptional)
            return file;
        foreach ((string architecture, LockedFile locked) in file.Files)
        {
            WantedContent wanted = new()
            {
                What = $"{definition.Name} {architecture}: {file.Name} {file.Version}",
                Digest = locked.Digest,
                Limit = defined.Limit,
            };
            try
            {
                string path = await download.FetchAsync(new DownloadItem(wanted, [mirror.Locate(new Uri(locked.Location))]), cancellationToken);
                await published.RequireAsync(defined, architecture, path, wanted.What, cancellationToken);
                confirmed[architecture] = locked with { Size = new FileInfo(path).Length };
            }
            catch (DownloadException e)
            {
                notice($"{e.Message}; {file.Name} stays unconfirmed");
                return file;
            }
        }

        return file with { Confirmed = !isMirror, Files = confirmed.ToImmutable() };
    }
}
