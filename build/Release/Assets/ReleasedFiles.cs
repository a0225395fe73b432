using System.Collections.Immutable;
using Slipway.Images;
using Slipway.Oci;
using Slipway.Trust;

namespace Slipway.Release;

/// <summary>
/// The files of a release as they lie in a folder: the record, SBOMs, provenance, the key, what nodes need, the list of their
/// checksums with its signatures; and beside them the notes, which are no file of the release.
/// </summary>
/// <param name="folder">Everything in it that belongs to no other release is replaced.</param>
public sealed class ReleasedFiles(string folder)
{
    public const string NotesName = "notes.md";

    /// <summary>What a release is made of but the list of checksums and its signatures, sorted by name.</summary>
    /// <param name="sbom">Where the SBOMs lie.</param>
    /// <param name="provenance">The signed provenance of the index.</param>
    /// <param name="record">The bytes of <c>release.json</c>.</param>
    /// <exception cref="ContentException">Something is missing; says the command that makes it.</exception>
    public static async Task<ImmutableArray<ReleasedFile>> CollectAsync(
        ReleaseFacts facts,
        SbomFolder sbom,
        ReadOnlyMemory<byte> provenance,
        ReadOnlyMemory<byte> record,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(facts);
        ArgumentNullException.ThrowIfNull(sbom);
        List<ReleasedFile> assets = [new(ReleaseRecord.FileName, ReleasedFile.Json, record)];
        foreach (Platform? platform in facts.Image.Platforms.Select(platform => (Platform?)platform.Platform).Prepend(null))
            assets.Add(
                new(
                    $"{facts.Prefix}-{SbomFolder.NameOf(platform)}",
                    ReleasedFile.Json,
                    await sbom.ReadAsync(facts.Image.Name, platform, cancellationToken)
                )
            );
        assets.Add(new($"{facts.Prefix}-provenance.sigstore.json", ReleasedFile.Json, provenance));
        if (facts.Signer is VerificationKey key)
            assets.Add(ReleasedFile.OfText(VerifyCommands.KeyName, key.Pem));
        if (facts.Node is { } unit)
            assets.AddRange(
                facts.Repositories.SelectMany(repository =>
                    new NodeFiles(unit, repository.WithDigest(facts.Image.Index.Digest), facts.Title).Assets(facts.Prefix)
                )
            );
        return [.. assets.OrderBy(asset => asset.Name, StringComparer.Ordinal)];
    }

    /// <summary>Replaces the folder's files; the notes come last and say that the others are there.</summary>
    public async Task WriteAsync(IEnumerable<ReleasedFile> assets, string notes, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(assets);
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
        Directory.CreateDirectory(folder);
        foreach (ReleasedFile asset in assets)
            await File.WriteAllBytesAsync(Path.Combine(folder, asset.Name), asset.Content, cancellationToken);
        await File.WriteAllTextAsync(Path.Combine(folder, NotesName), notes, cancellationToken);
    }

    /// <summary>A file that was written before; null when there is none, or one that is too large to be it.</summary>
    /// <param name="most">In bytes.</param>
    public async Task<byte[]?> FindAsync(string name, long most, CancellationToken cancellationToken) =>
        new FileInfo(Path.Combine(folder, name)) is { Exists: true } file && file.Length <= most
            ? await File.ReadAllBytesAsync(file.FullName, cancellationToken)
            : null;

    /// <summary>The signed provenance of the index, as the registries have it: a bundle.</summary>
    /// <param name="trust">Where it lies.</param>
    /// <exception cref="ContentException">There is none; says the command that makes it.</exception>
    public static async Task<ReadOnlyMemory<byte>> ProvenanceAsync(
        ReleaseFacts facts,
        IContentReader trust,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(facts);
        ArgumentNullException.ThrowIfNull(trust);
        Digest index = facts.Image.Index.Digest;
        foreach (Descriptor referrer in await trust.ReferrersAsync(index, MediaType.SigstoreBundle, cancellationToken))
        {
            // A folder's list does not say of what kind each is.
            if (
                (BundleManifest.KindOf(referrer) ?? Statement.ProvenanceType) != Statement.ProvenanceType
                || await trust.ReadManifestAsync(referrer.Digest, cancellationToken) is not { } manifest
            )
                continue;
            Descriptor bundle = BundleManifest.BundleOf(manifest, index);
            await using Stream? stream =
                bundle.Size <= SigstoreBundle.MaximumSize ? await trust.OpenBlobAsync(bundle, cancellationToken) : null;
            if (stream is null)
                continue;
            using MemoryStream bytes = new();
            await stream.CopyToAsync(bytes, cancellationToken);
            if (SigstoreBundle.Parse(bytes.ToArray()).Envelope.Statement?.PredicateType == Statement.ProvenanceType)
                return bytes.ToArray();
        }

        NextCommand next = new("Sign") { Image = facts.Image.Name };
        throw next.After(new ContentException($"{facts.Image.Name}: {trust.Name} has no provenance of {index}. Run {next}"));
    }
}
