using System.Collections.Immutable;
using System.Formats.Tar;
using System.IO.Compression;
using System.Text.Json;
using Slipway.Oci;

namespace Slipway.Images;

/// <summary>
/// One image as an Engine gives it away (Docker image specification 1.2, "Combined Image JSON + Filesystem Changeset Format"), spread
/// into a folder. Older Engines hold layers as plain tar archives, one for each, or a link to another's; newer ones as blobs.
/// </summary>
internal sealed class EngineArchive
{
    private const int MostMembers = 2000;
    private const long LargestMember = 16L << 30;
    private const string Manifest = "manifest.json";

    private readonly string _folder;
    private readonly Dictionary<string, string> _files = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _links = new(StringComparer.Ordinal);

    private EngineArchive(string folder)
    {
        _folder = folder;
    }

    public ImageConfig Config { get; private set; } = null!;

    /// <summary>Paths of plain tar archives, lowest first, each proven by its diff id.</summary>
    public ImmutableArray<string> Layers { get; private set; }

    /// <param name="archive">Read to its end.</param>
    /// <param name="folder">Made here; what is in it belongs to the result.</param>
    /// <exception cref="ContentException">It is no such archive, or holds other than one image.</exception>
    public static EngineArchive Read(Stream archive, string folder)
    {
        EngineArchive read = new(folder);
        Directory.CreateDirectory(folder);
        try
        {
            read.Spread(archive);
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException or FormatException or NotSupportedException)
        {
            throw new ContentException($"the Engine's archive is broken: {e.Message}", e);
        }

        (string config, ImmutableArray<string> layers) = read.Small(Manifest, images =>
            images is [var only]
                ? (only.RequiredString("Config"), only.RequiredItems("Layers").Select(layer => layer.TextOf("Layers")).ToImmutableArray())
                : throw new ContentException("wanted one image")
        );
        read.Config = ImageConfig.Parse(read.Bytes(config));
        if (read.Config.DiffIds.Length != layers.Length)
            throw new ContentException(
                $"the Engine's archive: {Manifest} names {layers.Length} layers, the configuration {read.Config.DiffIds.Length}"
            );
        read.Layers = [.. layers.Select((layer, i) => read.Layer(layer, read.Config.DiffIds[i], i))];
        return read;
    }

    private void Spread(Stream archive)
    {
        using TarReader tar = new(archive, leaveOpen: true);
        while (tar.GetNextEntry() is { } member)
        {
            if (_files.Count + _links.Count >= MostMembers)
                throw new ContentException($"the Engine's archive: wanted at most {MostMembers} members, got more");
            if (member.EntryType == TarEntryType.SymbolicLink)
                _links[member.Name] = Path.GetDirectoryName(member.Name) is { Length: > 0 } parent
                    ? Flat($"{parent}/{member.LinkName}")
                    : member.LinkName;
            if (member.EntryType is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile) || member.Length > LargestMember)
                continue;
            // Names of members are no names of files here: those are counted.
            string path = Path.Combine(_folder, $"member-{_files.Count}");
            using FileStream file = File.Create(path);
            member.DataStream?.CopyTo(file);
            _files[member.Name] = path;
        }
    }

    private static string Flat(string path)
    {
        List<string> parts = [];
        foreach (string part in path.Split('/').Where(part => part is not ("" or ".")))
        {
            if (part != "..")
                parts.Add(part);
            else if (parts.Count > 0)
                parts.RemoveAt(parts.Count - 1);
        }

        return string.Join('/', parts);
    }

    private string At(string name) =>
        _files.GetValueOrDefault(name)
        ?? (_links.GetValueOrDefault(name) is { } target ? _files.GetValueOrDefault(target) : null)
        ?? throw new ContentException($"the Engine's archive has no '{Printable.Of(name)}'");

    private byte[] Bytes(string name) =>
        new FileInfo(At(name)) is { Length: <= OciJson.MaximumManifestSize } file
            ? File.ReadAllBytes(file.FullName)
            : throw new ContentException(
                $"the Engine's archive: '{Printable.Of(name)}' wanted at most {OciJson.MaximumManifestSize} bytes"
            );

    /// <summary>Reads a list, which is no JSON object by itself.</summary>
    private T Small<T>(string name, Func<JsonElement[], T> read) =>
        OciJson.Read((byte[])[.. "{\"list\":"u8, .. Bytes(name), .. "}"u8], $"the Engine's {name}", root =>
            read([.. root.Items("list").Take(2)])
        );

    private string Layer(string name, Digest diffId, int number)
    {
        string path = Path.Combine(_folder, $"layer-{number}.tar");
        using FileStream packed = File.OpenRead(At(name));
        bool isGzip = packed.ReadByte() == 0x1F && packed.ReadByte() == 0x8B;
        packed.Position = 0;
        using Stream plain = isGzip ? new GZipStream(packed, CompressionMode.Decompress) : packed;
        using VerifyingStream proven = new(plain, diffId, null, LargestMember, $"the Engine's layer {diffId}");
        using FileStream file = File.Create(path);
        proven.CopyTo(file);
        return path;
    }
}
