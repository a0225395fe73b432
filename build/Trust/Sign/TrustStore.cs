using System.Collections.Immutable;
using Slipway.Oci;

namespace Slipway.Trust;

/// <summary>
/// All that is signed about one image, as files: an OCI layout with cosign's signature and attestation tags, and the same as
/// Sigstore bundles that refer to what they are about. Publishing is copying by digest and tag. What was made once and is valid
/// stays as it is.
/// </summary>
public sealed class TrustStore
{
    private TrustStore(OciLayout layout) => Layout = layout;

    /// <summary>The folder. After <see cref="SignAsync"/> it holds what was wanted and nothing else.</summary>
    public OciLayout Layout { get; }

    /// <summary>Opens the store at a path, or makes an empty one.</summary>
    /// <exception cref="ContentException">Something else stands there.</exception>
    public static TrustStore Create(string path) => new(OciLayout.Create(path));

    /// <exception cref="ContentException">There is no store.</exception>
    public static TrustStore Open(string path) => new(OciLayout.Open(path));

    /// <summary>
    /// Makes a signature of the image's index and of each manifest, and the statements, as far as valid ones by this signer are
    /// not in the store; then drops everything else. Interrupted at any point, running it again ends with a whole store.
    /// </summary>
    /// <param name="statements">What is said about the image beside that it is signed.</param>
    /// <exception cref="ContentException">The image is not whole, or its index names no manifest.</exception>
    public async Task<TrustChange> SignAsync(
        SignedImage image,
        IReadOnlyList<WantedStatement> statements,
        ISigner signer,
        CancellationToken cancellationToken
    )
    {
        ImmutableArray<ManifestContent> subjects = await image.SubjectsAsync(cancellationToken);
        StatementSigner statementSigner = new(image.Official, subjects, signer, [Layout]);
        await StoreAsync([.. subjects.Select(subject => subject.Descriptor)], statements, statementSigner, cancellationToken);
        return new TrustChange(statementSigner.Made, statementSigner.Found(Layout));
    }

    /// <summary>
    /// As <see cref="SignAsync"/>, of statements alone: who says something about an image of somebody else's does not say that it is
    /// theirs. What the signer said to the same effect before, here or elsewhere, is repeated.
    /// </summary>
    /// <param name="elsewhere">Places that have the image and may have the statements.</param>
    /// <exception cref="ContentException">A subject of a statement is not of the image.</exception>
    /// <exception cref="Http.RemoteException">A place could not be read; nothing was signed.</exception>
    public async Task<TrustChange> AttestAsync(
        SignedImage image,
        IReadOnlyList<WantedStatement> statements,
        ISigner signer,
        IReadOnlyList<IContentReader> elsewhere,
        CancellationToken cancellationToken
    )
    {
        ImmutableArray<ManifestContent> subjects = await image.SubjectsAsync(cancellationToken);
        if (
            statements
                .SelectMany(statement => statement.About)
                .FirstOrDefault(about => subjects.All(subject => subject.Descriptor.Digest != about)) is
            { } foreign
        )
            throw new ContentException($"{image.Content.Name}: {foreign} is not a part of {image.Root}; nothing was signed");
        StatementSigner statementSigner = new(image.Official, subjects, signer, [Layout, .. elsewhere]);
        await WriteAsync(
            await StoreStatementsAsync([.. subjects.Select(subject => subject.Descriptor)], statements, statementSigner, cancellationToken),
            cancellationToken
        );
        return new TrustChange(statementSigner.Made, elsewhere.Append(Layout).Sum(statementSigner.Found));
    }

    /// <summary>
    /// Takes over what other places have of what the store says, where they have a valid one by this signer: signatures, and
    /// statements that mean the same. So a fresh machine repeats what was published instead of saying it in other bytes.
    /// </summary>
    /// <returns>How many signatures and statements were found there, whether the store has the same bytes or not.</returns>
    /// <exception cref="ContentException">The store has something unsigned that no other place has signed.</exception>
    /// <exception cref="Http.RemoteException">A place could not be read; the store is as it was.</exception>
    public async Task<int> AdoptAsync(SignedImage image, Adoption adoption, CancellationToken cancellationToken)
    {
        ImmutableArray<ManifestContent> subjects = await image.SubjectsAsync(cancellationToken);
        NoSigner signer = new(adoption.Signer);
        IReadOnlyList<WantedStatement> said = await new StatementSigner(image.Official, subjects, signer, [Layout]).SaidAsync(
            cancellationToken
        );
        StatementSigner statementSigner = new(image.Official, subjects, signer, [.. adoption.Elsewhere, Layout]);
        await StoreAsync(
            [.. subjects.Select(subject => subject.Descriptor)],
            [.. said.Select(adoption.Understand)],
            statementSigner,
            cancellationToken
        );
        return adoption.Elsewhere.Sum(statementSigner.Found);
    }

    private async Task StoreAsync(
        ImmutableArray<Descriptor> subjects,
        IReadOnlyList<WantedStatement> statements,
        StatementSigner statementSigner,
        CancellationToken cancellationToken
    )
    {
        List<Descriptor> entries = [];
        foreach (Descriptor subject in subjects)
        {
            if (await statementSigner.SignatureAsync(subject.Digest, cancellationToken) is { } signature)
                entries.Add(await StoreAsync(SignatureManifest.TagOf(subject.Digest), [signature], cancellationToken));
        }

        // In an order that does not depend on where they were read.
        WantedStatement[] wanted =
        [
            .. subjects
                .Select(subject => WantedStatement.Signature(subject.Digest))
                .Concat(statements)
                .OrderBy(statement => statement.PredicateType, StringComparer.Ordinal),
        ];
        entries.AddRange(await StoreStatementsAsync(subjects, wanted, statementSigner, cancellationToken));
        await WriteAsync(entries, cancellationToken);
    }

    private async Task WriteAsync(IReadOnlyList<Descriptor> entries, CancellationToken cancellationToken)
    {
        Layout.WriteIndex(new Oci.Index([.. entries]));
        await Layout.RemoveUnreachableAsync(cancellationToken);
    }

    /// <summary>Stores statements in both forms; returns the index entries.</summary>
    private async Task<IReadOnlyList<Descriptor>> StoreStatementsAsync(
        ImmutableArray<Descriptor> subjects,
        IReadOnlyList<WantedStatement> wanted,
        StatementSigner statementSigner,
        CancellationToken cancellationToken
    )
    {
        List<Descriptor> entries = [];
        ILookup<Digest, SignedStatement> said = (await statementSigner.StatementsAsync(wanted, cancellationToken))
            .SelectMany(statement => statement.About.Select(digest => (digest, statement)))
            .ToLookup(pair => pair.digest, pair => pair.statement);
        foreach (Descriptor subject in subjects)
        {
            foreach (SignedStatement statement in said[subject.Digest])
                entries.Add(await StoreBundleAsync(subject, statement, cancellationToken));
            TrustLayer[] attestations =
            [
                .. said[subject.Digest]
                    .Where(statement => statement.PredicateType != Statement.SignType)
                    .Select(statement => statement.Attestation)
                    .OfType<TrustLayer>(),
            ];
            if (attestations.Length > 0)
                entries.Add(await StoreAsync(AttestationLayer.TagOf(subject.Digest), attestations, cancellationToken));
        }

        return entries;
    }

    /// <summary>Stores a manifest with its layers; returns the index entry that gives it its tag.</summary>
    private async Task<Descriptor> StoreAsync(string tag, IReadOnlyList<TrustLayer> layers, CancellationToken cancellationToken)
    {
        foreach (TrustLayer layer in layers)
            await Layout.AddBlobAsync(layer.Descriptor, new MemoryStream(layer.Bytes.ToArray(), writable: false), cancellationToken);
        SignatureManifest manifest = new([.. layers.Select(layer => layer.Descriptor)]);
        await Layout.AddBlobAsync(MediaType.Config, manifest.Config, cancellationToken);
        Descriptor stored = await Layout.AddManifestAsync(manifest.Content, cancellationToken);
        return stored with { Annotations = Descriptor.NoAnnotations.Add(OciLayout.RefName, tag) };
    }

    /// <summary>Stores a bundle with its manifest; returns the index entry, which has a type and no tag.</summary>
    private async Task<Descriptor> StoreBundleAsync(Descriptor subject, SignedStatement statement, CancellationToken cancellationToken)
    {
        await Layout.AddBlobAsync(MediaType.Empty, BundleManifest.Config, cancellationToken);
        byte[] bytes = statement.Bundle.ToBytes();
        Descriptor bundle = await Layout.AddBlobAsync(MediaType.SigstoreBundle, bytes, cancellationToken);
        Descriptor stored = await Layout.AddManifestAsync(BundleManifest.For(subject, bytes, statement.PredicateType), cancellationToken);
        return stored with { ArtifactType = bundle.MediaType };
    }
}

/// <summary>What signing did.</summary>
/// <param name="Made">Signatures and statements that were signed now.</param>
/// <param name="Kept">Those that were there already.</param>
public sealed record TrustChange(int Made, int Kept);
