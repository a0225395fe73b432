using System.Collections.Immutable;
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
        return OciJson.Read(await RecordFile.ReadAsync(path, cancellationToken), path, root =>
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

    /// <summary>Whose record a file is.</summary>
    /// <exception cref="ContentException">The file is no record.</exception>
    public static async Task<string> ImageOfAsync(string path, CancellationToken cancellationToken) =>
        OciJson.Read(await RecordFile.ReadAsync(path, cancellationToken), path, root => root.RequiredString("image"));

    /// <summary>Refuses what was withdrawn: by its release's tag, and by its digest under whatever tag.</summary>
    /// <param name="index">What is to be published; null when it is not known yet.</param>
    /// <exception cref="ContentException">It was; says when and why.</exception>
    public void RequireNotWithdrawn(string release, Digest? index)
    {
        if (
            Entries.LastOrDefault(entry => entry.Release == release || (index is not null && entry.Subjects.Contains(index)))
            is not { } entry
        )
            return;
        string what = entry.Release == release ? release : $"{release} ({index}), published as {entry.Release},";
        throw new ContentException(
            $"{Image}: {what} was withdrawn on {entry.Time:yyyy-MM-dd}: {Printable.Of(entry.Reason)}; nothing was sent. Correct that "
                + $"and release it as {Image}/VERSION-rN, or give --republish-withdrawn-unsafe"
        );
    }

    /// <summary>With all that another record of the same image has.</summary>
    public WithdrawalRecord With(WithdrawalRecord other) =>
        this with
        {
            Entries = Entries.AddRange(other.Entries.Where(entry => !Entries.Contains(entry))),
        };

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

    private byte[] ToBytes() =>
        OciJson.WriteIndented(writer =>
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
