using Slipway.Oci;
using Slipway.Registry;
using Slipway.Trust;

namespace Slipway.Release;

/// <summary>
/// Sends what somebody says about an image to a registry that has it, beside what others say: tags only grow, and what is there already is
/// not sent again. Never a release tag, and never the image.
/// </summary>
/// <param name="statements">A layout of signed statements.</param>
public sealed class StatementPush(OciLayout statements, Repository site)
{
    /// <returns>How many manifests were written.</returns>
    /// <exception cref="ContentException">Something of the layout is missing.</exception>
    /// <exception cref="Http.RemoteException">The registry did not do its part; what it took stays, and a rerun goes on.</exception>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        int written = 0;
        foreach (Descriptor entry in statements.ReadIndex().Manifests)
        {
            ManifestContent content = await statements.ReadManifestAsync(entry.Digest, cancellationToken)
                ?? throw new ContentException($"{statements.Name}: {entry.Digest} is missing");
            written += await SendAsync(entry, content, cancellationToken) ? 1 : 0;
        }

        return written;
    }

    private async Task<bool> SendAsync(Descriptor entry, ManifestContent content, CancellationToken cancellationToken)
    {
        Manifest manifest = Manifest.Parse(content.Bytes);
        if (manifest.Subject is { } subject)
        {
            if (await site.HasReferrerAsync(subject.Digest, entry, cancellationToken))
                return false;
            await SendBlobsAsync(manifest, cancellationToken);
            await site.PushReferrerAsync(content, cancellationToken);
            return true;
        }

        string tag = entry.Annotations.GetValueOrDefault(OciLayout.RefName)
            ?? throw new ContentException($"{statements.Name}: {entry.Digest} has neither subject nor tag");
        await SendBlobsAsync(manifest, cancellationToken);
        return await ContentPush.AppendAsync(site, tag, SignatureManifest.Parse(content), cancellationToken);
    }

    private async Task SendBlobsAsync(Manifest manifest, CancellationToken cancellationToken)
    {
        foreach (Descriptor blob in manifest.Blobs)
            await site.PushBlobAsync(blob, () => statements.OpenBlob(blob), cancellationToken);
    }
}
