using System.Collections.Immutable;
using Slipway.Oci;

namespace Slipway.Images;

/// <summary>
/// Makes one image of layouts that were assembled apart, each with some of its platforms. All but the layers is decided by definition and
/// lock, so it is made again here and must come out the same; the index is the one that a single machine makes. No layer is decoded.
/// </summary>
/// <param name="request">The image with all of its platforms; its marks and stand-ins are those that the layouts must have.</param>
public sealed class LayoutMerge(AssemblyRequest request)
{
    /// <summary>Of lists that others made: some 100,000 paths, which fit into the memory that there is.</summary>
    private const long LongestList = 16 << 20;

    /// <summary>The commit that is checked out here, in hex, which every part must have; null where there is none.</summary>
    public string? Commit { get; init; }

    /// <summary>Refuses what does not fit together, before anything is written.</summary>
    /// <param name="parts">At least one, in any order.</param>
    /// <exception cref="ContentException">Says which layout and what of it.</exception>
    public async Task RequireAsync(IReadOnlyList<LayoutPart> parts, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(parts);
        AssemblyInput input = AssemblyInput.Of(request);
        foreach (LayoutPart part in parts)
        {
            if (part.Record.Image != request.Name)
                throw part.Refusal($"wanted a layout of {request.Name}");
            await RequireMarksAsync(part, cancellationToken);
            RequireInput(part, input);
        }

        RequirePlatforms(parts);
    }

    /// <summary>Copies every blob once, proven by digest and size, and writes manifests and index.</summary>
    /// <param name="parts">As <see cref="RequireAsync"/> let them pass.</param>
    /// <param name="layout">An empty layout.</param>
    /// <param name="contents">For the lists of contents.</param>
    /// <exception cref="ContentException">A blob is missing, short or another; a manifest is not the definition's.</exception>
    public async Task<AssembledImage> WriteAsync(
        IReadOnlyList<LayoutPart> parts,
        OciLayout layout,
        ContentsFolder contents,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(layout);
        ArgumentNullException.ThrowIfNull(contents);
        List<AssembledPlatform> done = [];
        foreach ((LayoutPart part, AssembledPlatform platform) in Ordered(parts))
        {
            try
            {
                done.Add(await CopyAsync(part, platform, layout, cancellationToken));
                await contents.WriteAsync(await ContentsAsync(part, platform, cancellationToken), cancellationToken);
            }
            catch (ContentException e)
            {
                throw part.Refusal($"{platform.Platform}: {e.Message}");
            }
        }

        return new AssembledImage(request.Name, await Assembler.WriteIndexAsync(request, [.. done], layout, cancellationToken), [.. done]);
    }

    /// <summary>What Sign wants to know: the same inputs, and who made each platform.</summary>
    /// <param name="origin">Where they are merged.</param>
    public AssemblyRecord RecordOf(IReadOnlyList<LayoutPart> parts, AssembledImage image, AssemblyOrigin origin)
    {
        ArgumentNullException.ThrowIfNull(image);
        ImmutableArray<AssemblyPart> made =
        [
            .. parts.SelectMany(part => part.Parts).OrderBy(part => part.Platform.ToString(), StringComparer.Ordinal),
        ];
        return new AssemblyRecord(
            image.Index.Digest,
            AssemblyInput.Of(request),
            made[0].Toolchain,
            made.Min(part => part.StartedOn),
            made.Max(part => part.FinishedOn)
        )
        {
            Image = request.Name,
            Origin = origin,
            Parts = made,
        };
    }

    private static IEnumerable<(LayoutPart Part, AssembledPlatform Platform)> Ordered(IEnumerable<LayoutPart> parts) =>
        parts
            .SelectMany(part => part.Image.Platforms.Select(platform => (part, platform)))
            .OrderBy(one => one.platform.Platform.ToString(), StringComparer.Ordinal);

    /// <summary>A rehearsal's layout stays one, and what is not one never gets a stand-in.</summary>
    private async Task RequireMarksAsync(LayoutPart part, CancellationToken cancellationToken)
    {
        string? wanted = request.Lock.StandingIn.IsEmpty ? null : string.Join(',', request.Lock.StandingIn);
        IEnumerable<string?> found =
        [
            StandInMark.Of(Oci.Index.Parse(await ManifestAsync(part, part.Image.Index.Digest, cancellationToken))),
            .. await Task.WhenAll(
                part.Image.Platforms.Select(async platform =>
                    StandInMark.Of(Manifest.Parse(await ManifestAsync(part, platform.Manifest.Digest, cancellationToken)))
                )
            ),
        ];
        foreach (string? mark in found)
        {
            if (mark != wanted)
                throw part.Refusal(
                    mark is null
                        ? "it holds upstream's own files, and the others hold stand-ins"
                        : $"it holds stand-ins for {Printable.Of(mark)}, which a rehearsal made"
                );
        }

        if (!part.Layout.ReadIndex().Annotations.SequenceEqual(request.Marks))
            throw part.Refusal(
                request.Marks.IsEmpty ? "a rehearsal made it, or something else marked its index.json" : "no rehearsal made it"
            );
    }

    private void RequireInput(LayoutPart part, AssemblyInput input)
    {
        AssemblyInput from = part.Record.Input;
        if (from.Dockerfile is not null)
            throw part.Refusal("it was built from a Dockerfile, and only layouts of Assemble are merged");
        foreach (
            (string what, Digest wanted, Digest got) in (ReadOnlySpan<(string, Digest, Digest)>)
                [
                    ("definition", input.Definition, from.Definition),
                    ("lock", input.Lock, from.Lock),
                    ("file of the definition", input.Files, from.Files),
                ]
        )
        {
            if (wanted != got)
                throw part.Refusal($"it was assembled from another {what} than the present one: wanted {wanted}, got {got}");
        }

        foreach (AssemblyPart one in part.Parts.Where(one => one.Origin.Commit != Commit))
            throw part.Refusal(
                $"{one.Platform} was assembled at commit {one.Origin.Commit ?? "none"}, and {Commit ?? "none"} is checked out"
            );
    }

    private void RequirePlatforms(IReadOnlyList<LayoutPart> parts)
    {
        ImmutableArray<Platform> all = request.Definition.Platforms;
        Dictionary<Platform, LayoutPart> seen = [];
        foreach ((LayoutPart part, AssembledPlatform platform) in Ordered(parts))
        {
            if (!all.Contains(platform.Platform))
                throw part.Refusal($"{platform.Platform} is not among {string.Join(", ", all)}");
            if (!seen.TryAdd(platform.Platform, part))
                throw part.Refusal($"{platform.Platform} is in {seen[platform.Platform].Folder}, too; name one of them");
        }

        Platform[] missing = [.. all.Where(platform => !seen.ContainsKey(platform))];
        if (missing.Length > 0)
            throw Missing(missing);
    }

    private ContentException Missing(Platform[] missing)
    {
        NextCommand next = new("Assemble", "Inspect")
        {
            Image = request.Name,
            Options = ["--platforms", .. missing.Select(platform => platform.ToString())],
        };
        return next.After(
            new ContentException(
                $"{request.Name}: no layout has {string.Join(" or ", missing.AsEnumerable())}; {LayoutPart.Outcome}. Run {next} where it can "
                    + "run, and name that layout, too"
            )
        );
    }

    private async Task<AssembledPlatform> CopyAsync(
        LayoutPart part,
        AssembledPlatform platform,
        OciLayout layout,
        CancellationToken cancellationToken
    )
    {
        ImmutableArray<Definitions.LayerDefinition> defined = request.Definition.Layers;
        if (platform.Layers.Length != defined.Length)
            throw new ContentException($"wanted {defined.Length} layers, got {platform.Layers.Length}");
        ImmutableArray<Layer> layers =
        [
            .. platform.Layers.Select(
                (layer, i) =>
                    layer with
                    {
                        Blob = new Descriptor(MediaType.LayerGzip, layer.Blob.Digest, layer.Blob.Size),
                        Title = defined[i].Title,
                    }
            ),
        ];
        ImageConfig config = Assembler.ConfigOf(request, platform.Platform, layers);
        AssembledPlatform made = await Assembler.WriteManifestAsync(request, config, layers, layout, cancellationToken);
        if (made.Manifest.Digest != platform.Manifest.Digest)
            throw new ContentException(
                $"its manifest {platform.Manifest.Digest} is not what definition and lock make of these layers: {made.Manifest.Digest}"
            );
        foreach (Layer layer in layers)
            await layout.AddBlobAsync(layer.Blob, part.Layout.OpenBlob(layer.Blob), cancellationToken);
        return made;
    }

    private static async Task<ImageContents> ContentsAsync(LayoutPart part, AssembledPlatform platform, CancellationToken cancellationToken)
    {
        FileInfo list = new(Path.Combine(part.Folder, "contents", platform.Platform.Architecture + ".json"));
        if (list.Exists && list.Length > LongestList)
            throw new ContentException($"its list of contents: wanted at most {LongestList} bytes, got {list.Length}");
        ImageContents contents = await part.Contents.ReadAsync(part.Image.Name, platform.Platform, cancellationToken);
        return contents.Layers.Select(layer => layer.DiffId).SequenceEqual(platform.Layers.Select(layer => layer.DiffId))
            ? contents
            : throw new ContentException("its list of contents is of other layers");
    }

    private static async Task<ReadOnlyMemory<byte>> ManifestAsync(LayoutPart part, Digest digest, CancellationToken cancellationToken) =>
        (await part.Layout.ReadManifestAsync(digest, cancellationToken) ?? throw part.Refusal($"{digest} is missing")).Bytes;
}
