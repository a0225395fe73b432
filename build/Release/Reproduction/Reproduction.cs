using System.Collections.Immutable;
using Slipway.Images;
using Slipway.Inspection;
using Slipway.Oci;
using Slipway.Spdx;

namespace Slipway.Release;

/// <summary>
/// Sets a release beside what was built again from its source. Whoever made the release has a hand in what is read here: every manifest
/// is read by its verified digest, layers are measured rather than believed, and what does not fit is a finding.
/// </summary>
/// <param name="released">Holds the release.</param>
/// <param name="rebuilt">Holds what was built again.</param>
/// <param name="folder">For spool files; made when it is needed, and deleted.</param>
public sealed class Reproduction(IContentReader released, OciLayout rebuilt, string folder)
{
    /// <param name="root">The digest that was verified.</param>
    /// <param name="sboms">The release's own SBOMs, as far as there are any.</param>
    /// <exception cref="ContentException">The release cannot be read: something is missing or broken.</exception>
    public async Task<ReproductionFinding> CompareAsync(
        Digest root,
        RebuiltImage again,
        Func<Platform, SpdxDocument?> sboms,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(again);
        AssembledImage image = again.Image;
        ManifestContent top = await ReadAsync(released, root, cancellationToken);
        bool isIndex = top.MediaType == MediaType.Index;
        bool hasIndex = again.IsWhole && isIndex;
        var platforms = ImmutableArray.CreateBuilder<PlatformReproduction>();
        foreach (AssembledPlatform platform in image.Platforms)
        {
            ManifestContent? manifest = isIndex ? await ChildAsync(top, platform.Platform, cancellationToken) : top;
            PlatformReproduction same = new(platform.Platform, manifest?.Descriptor.Digest, platform.Manifest.Digest)
            {
                Layers = [.. platform.Layers.Select(layer => layer.Title)],
            };
            if (manifest is null)
                platforms.Add(same with { Fields = [new FieldDifference("index.manifests", "", $"a manifest for {platform.Platform}")] });
            else if (same.Released == same.Rebuilt)
                platforms.Add(same);
            else
                platforms.Add(
                    await CompareAsync(
                        same,
                        manifest,
                        new PathOwners(
                            await again.Contents.ReadAsync(image.Name, platform.Platform, cancellationToken),
                            sboms(platform.Platform)
                        ),
                        cancellationToken
                    )
                );
        }

        ImmutableArray<FieldDifference> fields = hasIndex
            ? [.. FieldDifference.Between("index", top.Bytes, (await ReadAsync(rebuilt, image.Index.Digest, cancellationToken)).Bytes)]
            : [];
        return new ReproductionFinding(root, hasIndex ? image.Index.Digest : null, fields, platforms.ToImmutable());
    }

    private async Task<PlatformReproduction> CompareAsync(
        PlatformReproduction both,
        ManifestContent manifest,
        PathOwners owners,
        CancellationToken cancellationToken
    )
    {
        ManifestContent ours = await ReadAsync(rebuilt, both.Rebuilt, cancellationToken);
        List<FieldDifference> fields = [.. FieldDifference.Between("manifest", manifest.Bytes, ours.Bytes)];
        fields.AddRange(
            FieldDifference.Between(
                "config",
                await ConfigAsync(released, manifest, cancellationToken),
                await ConfigAsync(rebuilt, ours, cancellationToken)
            )
        );
        ComparedImage was = await LayersAsync(released, manifest, both.Platform, cancellationToken);
        fields.AddRange(Lies(was));
        ComparedImage now = await LayersAsync(rebuilt, ours, both.Platform, cancellationToken);
        return both with
        {
            Fields = [.. fields],
            Files =
            [
                .. LayerDifference
                    .Between(was, now)
                    .Select(one => one.Path.Length == 0 ? one : one with { Owner = owners.Of(one.Layer, one.Path) }),
            ],
        };
    }

    /// <summary>
    /// Where a configuration says of its layers what they are not: whoever unpacks by it gets an error, whoever does not gets something
    /// else.
    /// </summary>
    private static IEnumerable<FieldDifference> Lies(ComparedImage image) =>
        image
            .Config!.DiffIds.Select((said, i) => (said, i))
            .Where(layer => layer.said != image.DiffIds[layer.i])
            .Select(layer => new FieldDifference(
                $"config.rootfs.diff_ids[{layer.i}]",
                $"{layer.said}, and the layer is {image.DiffIds[layer.i]}",
                ""
            ));

    private async Task<ComparedImage> LayersAsync(
        IContentReader place,
        ManifestContent manifest,
        Platform platform,
        CancellationToken cancellationToken
    ) =>
        await ComparedImage.ReadAsync(
            place,
            manifest.Descriptor,
            platform,
            new ComparisonSpool(folder) { MeasuresLayers = true },
            cancellationToken
        )
        ?? throw new ContentException(
            $"{place.Name}: {manifest.Descriptor.Digest}: wanted an image for {platform}, got one for another platform"
        );

    private async Task<ManifestContent?> ChildAsync(ManifestContent index, Platform platform, CancellationToken cancellationToken) =>
        Oci.Index.Parse(index.Bytes).Manifests.FirstOrDefault(child => child.Platform?.IsSameAs(platform) == true) is { } found
            ? await ReadAsync(released, found.Digest, cancellationToken)
            : null;

    private static async Task<ManifestContent> ReadAsync(IContentReader place, Digest digest, CancellationToken cancellationToken) =>
        await place.ReadManifestAsync(digest, cancellationToken) ?? throw new ContentException($"{place.Name}: {digest} is missing");

    private static async Task<ReadOnlyMemory<byte>> ConfigAsync(
        IContentReader place,
        ManifestContent manifest,
        CancellationToken cancellationToken
    )
    {
        Descriptor config = Manifest.Parse(manifest.Bytes).Config;
        if (config.Size > OciJson.MaximumManifestSize)
            throw new ContentException(
                $"{place.Name}: the configuration {config.Digest}: wanted at most {OciJson.MaximumManifestSize} bytes, got {config.Size}"
            );
        await using Stream blob = await place.OpenBlobAsync(config, cancellationToken)
            ?? throw new ContentException($"{place.Name}: the configuration {config.Digest} is missing");
        using MemoryStream bytes = new();
        await blob.CopyToAsync(bytes, cancellationToken);
        return bytes.ToArray();
    }
}
