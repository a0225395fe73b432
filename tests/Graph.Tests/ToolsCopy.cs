using System.Collections.Immutable;
using System.IO.Compression;
using Slipway.Definitions;
using Slipway.Images;
using Slipway.Oci;
using Slipway.Release;
using Slipway.Spdx;
using Slipway.Testing;
using Slipway.Trust;
using Slipway.Verification;
using Index = Slipway.Oci.Index;

namespace Slipway.Graph.Tests;

/// <summary>The forms in which statements and signatures are stored.</summary>
internal enum StoredForm
{
    Both,
    Bundles,
    Tags,
}

/// <summary>
/// A signed image in a folder of its own, with its key: what its holder can be made to sign, and what anybody can do to files.
/// </summary>
internal sealed class ToolsCopy(ScratchRepository repository) : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("slipway-tools-");
    private readonly KeySigner _signer = KeySigner.FromFile(repository.Key.Private, () => null);

    public string Folder => _folder.FullName;

    public OciLayout Layout => OciLayout.Open(Path.Combine(Folder, "layout"));

    public OciLayout Trust => OciLayout.Open(Path.Combine(Folder, "trust"));

    public ImageDefinition Definition { get; } = ImageDefinitionFile.Read(repository.At("images", UpstreamImage.Name));

    public Descriptor Root { get; private set; } = null!;

    public Descriptor Child { get; private set; } = null!;

    public VerificationKey Key => _signer.Key;

    public string Wanted { get; set; } = UpstreamImage.Version;

    public async Task OpenAsync()
    {
        Root = (await Layout.ResolveAsync(UpstreamImage.Version, default))!;
        Child = Index.Parse((await Layout.ReadManifestAsync(Root.Digest, default))!.Bytes).Manifests.Single();
    }

    public void Dispose()
    {
        _signer.Dispose();
        _folder.Delete(recursive: true);
    }

    /// <summary>By all that can be expected of it, down to every path.</summary>
    public async Task<VerificationResult> VerifyAsync(params ImmutableArray<ITrustedSigner> reproducers)
    {
        ImageLock locked = await ImageLockFile.ReadAsync(repository.At("images", UpstreamImage.Name), default);
        ReleasePolicy policy = ReleasePolicy.Require(_signer.Key) with
        {
            Provenance = new ProvenanceCheck
            {
                Image = UpstreamImage.Name,
                Source = Definition.Source,
                Commit = await repository.GitAsync("rev-parse", "HEAD"),
                Builder = Builder.Local.Id,
                Platforms = Definition.Platforms,
                Lock = Digest.Of(await File.ReadAllBytesAsync(repository.At("images", UpstreamImage.Name, ImageLock.FileName))),
                Materials = LockedMaterials.Of(locked, Definition.Platforms),
            },
            Folder = Path.Combine(Folder, "spool"),
            ReproducedBy = reproducers,
        };
        return (
            await new ReleaseVerifier(policy).VerifyAsync(
                new VerificationRequest
                {
                    Content = Layout,
                    Signatures = Trust,
                    Wanted = Wanted,
                    Official = Definition.Official,
                },
                default
            )
        ).Result!;
    }

    /// <summary>Signs anew after changing what is said, rightly and by the same key; a statement that becomes null is not said.</summary>
    public async Task SayAsync(Func<WantedStatement, WantedStatement?> change)
    {
        List<WantedStatement> said = [.. (await SaidAsync()).Select(change).OfType<WantedStatement>()];
        await TrustStore
            .Create(Path.Combine(Folder, "trust"))
            .SignAsync(new SignedImage(Layout, Root.Digest, Definition.Official), said, _signer, default);
    }

    /// <summary>Says something else about the platform, or about all, than its provenance or SBOM.</summary>
    public Task SayAsync(string type, Func<ReadOnlyMemory<byte>, byte[]> change) =>
        SayAsync(statement =>
            statement.PredicateType == type && statement.About.Contains(Child.Digest)
                ? statement with
                {
                    Predicate = change(statement.Predicate),
                }
                : statement
        );

    public Task SayProvenanceAsync(Func<SlsaProvenance, SlsaProvenance> change) =>
        SayAsync(Statement.ProvenanceType, said => change(SlsaProvenance.Parse(said)).ToBytes());

    public Task SaySbomAsync(Func<SpdxDocument, SpdxDocument> change) =>
        SayAsync(Statement.SpdxType, said => change(SpdxDocument.Parse(said)).ToBytes().AsMemory().TrimEnd((byte)'\n').ToArray());

    /// <summary>Puts one more layer on the image and says of the new one, signed, all that was said of the old one.</summary>
    public Task AddLayerAsync(params LayerEntry[] entries) =>
        ChangeAsync(
            async (manifest, config) =>
            {
                using MemoryStream blob = new();
                Layer layer = LayerWriter.Write("more", entries, blob, default);
                Descriptor written = await Layout.AddBlobAsync(MediaType.LayerGzip, blob.ToArray());
                return (
                    manifest with
                    {
                        Layers = manifest.Layers.Add(written),
                    },
                    config with
                    {
                        DiffIds = config.DiffIds.Add(layer.DiffId),
                        History = config.History.Add("more"),
                    }
                );
            }
        );

    /// <summary>
    /// Puts another archive in place of the only layer, and says of the new image, signed, all that was said of the old one.
    /// </summary>
    /// <param name="change">From archive to archive, both unpacked.</param>
    /// <param name="level">How the new one is compressed.</param>
    /// <param name="isTold">Else the configuration still names the old archive.</param>
    public Task ChangeLayerAsync(Func<byte[], byte[]> change, CompressionLevel level = CompressionLevel.Optimal, bool isTold = true) =>
        ChangeAsync(
            async (manifest, config) =>
            {
                using MemoryStream plain = new(),
                    packed = new();
                await using (GZipStream from = new(Layout.OpenBlob(manifest.Layers.Single()), CompressionMode.Decompress))
                    await from.CopyToAsync(plain);
                byte[] changed = change(plain.ToArray());
                await using (GZipStream to = new(packed, level, leaveOpen: true))
                    await to.WriteAsync(changed);
                Descriptor written = await Layout.AddBlobAsync(MediaType.LayerGzip, packed.ToArray());
                return (manifest with { Layers = [written] }, isTold ? config with { DiffIds = [Digest.Of(changed)] } : config);
            }
        );

    /// <summary>Makes another image of this one, and says of it, signed, all that was said of the old one.</summary>
    public async Task ChangeAsync(Func<Manifest, ImageConfig, Task<(Manifest, ImageConfig)>> change, Func<Index, Index>? top = null)
    {
        OciLayout layout = Layout;
        Manifest manifest = Manifest.Parse((await layout.ReadManifestAsync(Child.Digest, default))!.Bytes);
        using MemoryStream bytes = new();
        await layout.OpenBlob(manifest.Config).CopyToAsync(bytes);
        (Manifest changed, ImageConfig config) = await change(manifest, ImageConfig.Parse(bytes.ToArray()));
        Descriptor configured = await layout.AddBlobAsync(MediaType.Config, config.ToBytes());
        Descriptor child = await layout.AddManifestAsync(
            new ManifestContent(MediaType.Manifest, (changed with { Config = configured }).ToBytes())
        ) with
        {
            Platform = Child.Platform,
        };
        Index index = Index.Parse((await layout.ReadManifestAsync(Root.Digest, default))!.Bytes) with { Manifests = [child] };
        Descriptor root = await layout.AddManifestAsync(new ManifestContent(MediaType.Index, (top?.Invoke(index) ?? index).ToBytes()));
        List<WantedStatement> said = [.. await SaidAsync()];
        (Descriptor oldRoot, Descriptor oldChild) = (Root, Child);
        (Root, Child) = (root, child);
        Tag(root, UpstreamImage.Version);
        await TrustStore
            .Create(Path.Combine(Folder, "trust"))
            .SignAsync(
                new SignedImage(layout, root.Digest, Definition.Official),
                [.. said.Select(statement => Moved(statement, oldRoot, oldChild))],
                _signer,
                default
            );
    }

    /// <summary>Says one more thing, signed by the release's own key.</summary>
    /// <param name="about">The index where it is null.</param>
    public async Task SayMoreAsync(string type, byte[] predicate, Descriptor? about = null) =>
        await TrustStore
            .Create(Path.Combine(Folder, "trust"))
            .SignAsync(
                new SignedImage(Layout, Root.Digest, Definition.Official),
                [.. await SaidAsync(), new WantedStatement([(about ?? Root).Digest], type, predicate)],
                _signer,
                default
            );

    /// <summary>
    /// Writes something else into what is signed of one kind, digests and all, and leaves bundles alone; the signature stays the old one.
    /// </summary>
    public async Task ForgeAsync(string type, string was, string now)
    {
        OciLayout trust = Trust;
        List<Descriptor> entries = [];
        foreach (Descriptor entry in trust.ReadIndex().Manifests.Where(entry => entry.ArtifactType is not null))
        {
            ManifestContent content = (await trust.ReadManifestAsync(entry.Digest, default))!;
            Manifest manifest = Manifest.Parse(content.Bytes);
            if (!manifest.Annotations.ContainsValue(type))
            {
                entries.Add(entry);
                continue;
            }

            using MemoryStream bytes = new();
            await trust.OpenBlob(BundleManifest.BundleOf(content, manifest.Subject!.Digest)).CopyToAsync(bytes);
            SigstoreBundle bundle = SigstoreBundle.Parse(bytes.ToArray());
            string payload = System.Text.Encoding.UTF8.GetString(bundle.Envelope.Payload.Span).Replace(was, now, StringComparison.Ordinal);
            byte[] forged = (
                bundle with
                {
                    Envelope = bundle.Envelope with { Payload = System.Text.Encoding.UTF8.GetBytes(payload) },
                }
            ).ToBytes();
            await trust.AddBlobAsync(MediaType.SigstoreBundle, forged);
            entries.Add(
                await trust.AddManifestAsync(BundleManifest.For(manifest.Subject, forged, type)) with
                {
                    ArtifactType = entry.ArtifactType,
                }
            );
        }

        trust.WriteIndex(new Index([.. entries]));
    }

    /// <summary>The provenance as it is signed.</summary>
    public async Task<SlsaProvenance> ProvenanceAsync() =>
        SlsaProvenance.Parse((await SaidAsync()).First(statement => statement.PredicateType == Statement.ProvenanceType).Predicate);

    /// <summary>Makes a tag name a manifest of the layout, and nothing else name one.</summary>
    public void Tag(Descriptor root, string tag) =>
        Layout.WriteIndex(
            new Index([
                new Descriptor(root.MediaType, root.Digest, root.Size)
                {
                    Annotations = Descriptor.NoAnnotations.Add(OciLayout.RefName, tag),
                },
            ])
        );

    /// <summary>Leaves one form alone of what is signed.</summary>
    public void Leave(StoredForm form) =>
        Trust.WriteIndex(
            new Index([
                .. Trust
                    .ReadIndex()
                    .Manifests.Where(entry =>
                        form switch
                        {
                            StoredForm.Bundles => entry.ArtifactType is not null,
                            StoredForm.Tags => entry.ArtifactType is null,
                            _ => true,
                        }
                    ),
            ])
        );

    /// <summary>Where the image keeps a layer.</summary>
    public async Task<string> LayerAsync()
    {
        Manifest manifest = Manifest.Parse((await Layout.ReadManifestAsync(Child.Digest, default))!.Bytes);
        return Path.Combine(Folder, "layout", "blobs", "sha256", manifest.Layers.Single().Digest.Hex);
    }

    private WantedStatement Moved(WantedStatement statement, Descriptor oldRoot, Descriptor oldChild)
    {
        WantedStatement moved = statement with
        {
            About =
            [
                .. statement.About.Select(digest =>
                    digest == oldRoot.Digest ? Root.Digest
                    : digest == oldChild.Digest ? Child.Digest
                    : digest
                ),
            ],
        };
        if (statement.PredicateType != Statement.SpdxType || !statement.About.Contains(oldChild.Digest))
            return moved;
        SpdxDocument document = SpdxDocument.Parse(statement.Predicate);
        SpdxPackage subject = document.Packages.Single(package => package.Id == document.Describes);
        document = document with
        {
            Packages = document.Packages.Replace(subject, subject with { Checksum = SpdxChecksum.Of(Child.Digest) }),
        };
        return moved with { Predicate = new ReadOnlyMemory<byte>(document.ToBytes()).TrimEnd((byte)'\n') };
    }

    private async Task<IEnumerable<WantedStatement>> SaidAsync()
    {
        Dictionary<Digest, WantedStatement> said = [];
        foreach (Descriptor subject in (Descriptor[])[Root, Child])
        {
            foreach (Descriptor referrer in await Trust.ReferrersAsync(subject.Digest, null, default))
            {
                ManifestContent manifest = (await Trust.ReadManifestAsync(referrer.Digest, default))!;
                using MemoryStream bundle = new();
                await Trust.OpenBlob(BundleManifest.BundleOf(manifest, subject.Digest)).CopyToAsync(bundle);
                ReadOnlyMemory<byte> payload = SigstoreBundle.Parse(bundle.ToArray()).Envelope.Payload;
                Statement statement = Statement.Parse(payload);
                if (statement.PredicateType != Statement.SignType)
                    said[Digest.Of(payload.Span)] = new WantedStatement(
                        [.. statement.Subjects.Select(about => about.Digest!)],
                        statement.PredicateType,
                        statement.Predicate
                    );
            }
        }

        return said.Values;
    }
}
