using System.Collections.Immutable;
using Slipway.Oci;

namespace Slipway.Images;

/// <summary>
/// Makes an OCI image layout of what Engines built from one Dockerfile, a platform at a time: the Engines' layers, rewritten so that the
/// same content gives the same bytes, one manifest for each platform, one index over them. Names, marks and annotations are those
/// that an <see cref="Assembler"/> gives.
/// </summary>
/// <param name="request">What the image was built from.</param>
/// <param name="layout">Its earlier content is replaced at the end in one step.</param>
/// <param name="contents">Gets a list of what is in the image and whose it is.</param>
public sealed class DockerfileImport(AssemblyRequest request, OciLayout layout, ContentsFolder contents)
{
    private readonly List<AssembledPlatform> _done = [];

    /// <summary>Takes one platform in.</summary>
    /// <param name="archive">As an Engine gives an image away; read to its end.</param>
    /// <exception cref="ContentException">It is of another platform, broken, or has other packages than the lock.</exception>
    public async Task AddAsync(Platform platform, Stream archive, CancellationToken cancellationToken)
    {
        string folder = Path.Combine(layout.Name, $".work-{platform.Architecture}");
        try
        {
            EngineArchive image = await Task.Run(() => EngineArchive.Read(archive, Path.Combine(folder, "archive")), cancellationToken);
            if (image.Config.Platform.Os != platform.Os || image.Config.Platform.Architecture != platform.Architecture)
                throw new ContentException($"{request.Name} {platform}: the Engine built an image for {image.Config.Platform}");
            await AddAsync(platform, image, folder, cancellationToken);
        }
        finally
        {
            if (Directory.Exists(folder))
                Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Puts the platforms together.</summary>
    public async Task<AssembledImage> FinishAsync(CancellationToken cancellationToken)
    {
        AssembledPlatform[] platforms = [.. _done.OrderBy(platform => platform.Platform.ToString(), StringComparer.Ordinal)];
        Descriptor index = await Assembler.WriteIndexAsync(request, platforms, layout, cancellationToken);
        await layout.RemoveUnreachableAsync(cancellationToken);
        return new AssembledImage(request.Name, index, [.. platforms]);
    }

    private async Task AddAsync(Platform platform, EngineArchive image, string folder, CancellationToken cancellationToken)
    {
        ImmutableArray<LayerEntry>[] read =
        [
            .. image.Layers.Select(path => EngineLayer.Read(path, request.Lock.Timestamp.ToUnixTimeSeconds())),
        ];
        DockerfileOwners owners = DockerfileOwners.Of(request, platform, [.. read.SelectMany(entries => entries)]);
        List<Layer> layers = [];
        List<LayerContents> listed = [];
        for (int i = 0; i < read.Length; i++)
        {
            string title = $"{DockerfileContext.FileName} layer {i + 1}";
            LayerEntry[] entries = [.. read[i].Select(entry => entry with { Owner = owners.OwnerOf(entry.Path) })];
            Layer layer = await WriteAsync(title, entries, Path.Combine(folder, "layer.tar.gz"), cancellationToken);
            layers.Add(layer);
            listed.Add(new LayerContents(title, layer.DiffId, [.. entries.Select(ContentEntry.Of)]));
        }

        await contents.WriteAsync(new ImageContents(platform, [.. listed]) { Packages = owners.Packages }, cancellationToken);
        _done.Add(
            await Assembler.WriteManifestAsync(request, ConfigOf(platform, image.Config, layers), [.. layers], layout, cancellationToken)
        );
    }

    /// <summary>How it runs is as the Dockerfile says; what it says of itself is as the definition does.</summary>
    private ImageConfig ConfigOf(Platform platform, ImageConfig built, IReadOnlyList<Layer> layers) =>
        new()
        {
            Platform = platform,
            Created = request.Lock.Timestamp,
            DiffIds = [.. layers.Select(layer => layer.DiffId)],
            History = [.. layers.Select(layer => layer.Title)],
            Entrypoint = built.Entrypoint,
            Command = built.Command,
            Environment = built.Environment,
            User = built.User is { Length: > 0 } ? built.User : null,
            WorkingDirectory = built.WorkingDirectory is { Length: > 0 } and not "/" ? built.WorkingDirectory : null,
            Labels = request.Definition.Config.Labels.SetItems(ImageDescription.Of(request.Definition, request.Lock)),
        };

    private async Task<Layer> WriteAsync(string title, LayerEntry[] entries, string blob, CancellationToken cancellationToken)
    {
        Layer written;
        await using (FileStream output = File.Create(blob))
            written = await Task.Run(() => LayerWriter.Write(title, entries, output, cancellationToken), cancellationToken);
        await layout.AddBlobFileAsync(written.Blob, blob, cancellationToken);
        return written;
    }
}
