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
                await AddUpstreamAsync(layer, cancellationToken);
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
                package, version, await ProvenAsync(file, $"{package.Name} {version}", cancellationToken), spool, imageLock.Timestamp.ToUnixTimeSeconds(), _memory, cancellationToken);
            foreach (LayerEntry entry in entries)
                _tree.Add(entry);
        }
    }

    private async Task AddUpstreamAsync(LayerDefinition layer, CancellationToken cancellationToken)
    {
        foreach (string name in layer.Upstream)
        {
            UpstreamFile upstream = definition.Upstream.Single(file => file.Name == name);
            LockedFile locked = imageLock.Upstream.Single(file => file.Name == name).Files[platform.Architecture];
            string file = await ProvenAsync(locked, $"{name} {upstream.Version}", cancellationToken);
            foreach (LayerEntry entry in UpstreamContent.Place(upstream, file, folder, cancellationToken))
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

    /// <summary>The path of a locked file, proven once more: a cache is a folder that anything may have touched since.</summary>
    private async Task<string> ProvenAsync(LockedFile file, string name, CancellationToken cancellationToken)
    {
        string what = $"{definition.Name} {platform}: {name}";
        string path = cache.Find(file.Digest, file.Size)
            ?? throw new ContentException($"{what}: not in the cache. Run ./build.sh Fetch --images {definition.Name}");
        try
        {
            await using VerifyingStream proof = new(File.OpenRead(path), file.Digest, file.Size, long.MaxValue, what);
            await proof.CopyToAsync(Stream.Null, cancellationToken);
            return path;
        }
        catch (ContentException e)
        {
            throw new ContentException($"{e.Message}: it was changed in the cache. Delete {path} and run the same command again", e);
        }
    }
}
