using System.Collections.Immutable;
using Slipway.Archives;
using Slipway.Definitions;
using Slipway.Fetching;
using Slipway.Oci;

namespace Slipway.Images;

/// <summary>Makes the layers of one platform, lowest first, from verified files alone. Nothing of them is executed.</summary>
/// <param name="definition">What is wanted.</param>
/// <param name="imageLock">By hash, what that is.</param>
/// <param name="platform">For which platform.</param>
/// <param name="cache">Holds every locked file.</param>
/// <param name="folder">For spool files; emptied after each layer.</param>
internal sealed class LayerAssembly(ImageDefinition definition, ImageLock imageLock, Platform platform, ContentCache cache, string folder)
{
    private readonly ImageTree _tree = new();
    private readonly PackageFilter _filter = new(definition.Exclude, platform);
    private readonly Finishing _finishing = new();
    private readonly PackageContent _packages = new(folder, imageLock.Timestamp.ToUnixTimeSeconds(), new XzMemory());

    private int _packageCount;
    private int _fileCount;

    /// <exception cref="ContentException">An input is broken, or two of them claim one path.</exception>
    /// <exception cref="DefinitionException">A pattern of <c>exclude</c> matches nothing on this platform.</exception>
    public async Task<AssembledLayers> MakeAsync(OciLayout layout, CancellationToken cancellationToken)
    {
        var layers = ImmutableArray.CreateBuilder<Layer>();
        var contents = ImmutableArray.CreateBuilder<LayerContents>();
        foreach (LayerDefinition layer in definition.Layers)
        {
            Directory.CreateDirectory(folder);
            try
            {
                await AddPackagesAsync(layer, cancellationToken);
                await AddUpstreamAsync(layer, cancellationToken);
                AddDefined(layer);
                UnfinishedLayer unfinished = new(_tree)
                {
                    Image = definition,
                    Definition = layer,
                    Platform = platform,
                    Packages = _packages.TakeRecords(),
                };
                _finishing.Finish(unfinished, _tree);
                IReadOnlyList<LayerEntry> entries = _tree.EndLayer();
                layers.Add(await WriteAsync(layer, entries, layout, cancellationToken));
                contents.Add(new LayerContents(layer.Name, layers[^1].DiffId, [.. entries.Select(ContentEntry.Of)]));
            }
            finally
            {
                Directory.Delete(folder, recursive: true);
            }
        }

        _filter.RequireUsed(_tree, $"{definition.Name} {platform}");
        ImageContents list = new(platform, contents.ToImmutable())
        {
            Packages = imageLock
                .Packages.Where(package => package.Files.ContainsKey(platform.Architecture))
                .ToImmutableSortedDictionary(
                    package => package.Name,
                    package => package.Versions[platform.Architecture],
                    StringComparer.Ordinal
                ),
        };
        return new AssembledLayers(layers.ToImmutable(), list)
        {
            Totals = new PlatformTotals(_packageCount, _fileCount, _filter.LeftOut, _filter.LeftOutBytes),
        };
    }

    private async Task AddPackagesAsync(LayerDefinition layer, CancellationToken cancellationToken)
    {
        foreach (LockedPackage package in imageLock.Packages.Where(package => package.Layer == layer.Name))
        {
            if (!package.Files.TryGetValue(platform.Architecture, out LockedFile? file))
                continue;
            string version = package.Versions[platform.Architecture];
            string deb = await CachedAsync(file, $"{package.Name} {version}", cancellationToken);
            Lay(_filter.Apply(await _packages.UnpackAsync(package.Name, version, deb, cancellationToken)));
            _packageCount++;
        }
    }

    private void Lay(FilteredPackage package)
    {
        foreach (LayerEntry directory in package.Withheld)
            _tree.Withhold(directory);
        foreach (LayerEntry entry in package.Staying)
            _tree.Add(entry);
    }

    private void AddDefined(LayerDefinition layer)
    {
        foreach (DefinedDirectory directory in layer.Directories.Where(directory => directory.Package is not null))
            _tree.Change(directory);
        foreach (LayerEntry entry in DefinedContent.Of(definition, layer))
            _tree.Add(entry);
    }

    private async Task AddUpstreamAsync(LayerDefinition layer, CancellationToken cancellationToken)
    {
        foreach (string name in layer.Upstream.Except(imageLock.LeftOut, StringComparer.Ordinal))
        {
            UpstreamFile upstream = definition.Upstream.Single(wanted => wanted.Name == name);
            LockedFile locked = imageLock.Upstream.Single(wanted => wanted.Name == name).Files[platform.Architecture];
            string file = await CachedAsync(locked, $"{name} {upstream.Version}", cancellationToken);
            foreach (LayerEntry entry in UpstreamContent.Place(upstream, platform.Architecture, file, folder, cancellationToken))
                _tree.Add(entry);
        }
    }

    private async Task<Layer> WriteAsync(
        LayerDefinition layer,
        IReadOnlyList<LayerEntry> entries,
        OciLayout layout,
        CancellationToken cancellationToken
    )
    {
        _fileCount += entries.Count(entry => entry.Kind != LayerEntryKind.Directory);
        string blob = Path.Combine(folder, "layer.tar.gz");
        Layer written;
        await using (FileStream output = File.Create(blob))
            written = await Task.Run(() => LayerWriter.Write(layer.Title, entries, output, cancellationToken), cancellationToken);
        await layout.AddBlobFileAsync(written.Blob, blob, cancellationToken);
        return written;
    }

    /// <summary>
    /// The path of a locked file, proven anew: its hash was proven when it was fetched, and a cache is a folder that anything may have
    /// touched.
    /// </summary>
    private async Task<string> CachedAsync(LockedFile file, string what, CancellationToken cancellationToken)
    {
        NextCommand next = new("Fetch") { Image = definition.Name };
        string mend = $"Run {next}";
        string path = cache.Find(file.Digest, file.Size)
            ?? throw next.After(new ContentException($"{definition.Name} {platform}: {what}: the file is not in the cache. {mend}"));
        try
        {
            await using VerifyingStream content = new(
                File.OpenRead(path),
                file.Digest,
                file.Size,
                file.Size ?? long.MaxValue,
                $"{definition.Name} {platform}: {what}"
            );
            await content.CopyToAsync(Stream.Null, cancellationToken);
            return path;
        }
        catch (ContentException e)
        {
            File.Delete(path);
            throw next.After(new ContentException($"{e.Message}: the cached file was changed and has been deleted. {mend}", e));
        }
    }
}
