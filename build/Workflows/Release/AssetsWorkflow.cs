using System.Collections.Immutable;
using Slipway.Images;
using Slipway.Oci;
using Slipway.Release;
using Slipway.Trust;

namespace Slipway.Workflows;

/// <summary>Makes the files of a published release and its notes, in <c>NAME/assets</c>. A signature that still holds is kept.</summary>
/// <param name="signer">Signs the list of checksums.</param>
/// <param name="openPgp">Signs it, too; null when nobody asked for that.</param>
internal sealed class AssetsWorkflow(
    Workspace workspace,
    ReleaseDescription description,
    ISigner signer,
    OpenPgpSigner? openPgp,
    Action<string> log
)
{
    public async Task<MadeAssets> RunAsync(AssemblyRequest input, CancellationToken cancellationToken)
    {
        ReleaseFacts facts = await description.FactsAsync(input, signer.Trusted, openPgp is not null, cancellationToken);
        ReleasedFiles folder = new(workspace.Assets(input.Name));
        ImmutableArray<ReleasedFile> assets = await ReleasedFiles.CollectAsync(
            facts,
            workspace.Sbom(input.Name),
            OciLayout.Open(workspace.Trust(input.Name)),
            await description.RecordAsync(input.Name, cancellationToken),
            cancellationToken
        );
        ReleasedFile list = ChecksumList.Of(assets);
        assets = [.. assets, list, .. await SignaturesAsync(folder, list.Content, cancellationToken)];
        string notes = new ReleaseNotes(facts).ToString();
        await folder.WriteAsync(assets, notes, cancellationToken);
        log($"{input.Name}: {assets.Length} files and {ReleasedFiles.NotesName} in {workspace.Assets(input.Name)}");
        return new MadeAssets(facts, assets, notes);
    }

    private async Task<IEnumerable<ReleasedFile>> SignaturesAsync(
        ReleasedFiles folder,
        ReadOnlyMemory<byte> list,
        CancellationToken cancellationToken
    )
    {
        List<ReleasedFile> signatures =
        [
            new(
                ChecksumList.SignatureName,
                ReleasedFile.Json,
                await KeptBundleAsync(folder, list, cancellationToken) ?? (await SignedAsync(list, cancellationToken)).Bytes
            ),
        ];
        if (openPgp is not null)
        {
            byte[]? kept = await folder.FindAsync(ChecksumList.OpenPgpName, BlobSignature.MaximumSize, cancellationToken);
            bool holds = kept is not null && await openPgp.IsSignedAsync(list, kept, cancellationToken);
            signatures.Add(
                new(ChecksumList.OpenPgpName, ReleasedFile.Binary, holds ? kept : await openPgp.SignAsync(list, cancellationToken))
            );
        }

        return signatures;
    }

    private async Task<ReadOnlyMemory<byte>?> KeptBundleAsync(
        ReleasedFiles folder,
        ReadOnlyMemory<byte> list,
        CancellationToken cancellationToken
    )
    {
        if (await folder.FindAsync(ChecksumList.SignatureName, BlobSignature.MaximumSize, cancellationToken) is not { } bytes)
            return null;
        try
        {
            return await signer.Trusted.SignedAsync(BlobSignature.Parse(bytes), list, cancellationToken) ? bytes : null;
        }
        catch (ContentException)
        {
            return null;
        }
    }

    private async Task<BlobSignature> SignedAsync(ReadOnlyMemory<byte> list, CancellationToken cancellationToken)
    {
        BlobSignature made = await signer.SignBlobAsync(list, cancellationToken);
        return await signer.Trusted.SignedAsync(made, list, cancellationToken)
            ? made
            : throw new ContentException(
                $"{ChecksumList.FileName}: the result is not a signature by {signer.Trusted.Name}; nothing was kept"
            );
    }
}

/// <summary>What a release hands out, made and written.</summary>
internal sealed record MadeAssets(ReleaseFacts Facts, ImmutableArray<ReleasedFile> Assets, string Notes);
