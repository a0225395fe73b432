using System.Collections.Immutable;
using Slipway.Images;
using Slipway.Oci;
using Slipway.Release;
using Slipway.Trust;
using Slipway.Verification;

namespace Slipway.Workflows;

/// <summary>Makes the files of a published release and its notes, in <c>NAME/assets</c>. A signature that still holds is kept.</summary>
/// <param name="signer">Signs the list of checksums, and what is said of programs.</param>
/// <param name="openPgp">Signs it, too; null when nobody asked for that.</param>
internal sealed class AssetsWorkflow(
    Workspace workspace,
    ReleaseDescription description,
    ISigner signer,
    OpenPgpSigner? openPgp,
    Action<string> log
)
{
    /// <summary>Where programs lie that were compiled for the image's users; none where the release hands out none.</summary>
    public IReadOnlyList<string> Programs { get; init; } = [];

    /// <summary>By which identities a policy's signers are believed; null where no policy goes along.</summary>
    public SigstoreInstance? Sigstore { get; init; }

    public async Task<MadeAssets> RunAsync(AssemblyRequest input, CancellationToken cancellationToken)
    {
        ReleaseFacts facts = await description.FactsAsync(input, signer.Trusted, openPgp is not null, cancellationToken);
        ReadOnlyMemory<byte> provenance = await ReleasedFiles.ProvenanceAsync(
            facts,
            OciLayout.Open(workspace.Trust(input.Name)),
            cancellationToken
        );
        Statement statement = SigstoreBundle.Parse(provenance).Envelope.Statement!;
        ReleasedPrograms? programs =
            Programs.Count > 0
                ? await ReleasedPrograms.ReadAsync(Programs, SlsaProvenance.Parse(statement.Predicate).Parameters, cancellationToken)
                : null;
        facts = facts with
        {
            Programs = [.. programs?.Files.Select(file => file.Name) ?? []],
            ProgramProvenance = programs?.ProvenanceName,
        };
        ImmutableArray<ReleasedFile> assets =
        [
            .. await ReleasedFiles.CollectAsync(
                facts,
                workspace.Sbom(input.Name),
                provenance,
                await description.RecordAsync(input.Name, cancellationToken),
                cancellationToken
            ),
            .. await PolicyAsync(input.Name, provenance, cancellationToken),
            .. programs?.Files ?? [],
        ];
        ReleasedFile list = ChecksumList.Of(assets);
        ReleasedFiles folder = new(workspace.Assets(input.Name));
        ImmutableArray<AssetSignature> signatures = [.. Signatures(list, programs)];
        assets = [.. assets, list];
        foreach (AssetSignature signature in signatures)
            assets = assets.Add(
                await signature.SignAsync(await folder.FindAsync(signature.Name, signature.MostBytes, cancellationToken), cancellationToken)
            );
        string notes = new ReleaseNotes(facts).ToString();
        await folder.WriteAsync(assets, notes, cancellationToken);
        log($"{input.Name}: {assets.Length} files and {ReleasedFiles.NotesName} in {workspace.Assets(input.Name)}");
        return new MadeAssets(facts, assets, notes) { Signatures = signatures };
    }

    private IEnumerable<AssetSignature> Signatures(ReleasedFile list, ReleasedPrograms? programs)
    {
        yield return AssetSignature.Of(list, signer);
        if (openPgp is not null)
            yield return AssetSignature.Of(list, openPgp);
        if (programs is not null)
            yield return AssetSignature.Of(programs.ProvenanceName, programs.Provenance, signer);
    }

    /// <summary>The image's policy, where it is kept beside the definition and names who signed this release.</summary>
    private async Task<ImmutableArray<ReleasedFile>> PolicyAsync(
        string image,
        ReadOnlyMemory<byte> provenance,
        CancellationToken cancellationToken
    )
    {
        string path = workspace.Policy(image);
        if (Sigstore is null || !File.Exists(path))
            return [];
        PolicyFile policy = PolicyFile.Read(path, Sigstore);
        SigstoreBundle bundle = SigstoreBundle.Parse(provenance);
        ManifestContent about = new(bundle.Envelope.PayloadType, bundle.Envelope.Payload);
        int signed = 0;
        foreach (AcceptedSigner accepted in policy.Signers.Of)
            signed += await accepted.Signer.SignedAsync(bundle, about, cancellationToken) is null ? 0 : 1;
        if (signed >= policy.Signers.Threshold)
            return [new ReleasedFile(Path.GetFileName(path), ReleasedFile.Json, await File.ReadAllBytesAsync(path, cancellationToken))];
        log($"{image}: {path} is no file of this release: it does not name {signer.Trusted.Name}, who signed it");
        return [];
    }
}

/// <summary>What a release hands out, made and written.</summary>
internal sealed record MadeAssets(ReleaseFacts Facts, ImmutableArray<ReleasedFile> Assets, string Notes)
{
    /// <summary>How those of the files are judged that another run makes in other bytes.</summary>
    public ImmutableArray<AssetSignature> Signatures { get; init; } = [];
}
