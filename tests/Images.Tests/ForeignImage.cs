using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Slipway.Oci;

namespace Slipway.Images.Tests;

/// <summary>An image as others make them: documents by hand, in a layout of its own.</summary>
internal sealed class ForeignImage : IDisposable
{
    public const string OciIndex = MediaType.Index,
        DockerIndex = "application/vnd.docker.distribution.manifest.list.v2+json";
    public const string OciManifest = MediaType.Manifest,
        DockerManifest = "application/vnd.docker.distribution.manifest.v2+json";
    public const string DockerConfig = "application/vnd.docker.container.image.v1+json",
        DockerLayer = "application/vnd.docker.image.rootfs.diff.tar.gzip";

    private readonly string _root = Directory.CreateTempSubdirectory("slipway-foreign-").FullName;

    public ForeignImage()
    {
        Layout = OciLayout.Create(Path.Combine(_root, "layout"));
    }

    public OciLayout Layout { get; }

    /// <summary>Its manifest.</summary>
    /// <param name="config">What the configuration says beside its layers, as JSON members.</param>
    public async Task<Descriptor> ImageAsync(
        TarEntry[][] layers,
        string config = "\"os\":\"linux\",\"architecture\":\"arm64\"",
        string type = OciManifest,
        string configType = MediaType.Config,
        string layerType = MediaType.LayerGzip,
        bool keepsLayers = true
    )
    {
        List<string> diffIds = [],
            blobs = [];
        foreach (TarEntry[] layer in layers)
        {
            byte[] plain = TamperedImageTests.Tar(layer);
            diffIds.Add($"\"{Digest.Of(plain)}\"");
            byte[] packed = Zipped(plain);
            Descriptor blob = keepsLayers ? await Layout.AddBlobAsync(layerType, packed) : Descriptor.Of(layerType, packed);
            blobs.Add(Json(blob));
        }

        Descriptor stored = await Layout.AddBlobAsync(
            configType,
            Encoding.UTF8.GetBytes(
                $"{{{config},\"created\":null,\"config\":{{\"Env\":null,\"Labels\":null}},\"rootfs\":{{\"type\":\"layers\",\"diff_ids\":[{string.Join(',', diffIds)}]}}}}"
            )
        );
        return await Layout.AddBlobAsync(
            type,
            Encoding.UTF8.GetBytes(
                $"{{\"schemaVersion\":2,\"mediaType\":\"{type}\",\"config\":{Json(stored)},\"layers\":[{string.Join(',', blobs)}]}}"
            )
        );
    }

    /// <summary>An index of entries, each with further members as JSON.</summary>
    public Task<Descriptor> IndexAsync(string type, params (Descriptor Entry, string More)[] entries) =>
        Layout.AddBlobAsync(
            type,
            Encoding.UTF8.GetBytes(
                $"{{\"schemaVersion\":2,\"mediaType\":\"{type}\",\"manifests\":[{string.Join(',', entries.Select(entry => Json(entry.Entry, entry.More)))}]}}"
            )
        );

    public Task<ComparedImage?> ReadAsync(Descriptor top, Platform platform) =>
        ComparedImage.ReadAsync(Layout, top, platform, Path.Combine(_root, "comparison"), TestContext.Current.CancellationToken);

    public static TarEntry File(string path, string content, UnixFileMode mode = (UnixFileMode)0b110_100_100) =>
        new PaxTarEntry(TarEntryType.RegularFile, path) { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(content)), Mode = mode };

    public static TarEntry Hard(string path, string target) => new PaxTarEntry(TarEntryType.HardLink, path) { LinkName = target };

    public static TarEntry Symbolic(string path, string target) => new PaxTarEntry(TarEntryType.SymbolicLink, path) { LinkName = target };

    public static TarEntry Folder(string path) => new PaxTarEntry(TarEntryType.Directory, path);

    public void Dispose() => Directory.Delete(_root, recursive: true);

    private static string Json(Descriptor descriptor, string more = "") =>
        $"{{\"mediaType\":{JsonSerializer.Serialize(descriptor.MediaType)},\"digest\":\"{descriptor.Digest}\",\"size\":{descriptor.Size}{(more.Length > 0 ? "," + more : "")}}}";

    private static byte[] Zipped(byte[] plain)
    {
        using MemoryStream packed = new();
        using (GZipStream zip = new(packed, CompressionLevel.Fastest, leaveOpen: true))
            zip.Write(plain);
        return packed.ToArray();
    }
}
