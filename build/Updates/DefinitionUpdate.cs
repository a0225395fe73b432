using Slipway.Definitions;
using Slipway.Fetching;
using Slipway.Http;
using Slipway.Oci;

namespace Slipway.Updates;

/// <summary>
/// Writes new versions into a definition, with the checksums that upstream publishes for them. They prove no more than the connection they
/// came by; <c>Lock</c> judges the files and their signatures, and a person the change.
/// </summary>
/// <param name="published">Reads the checksum files.</param>
/// <param name="mirror">Where they are read from.</param>
public sealed class DefinitionUpdate(PublishedChecksum published, UpstreamMirror mirror)
{
    /// <summary>The new text of <c>image.yaml</c>; writes nothing.</summary>
    /// <exception cref="ContentException">
    /// Upstream publishes no checksum for a file of the new version, or none of the right shape; names file and architecture.
    /// </exception>
    /// <exception cref="DefinitionException">
    /// The definition does not say where checksums are published, or cannot be changed in place.
    /// </exception>
    /// <exception cref="RemoteException">A checksum file cannot be had for another reason.</exception>
    public async Task<string> MakeAsync(
        ImageDefinition definition,
        IReadOnlyCollection<VersionChange> changes,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(definition);
        ArgumentNullException.ThrowIfNull(changes);
        DefinitionEdit edit = DefinitionEdit.Of(definition.Folder);
        foreach (VersionChange change in changes)
        {
            if (change.File is null)
                edit.Version(change.To.Text);
            else
                edit.Version(change.File, change.To.Text);
            foreach (UpstreamFile file in change.FilesOf(definition))
                await ChecksumsAsync(definition, file with { Version = change.To.Text }, edit, cancellationToken);
        }

        return edit.Finish();
    }

    private async Task ChecksumsAsync(
        ImageDefinition definition,
        UpstreamFile file,
        DefinitionEdit edit,
        CancellationToken cancellationToken
    )
    {
        if (file.ChecksumTemplate is null)
        {
            NextCommand makeLock = new("Lock") { Image = definition.Name };
            throw makeLock.After(
                new DefinitionException(
                    $"{definition.Name}: {file.Name}: {ImageDefinition.FileName} names no 'checksumFile', so the checksum of "
                        + $"{file.Version} is not known. Change version and checksums by hand, then run {makeLock}"
                )
            );
        }

        foreach (string architecture in definition.Platforms.Select(platform => platform.Architecture))
        {
            string what = $"{definition.Name} {architecture}: {file.Name} {file.Version}";
            Origin origin = mirror.Locate(file.ChecksumUrl(architecture)!);
            if (!origin.IsAuthentic)
                throw new RemoteException(RemoteFault.Refused, $"{what}: {origin}: an unreviewed checksum is not read over plain http");
            Digest digest;
            try
            {
                digest = (await published.ReadAsync(file, architecture, what, cancellationToken))!;
            }
            catch (RemoteException e) when (e.Fault == RemoteFault.NotFound)
            {
                throw new ContentException(
                    $"{what}: the release has no checksum for this file: {e.Message}. Try again when the release is complete",
                    e
                );
            }

            // Of an optional file nobody reviews one; that it is there for every platform was the question.
            if (!file.IsOptional)
                edit.Checksum(file.Name, architecture, digest);
        }
    }
}
