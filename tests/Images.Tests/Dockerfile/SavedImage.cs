using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using Slipway.Oci;

namespace Slipway.Images.Tests;

/// <summary>An image as <c>docker save</c> writes it, with what a test says in it.</summary>
public sealed class SavedImage
{
    private readonly List<byte[]> _layers = [];

    /// <summary>Of its configuration.</summary>
    public string Architecture { get; set; } = "amd64";

    /// <summary>Further members of the configuration's <c>config</c>.</summary>
    public string Config { get; set; } = "\"Entrypoint\":[\"/usr/bin/tiny\"]";

    /// <summary>How often manifest.json names the image.</summary>
    public int Times { get; set; } = 1;

    public SavedImage Add(params TarEntry[] entries)
    {
        using MemoryStream layer = new();
        using (TarWriter tar = new(layer, leaveOpen: true))
        {
            foreach (TarEntry entry in entries)
                tar.WriteEntry(entry);
        }

        _layers.Add(layer.ToArray());
        return this;
    }

    /// <summary>Engine 20.10's form: a folder for each layer, a layer that is there already as a link to it.</summary>
    public MemoryStream Old() => Write("{0}/layer.tar", linksTwins: true, layer => layer);

    /// <summary>Newer Engines': blobs, here packed with gzip, as containerd's store holds them.</summary>
    public MemoryStream New() => Write("blobs/sha256/{0}", linksTwins: false, layer =>
        {
            using MemoryStream packed = new();
            using (GZipStream gzip = new(packed, CompressionLevel.Fastest))
                gzip.Write(layer);
            return packed.ToArray();
        });

    public static TarEntry File(string path, string content, UnixFileMode mode = (UnixFileMode)0b110_100_100, long time = 1000) =>
        new PaxTarEntry(TarEntryType.RegularFile, path)
        {
            DataStream = new MemoryStream(Encoding.UTF8.GetBytes(content)),
            Mode = mode,
            ModificationTime = DateTimeOffset.FromUnixTimeSeconds(time),
        };

    public static TarEntry Folder(string path) =>
        new PaxTarEntry(TarEntryType.Directory, path + "/")
        {
            Mode = (UnixFileMode)0b111_101_101,
            ModificationTime = DateTimeOffset.UnixEpoch,
        };

    public static TarEntry Link(TarEntryType type, string path, string target) =>
        new PaxTarEntry(type, path) { LinkName = target, ModificationTime = DateTimeOffset.UnixEpoch };

    private MemoryStream Write(string form, bool linksTwins, Func<byte[], byte[]> pack)
    {
        string[] diffIds = [.. _layers.Select(layer => Digest.Of(layer).ToString())];
        byte[] config = Encoding.UTF8.GetBytes(
            $"{{\"architecture\":\"{Architecture}\",\"os\":\"linux\",\"config\":{{{Config}}},\"rootfs\":{{\"type\":\"layers\",\"diff_ids\":[{string.Join(',', diffIds.Select(id => $"\"{id}\""))}]}}}}"
        );
        List<string> names = [];
        MemoryStream archive = new();
        using (TarWriter tar = new(archive, leaveOpen: true))
        {
            for (int i = 0; i < _layers.Count; i++)
            {
                string name = string.Format(System.Globalization.CultureInfo.InvariantCulture, form, $"layer{i}");
                int twin = diffIds.IndexOf(diffIds[i]);
                tar.WriteEntry(
                    linksTwins && twin < i
                        ? Link(TarEntryType.SymbolicLink, name, $"../layer{twin}/layer.tar")
                        : new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(pack(_layers[i])) }
                );
                names.Add(name);
            }

            tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, "config.json") { DataStream = new MemoryStream(config) });
            string image =
                $"{{\"Config\":\"config.json\",\"RepoTags\":[\"x:y\"],\"Layers\":[{string.Join(',', names.Select(name => $"\"{name}\""))}]}}";
            byte[] manifest = Encoding.UTF8.GetBytes($"[{string.Join(',', Enumerable.Repeat(image, Times))}]");
            tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, "manifest.json") { DataStream = new MemoryStream(manifest) });
        }

        archive.Position = 0;
        return archive;
    }
}
