using System.Text.Json;
using Slipway.Oci;

namespace Slipway.Images;

/// <summary><see cref="ImageContents"/> as JSON.</summary>
internal static class ContentsDocument
{
    public static byte[] ToBytes(ImageContents contents) =>
        OciJson.WriteIndented(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("platform", contents.Platform.ToString());
            writer.WriteMap("packages", contents.Packages);
            writer.WriteStartArray("layers");
            foreach (LayerContents layer in contents.Layers)
            {
                writer.WriteStartObject();
                writer.WriteString("name", layer.Name);
                writer.WriteString("diffId", layer.DiffId.ToString());
                writer.WriteStartArray("entries");
                foreach (ContentEntry entry in layer.Entries)
                    Write(writer, entry);
                writer.WriteEndArray();
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        });

    /// <exception cref="ContentException">It is no such document.</exception>
    public static ImageContents Parse(ReadOnlyMemory<byte> json) =>
        OciJson.Read(json, "list of contents", root => new ImageContents(
            Platform.Parse(root.RequiredString("platform")),
            [
                .. root.RequiredItems("layers")
                    .Select(layer => new LayerContents(
                        layer.RequiredString("name"),
                        Digest.Parse(layer.RequiredString("diffId")),
                        [.. layer.RequiredItems("entries").Select(ReadEntry)]
                    )),
            ]
        )
        {
            Packages = root.Map("packages"),
        });

    private static void Write(Utf8JsonWriter writer, ContentEntry entry)
    {
        writer.WriteStartObject();
        writer.WriteString("path", entry.Path);
        writer.WriteString("kind", Word(entry.Kind));
        writer.WriteString("mode", Convert.ToString(entry.Mode, 8).PadLeft(4, '0'));
        writer.WriteNumber("uid", entry.UserId);
        writer.WriteNumber("gid", entry.GroupId);
        if (entry.Kind == LayerEntryKind.File)
            writer.WriteNumber("size", entry.Size);
        if (entry.LinkTarget is not null)
            writer.WriteString("target", entry.LinkTarget);
        if (entry.Digest is not null)
            writer.WriteString("digest", entry.Digest.ToString());
        writer.WriteString("owner", entry.Owner);
        writer.WriteEndObject();
    }

    private static ContentEntry ReadEntry(JsonElement element) =>
        new()
        {
            Path = element.RequiredString("path"),
            Kind = Kind(element.RequiredString("kind")),
            Mode = Octal(element.RequiredString("mode")),
            UserId = element.RequiredInt("uid"),
            GroupId = element.RequiredInt("gid"),
            Size = element.Find("size") is null ? 0 : element.RequiredNumber("size"),
            LinkTarget = element.OptionalString("target"),
            Digest = element.OptionalString("digest") is { } digest ? Oci.Digest.Parse(digest) : null,
            Owner = element.RequiredString("owner"),
        };

    private static string Word(LayerEntryKind kind) =>
        kind switch
        {
            LayerEntryKind.Directory => "directory",
            LayerEntryKind.SymbolicLink => "symbolic link",
            LayerEntryKind.HardLink => "hard link",
            _ => "file",
        };

    private static LayerEntryKind Kind(string word) =>
        Enum.GetValues<LayerEntryKind>().Cast<LayerEntryKind?>().FirstOrDefault(kind => Word(kind!.Value) == word)
        ?? throw new ContentException($"kind '{word}' is not known");

    private static int Octal(string digits) =>
        digits.Length == 4 && digits.All(c => c is >= '0' and <= '7')
            ? Convert.ToInt32(digits, 8)
            : throw new ContentException($"mode '{digits}' is not octal");
}
