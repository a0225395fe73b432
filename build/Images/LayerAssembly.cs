using System.Collections.Immutable;
using Slipway.Oci;
using Slipway.Sources;

namespace Slipway.Images;

/// <summary>Makes the layers of one platform, lowest first, from verified files alone. Nothing of them is executed.</summary>
/// <param name="definition">What is wanted.</param>
/// <param name="imageLock">By hash, what that is.</param>
/// <param name="platform">For which platform.</param>
/// <param name="cache">Holds every locked file.</param>
/// <param name="folder">For spool files; emptied after each layer.</param>
internal sealed class LayerAssembly(
    ImageDefinition definition, ImageLock imageLock, Platform platform, ContentCache cache, string folder)
{
    private readonly ImageTree _tree = new();
    private readonly XzMemory _memory = new();

    /// <exception cref="ContentException">An input is broken, or two of them claim one path.</exception>
    public async Task<ImmutableArray<Layer>> MakeAsync(OciLayout layout, CancellationToken cancellationToken)
    {
        var layers = ImmutableArray.CreateBuilder<Layer>();
        foreach (LayerDefinition layer in definition.Layers)
        {
            Directory.CreateDirectory(folder);
            try
            {
                await AddPackagesAsync(layer, cancellationToken);
                AddUpstream(layer, cancellationToken);
                foreach (LayerEntry entry in DefinedContent.Of(definition, layer))
                    _tree.Add(entry);
                layers.Add(await WriteAsync(layer, layout, cancellationToken));
            }
            finally
            {
                Directory.Delete(folder, recursive: true);
            }
        }

        return layers.ToImmutable();
    }

    private async Task AddPackagesAsync(LayerDefinition layer, CancellationToken cancellationToken)
    {
        foreach (LockedPackage package in imageLock.Packages.Where(package => package.Layer == layer.Name))
        {
            if (!package.Files.TryGetValue(platform.Architecture, out LockedFile? file))
                continue;
            string version = package.Versions[platform.Architecture];
            string spool = Path.Combine(folder, package.Name + ".tar");
            IEnumerable<LayerEntry> entries = await PackageContent.UnpackAsync(
                package, version, Cached(file, $"{package.Name} {version}"), spool, imageLock.Timestamp.ToUnixTimeSeconds(), _memory, cancellationToken);
            foreach (LayerEntry entry in entries)
                _tree.Add(entry);
        }
    }

    private void AddUpstream(LayerDefinition layer, CancellationToken cancellationToken)
    {
        foreach (string name in layer.Upstream)
        {
            UpstreamFile upstream = definition.Upstream.Single(file => file.Name == name);
            LockedFile locked = imageLock.Upstream.Single(file => file.Name == name).Files[platform.Architecture];
            foreach (LayerEntry entry in UpstreamContent.Place(upstream, Cached(locked, $"{name} {upstream.Version}"), folder, cancellationToken))
                _tree.Add(entry);
        }
    }

    private async Task<Layer> WriteAsync(LayerDefinition layer, OciLayout layout, CancellationToken cancellationToken)
    {
        IReadOnlyList<LayerEntry> entries = _tree.EndLayer();
        string blob = Path.Combine(folder, "layer.tar.gz");
        Layer written;
        await using (FileStream output = File.Create(blob))
            written = await Task.Run(() => LayerWriter.Write(layer.Title, entries, output, cancellationToken), cancellationToken);
        await layout.AddBlobAsync(written.Blob, File.OpenRead(blob), cancellationToken);
        return written;
    }

    private string Cached(LockedFile file, string what) => cache.Find(file.Digest, file.Size)
        ?? throw new ContentException($"{definition.Name} {platform}: {what}: not in the cache. Run ./build.sh Fetch --images {definition.Name}");
}
