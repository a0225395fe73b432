using System.Collections.Immutable;
using Slipway.Images;
using Slipway.Oci;
using Slipway.Release;
using Slipway.Trust;

namespace Slipway.Graph;

/// <summary>Makes the files of a published release and its notes, in <c>NAME/assets</c>. A signature that still holds is kept.</summary>
/// <param name="signer">Signs the list of checksums.</param>
/// <param name="openPgp">Signs it, too; null when nobody asked for that.</param>
internal sealed class AssetsRun(Workspace workspace, ReleaseDescription description, ISigner signer, OpenPgpSigner? openPgp, Report report)
{
    public async Task<MadeAssets> RunAsync(AssemblyRequest input, CancellationToken stop)
    {
        ReleaseFacts facts = await description.FactsAsync(input, signer.Trusted, openPgp is not null, stop);
        ReleasedFiles folder = new(workspace.Assets(input.Name));
        ImmutableArray<ReleasedFile> assets = await ReleasedFiles.CollectAsync(
            facts, workspace.Sbom(input.Name), OciLayout.Open(workspace.Trust(input.Name)), await description.RecordAsync(input.Name, stop), stop);
        ReleasedFile list = ChecksumList.Of(assets);
        assets = [.. assets, list, .. await SignaturesAsync(folder, list.Content, stop)];
        string notes = new ReleaseNotes(facts).ToString();
        await folder.WriteAsync(assets, notes, stop);
        report.Line($"{input.Name}: {assets.Length} files and {ReleasedFiles.NotesName} in {workspace.Assets(input.Name)}");
        return new MadeAssets(facts, assets, notes);
    }

    private async Task<IEnumerable<ReleasedFile>> SignaturesAsync(ReleasedFiles folder, ReadOnlyMemory<byte> list, CancellationToken stop)
    {
        List<ReleasedFile> signatures = [new(ChecksumList.SignatureName, ReleasedFile.Json, await KeptBundleAsync(folder, list, stop) ?? (await SignedAsync(list, stop)).Bytes)];
        if (openPgp is not null)
        {
            byte[]? kept = await folder.FindAsync(ChecksumList.OpenPgpName, BlobSignature.MaximumSize, stop);
            bool holds = kept is not null && await openPgp.IsSignedAsync(list, kept, stop);
            signatures.Add(new(ChecksumList.OpenPgpName, ReleasedFile.Binary, holds ? kept : await openPgp.SignAsync(list, stop)));
        }

        return signatures;
    }

    private async Task<ReadOnlyMemory<byte>?> KeptBundleAsync(ReleasedFiles folder, ReadOnlyMemory<byte> list, CancellationToken stop)
    {
        if (await folder.FindAsync(ChecksumList.SignatureName, BlobSignature.MaximumSize, stop) is not { } bytes)
            return null;
        try
        {
            return await signer.Trusted.SignedAsync(BlobSignature.Parse(bytes), list, stop) ? bytes : null;
        }
        catch (ContentException)
        {
            return null;
        }
    }

    private async Task<BlobSignature> SignedAsync(ReadOnlyMemory<byte> list, CancellationToken stop)
    {
        BlobSignature made = await signer.SignBlobAsync(list, stop);
        return await signer.Trusted.SignedAsync(made, list, stop)
            ? made
            : throw new ContentException($"{ChecksumList.FileName}: what was signed is no signature by {signer.Trusted.Name}; nothing was kept");
    }
}

/// <summary>What a release hands out, made and written.</summary>
internal sealed record MadeAssets(ReleaseFacts Facts, ImmutableArray<ReleasedFile> Assets, string Notes);
