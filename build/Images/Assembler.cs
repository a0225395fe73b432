using System.Collections.Immutable;
using Slipway.Definitions;
using Slipway.Fetching;
using Slipway.Oci;

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
    /// <summary>How many platforms are made at a time: each takes some 25 MB for its packages' dictionaries and its tree.</summary>
    public int PlatformsAtOnce { get; init; } = 2;

    /// <summary>
    /// Assembles into <paramref name="layout"/>, whose earlier content is replaced at the end in one step, and writes what it
    /// put in and whose that is to <paramref name="contents"/>.
    /// </summary>
    /// <exception cref="ContentException">An input is broken; the layout is as it was but for unused blobs.</exception>
    /// <exception cref="DefinitionException">
    /// No platform was asked for, or one that the definition lacks; or a pattern of <c>exclude</c> matches nothing.
    /// </exception>
    public async Task<AssembledImage> AssembleAsync(
        AssemblyRequest request,
        OciLayout layout,
        ContentsFolder contents,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(layout);
        ArgumentNullException.ThrowIfNull(contents);
        ImageDefinition definition = request.Definition;
        Platform[] ordered = [.. request.Platforms.Distinct().OrderBy(platform => platform.ToString(), StringComparer.Ordinal)];
        if (ordered.Length == 0)
            throw new DefinitionException($"{definition.Name}: no platform was given");
        if (ordered.FirstOrDefault(platform => !definition.Platforms.Contains(platform)) is { } unknown)
            throw new DefinitionException($"{definition.Name}: platform {unknown} is not among {string.Join(", ", definition.Platforms)}");

        AssembledPlatform[] done = new AssembledPlatform[ordered.Length];
        contents.Clear();
        ParallelOptions parallel = new() { CancellationToken = cancellationToken, MaxDegreeOfParallelism = PlatformsAtOnce };
        await Parallel.ForAsync(0, ordered.Length, parallel, async (i, token) =>
            done[i] = await PlatformAsync(request, ordered[i], layout, contents, token)
        );
        Descriptor index = await WriteIndexAsync(request, done, layout, cancellationToken);
        await layout.RemoveUnreachableAsync(cancellationToken);
        return new AssembledImage(definition.Name, index, [.. done]);
    }

    private async Task<AssembledPlatform> PlatformAsync(
        AssemblyRequest request,
        Platform platform,
        OciLayout layout,
        ContentsFolder contents,
        CancellationToken cancellationToken
    )
    {
        (ImageDefinition definition, ImageLock imageLock, _) = request;
        Digest input = AssemblyCache.InputOf(definition, imageLock, platform);
        if (await RememberedAsync(input, definition.Layers.Length, layout, cancellationToken) is not { } made)
        {
            string folder = Path.Combine(layout.Name, $".work-{platform.Architecture}");
            made = await new LayerAssembly(definition, imageLock, platform, cache, folder).MakeAsync(layout, cancellationToken);
            await assembled.KeepAsync(input, made, layout, cancellationToken);
        }

        await contents.WriteAsync(made.Contents, cancellationToken);
        return await WriteManifestAsync(request, ConfigOf(request, platform, made.Layers), made.Layers, layout, cancellationToken) with
        {
            Totals = made.Totals,
        };
    }

    /// <summary>The configuration of a platform: definition and lock decide all of it but the digests of the layers.</summary>
    internal static ImageConfig ConfigOf(AssemblyRequest request, Platform platform, ImmutableArray<Layer> layers)
    {
        ImageDefinition definition = request.Definition;
        return new ImageConfig
        {
            Platform = platform,
            Created = request.Lock.Timestamp,
            DiffIds = [.. layers.Select(layer => layer.DiffId)],
            History = [.. layers.Select(layer => layer.Title)],
            Entrypoint = definition.Config.Entrypoint,
            Command = definition.Config.Command,
            Environment = definition.Config.Environment,
            User = definition.Config.User,
            WorkingDirectory = definition.Config.WorkingDirectory,
            Labels = definition.Config.Labels.SetItems(ImageDescription.Of(definition, request.Lock)),
        };
    }

    /// <summary>Writes configuration and manifest of a platform whose layers are in the layout.</summary>
    internal static async Task<AssembledPlatform> WriteManifestAsync(
        AssemblyRequest request,
        ImageConfig config,
        ImmutableArray<Layer> layers,
        OciLayout layout,
        CancellationToken cancellationToken
    )
    {
        Descriptor blob = await layout.AddBlobAsync(MediaType.Config, config.ToBytes(), cancellationToken);
        Manifest manifest = new(blob, [.. layers.Select(layer => layer.Blob)])
        {
            Annotations = ImageDescription.Of(request.Definition, request.Lock),
        };
        Descriptor written = await layout.AddManifestAsync(new ManifestContent(MediaType.Manifest, manifest.ToBytes()), cancellationToken);
        return new AssembledPlatform(config.Platform, written with { Platform = config.Platform }, layers);
    }

    /// <summary>The layers made from this input before, copied into the layout; null when they have to be made anew.</summary>
    private async Task<AssembledLayers?> RememberedAsync(Digest input, int count, OciLayout layout, CancellationToken cancellationToken)
    {
        if (await assembled.FindAsync(input, cancellationToken) is not { } made || made.Layers.Length != count)
            return null;
        try
        {
            foreach (Layer layer in made.Layers)
                await layout.AddBlobAsync(layer.Blob, assembled.Open(layer.Blob), cancellationToken);
            return made;
        }
        catch (ContentException)
        {
            // A cache is a folder that anything may have touched: what was remembered is no longer what it was.
            return null;
        }
    }

    /// <summary>Writes the index over some platforms, and the layout's own, which names both.</summary>
    internal static async Task<Descriptor> WriteIndexAsync(
        AssemblyRequest request,
        AssembledPlatform[] platforms,
        OciLayout layout,
        CancellationToken cancellationToken
    )
    {
        Oci.Index index = new([.. platforms.Select(platform => platform.Manifest)])
        {
            Annotations = ImageDescription.Of(request.Definition, request.Lock),
        };
        Descriptor written = await layout.AddManifestAsync(new ManifestContent(MediaType.Index, index.ToBytes()), cancellationToken);
        var names = platforms.Select(platform =>
            Named(platform.Manifest, $"{request.Definition.Version}-{platform.Platform.Architecture}")
        );
        layout.WriteIndex(new Oci.Index([Named(written, request.Definition.Version), .. names]) { Annotations = request.Marks });
        return written;
    }

    private static Descriptor Named(Descriptor descriptor, string name) =>
        descriptor with
        {
            Annotations = descriptor.Annotations.SetItem(OciLayout.RefName, name),
        };
}
