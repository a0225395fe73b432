using System.Collections.Immutable;
using Slipway.Oci;
using Slipway.Sources;

namespace Slipway.Images;

/// <summary>
/// Makes an OCI image layout from a definition, its lock and a cache that holds every locked file: one manifest for each
/// platform, one index over them. Same definition and lock, same digests, wherever and however often it runs. Nothing is
/// executed, no rights are needed.
/// </summary>
/// <param name="cache">Verified files.</param>
/// <param name="assembled">Layers made before.</param>
public sealed class Assembler(ContentCache cache, AssemblyCache assembled)
{
    /// <summary>Assembles into <paramref name="layout"/>, whose earlier content is replaced at the end in one step.</summary>
    /// <exception cref="ContentException">An input is broken; the layout is as it was but for unused blobs.</exception>
    /// <exception cref="DefinitionException">No platform was asked for, or one that the definition lacks; or a pattern of <c>exclude</c> is good for nothing.</exception>
    public async Task<AssembledImage> AssembleAsync(AssemblyRequest request, OciLayout layout, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(layout);
        ImageDefinition definition = request.Definition;
        Platform[] ordered = [.. request.Platforms.Distinct().OrderBy(platform => platform.ToString(), StringComparer.Ordinal)];
        if (ordered.Length == 0)
            throw new DefinitionException($"{definition.Name}: no platform was asked for");
        if (ordered.FirstOrDefault(platform => !definition.Platforms.Contains(platform)) is { } unknown)
            throw new DefinitionException($"{definition.Name}: platform {unknown} is not among {string.Join(", ", definition.Platforms)}");

        AssembledPlatform[] done = new AssembledPlatform[ordered.Length];
        ParallelOptions parallel = new() { CancellationToken = cancellationToken, MaxDegreeOfParallelism = 2 };
        await Parallel.ForAsync(0, ordered.Length, parallel, async (i, token) =>
            done[i] = await PlatformAsync(definition, request.Lock, ordered[i], layout, token));
        Descriptor index = await WriteIndexAsync(request, done, layout, cancellationToken);
        await layout.RemoveUnreachableAsync(cancellationToken);
        return new AssembledImage(definition.Name, index, [.. done]);
    }

    private async Task<AssembledPlatform> PlatformAsync(
        ImageDefinition definition, ImageLock imageLock, Platform platform, OciLayout layout, CancellationToken cancellationToken)
    {
        PlatformTotals? totals = null;
        Digest input = AssemblyCache.InputOf(definition, imageLock, platform);
        if (await RememberedAsync(input, definition.Layers.Length, layout, cancellationToken) is not { } layers)
        {
            string folder = Path.Combine(layout.Name, $".work-{platform.Architecture}");
            LayerAssembly assembly = new(definition, imageLock, platform, cache, folder);
            layers = await assembly.MakeAsync(layout, cancellationToken);
            totals = assembly.Totals;
            await assembled.KeepAsync(input, layers, layout, cancellationToken);
        }

        ImmutableSortedDictionary<string, string> description = ImageDescription.Of(definition, imageLock);
        ImageConfig config = new()
        {
            Platform = platform,
            Created = imageLock.Timestamp,
            DiffIds = [.. layers.Select(layer => layer.DiffId)],
            History = [.. layers.Select(layer => layer.Title)],
            Entrypoint = definition.Config.Entrypoint,
            Command = definition.Config.Command,
            Environment = definition.Config.Environment,
            User = definition.Config.User,
            WorkingDirectory = definition.Config.WorkingDirectory,
            Labels = definition.Config.Labels.SetItems(description),
        };
        Descriptor configBlob = await layout.AddBlobAsync(MediaType.Config, config.ToBytes(), cancellationToken);
        Manifest manifest = new(configBlob, [.. layers.Select(layer => layer.Blob)]) { Annotations = description };
        Descriptor written = await layout.AddManifestAsync(new ManifestContent(MediaType.Manifest, manifest.ToBytes()), cancellationToken);
        return new AssembledPlatform(platform, written with { Platform = platform }, layers) { Totals = totals };
    }

    /// <summary>The layers made from this input before, copied into the layout; null when they have to be made anew.</summary>
    private async Task<ImmutableArray<Layer>?> RememberedAsync(Digest input, int count, OciLayout layout, CancellationToken cancellationToken)
    {
        if (await assembled.FindAsync(input, cancellationToken) is not { } layers || layers.Length != count)
            return null;
        try
        {
            foreach (Layer layer in layers)
                await layout.AddBlobAsync(layer.Blob, assembled.Open(layer.Blob), cancellationToken);
            return layers;
        }
        catch (ContentException)
        {
            // A cache is a folder that anything may have touched: what was remembered is no longer what it was.
            return null;
        }
    }

    private static async Task<Descriptor> WriteIndexAsync(
        AssemblyRequest request, AssembledPlatform[] platforms, OciLayout layout, CancellationToken cancellationToken)
    {
        Oci.Index index = new([.. platforms.Select(platform => platform.Manifest)])
        {
            Annotations = ImageDescription.Of(request.Definition, request.Lock),
        };
        Descriptor written = await layout.AddManifestAsync(new ManifestContent(MediaType.Index, index.ToBytes()), cancellationToken);
        var names = platforms.Select(platform => Named(platform.Manifest, $"{request.Definition.Version}-{platform.Platform.Architecture}"));
        layout.WriteIndex(new Oci.Index([Named(written, request.Definition.Version), .. names]) { Annotations = request.Marks });
        return written;
    }

    private static Descriptor Named(Descriptor descriptor, string name) =>
        descriptor with { Annotations = descriptor.Annotations.SetItem(OciLayout.RefName, name) };
}
