using System.Collections.Immutable;
using Slipway.Http;
using Slipway.Oci;

namespace Slipway.Release;

/// <summary>What was withdrawn of one image and why: <c>artifacts/NAME/withdrawn.json</c>. It only grows.</summary>
public sealed record WithdrawalRecord(string Image, ImmutableArray<WithdrawalEntry> Entries)
{
    public const string FileName = "withdrawn.json";

    private const int Schema = 1;

    /// <summary>The record in a file; an empty one when there is no file.</summary>
    /// <exception cref="ContentException">The file is no such record, or another image's.</exception>
    public static async Task<WithdrawalRecord> ReadAsync(string path, string image, CancellationToken cancellationToken)
    {
        if (!File.Exists(path))
            return new WithdrawalRecord(image, []);
        return OciJson.Read(await Task.Run(() => RegularFile.ReadBytes(path, OciJson.MaximumManifestSize), cancellationToken), path, root =>
        {
            int schema = root.RequiredInt("schema");
            if (schema != Schema)
                throw new ContentException($"schema wanted {Schema}, got {schema}: the record was made by another version");
            string own = root.RequiredString("image");
            return own == image
                ? new WithdrawalRecord(image, [.. root.RequiredItems("withdrawals").Select(WithdrawalEntry.Read)])
                : throw new ContentException($"wanted a record of {image}, got one of {own}");
        });
    }

    /// <summary>With an entry, which takes the place of one about the same release for the same reason.</summary>
    public WithdrawalRecord With(WithdrawalEntry entry)
    {
        int same = Entries.ToList().FindIndex(old => old.Release == entry.Release && old.Reason == entry.Reason);
        return this with { Entries = same < 0 ? Entries.Add(entry) : Entries.SetItem(same, entry) };
    }

    /// <summary>Puts the record in a file's place at once: what was there stays until the new one is whole.</summary>
    public async Task WriteAsync(string path, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await File.WriteAllBytesAsync(path + ".new", ToBytes(), cancellationToken);
        File.Move(path + ".new", path, overwrite: true);
    }

    private byte[] ToBytes() => OciJson.WriteIndented(writer =>
    {
        writer.WriteStartObject();
        writer.WriteNumber("schema", Schema);
        writer.WriteString("image", Image);
        writer.WriteStartArray("withdrawals");
        foreach (WithdrawalEntry entry in Entries)
            entry.Write(writer);
        writer.WriteEndArray();
        writer.WriteEndObject();
    });
}
