using System.Collections.Immutable;
using System.Text.Json;
using Slipway.Http;
using Slipway.Oci;

namespace Slipway.Definitions;

/// <summary>Reads and writes lock files: JSON that reads well in a diff, a line for each value.</summary>
public static class ImageLockFile
{
    /// <summary>In bytes; no lock of ours is a hundredth of it.</summary>
    internal const int LongestFile = 64 << 20;

    /// <exception cref="DefinitionException">There is no such file, or it is no lock; says the command that makes one.</exception>
    public static async Task<ImageLock> ReadAsync(string folder, CancellationToken cancellationToken)
    {
        string name = Path.GetFileName(folder);
        NextCommand next = new("Lock") { Image = name };
        string mend = $"Run {next}";
        string path = Path.Combine(folder, ImageLock.FileName);
        if (!File.Exists(path))
            throw next.After(new DefinitionException($"{name}: there is no {ImageLock.FileName}. {mend}"));
        try
        {
            return Parse(await Task.Run(() => RegularFile.ReadBytes(path, LongestFile), cancellationToken), NameOf(folder));
        }
        catch (UnfitFileException e)
        {
            throw new DefinitionException($"{NameOf(folder)}: {e.Problem}. {mend}", e);
        }
        catch (ContentException e)
        {
            throw next.After(new DefinitionException($"{e.Message}. {mend}", e));
        }
    }

    /// <param name="file">What the file is, for errors.</param>
    /// <exception cref="ContentException">Not a lock of this schema; names the line or the value.</exception>
    public static ImageLock Parse(ReadOnlyMemory<byte> json, string file) => ImageLockReader.Read(json, file);

    /// <summary>Writes a lock in one step. Returns whether the file changed.</summary>
    public static async Task<bool> WriteAsync(string folder, ImageLock imageLock, CancellationToken cancellationToken)
    {
        string path = Path.Combine(folder, ImageLock.FileName);
        byte[] bytes = ToBytes(imageLock);
        byte[] before = File.Exists(path) ? await File.ReadAllBytesAsync(path, cancellationToken) : [];
        if (before.AsSpan().SequenceEqual(bytes))
            return false;
        await File.WriteAllBytesAsync(path + ".new", bytes, cancellationToken);
        File.Move(path + ".new", path, overwrite: true);
        return true;
    }

    public static byte[] ToBytes(ImageLock imageLock) => OciJson.WriteIndented(writer => Write(writer, imageLock));

    /// <summary>What errors call the lock of an image's folder.</summary>
    internal static string NameOf(string folder) => $"images/{Path.GetFileName(folder)}/{ImageLock.FileName}";

    private static void Write(Utf8JsonWriter writer, ImageLock imageLock)
    {
        writer.WriteStartObject();
        writer.WriteNumber("schema", ImageLockReader.Schema);
        writer.WriteString("image", imageLock.Image);
        writer.WriteString("version", imageLock.Version);
        writer.WriteString("timestamp", Text(imageLock.Timestamp));
        WriteAll(writer, "suites", imageLock.Suites, suite =>
        {
            writer.WriteString("name", suite.Name);
            writer.WriteString("date", Text(suite.Date));
            writer.WriteString("inRelease", suite.InRelease.ToString());
        });
        writer.WriteStartObject("debian");
        WriteNames(writer, "components", imageLock.Debian.Components);
        writer.WriteBoolean("essential", imageLock.Debian.Essential);
        WriteNames(writer, "without", imageLock.Debian.Without);
        writer.WriteEndObject();
        writer.WriteStartObject("wanted");
        foreach ((string layer, ImmutableArray<string> names) in imageLock.Wanted)
            WriteNames(writer, layer, names);
        writer.WriteEndObject();
        WriteAll(writer, "upstream", imageLock.Upstream, file =>
        {
            writer.WriteString("name", file.Name);
            writer.WriteString("version", file.Version);
            writer.WriteBoolean("confirmed", file.Confirmed);
            if (file.Signature is { } signature)
                WriteSignature(writer, signature);
            WriteFiles(writer, file.Files);
        });
        if (!imageLock.LeftOut.IsEmpty)
            WriteNames(writer, "leftOut", imageLock.LeftOut);
        WriteAll(writer, "packages", imageLock.Packages, package => WritePackage(writer, package));
        WriteAll(writer, "standIns", imageLock.StandIns, package => WritePackage(writer, package));
        writer.WriteEndObject();
    }

    private static void WriteSignature(Utf8JsonWriter writer, LockedSignature signature)
    {
        writer.WriteStartObject("signature");
        writer.WriteString("state", signature.Word);
        writer.WriteString("by", signature.By);
        if (signature.Problem is { } problem)
            writer.WriteString("problem", problem);
        writer.WriteString("identity", signature.Signer.Identity);
        writer.WriteString("issuer", signature.Signer.Issuer);
        writer.WriteEndObject();
    }

    private static void WriteNames(Utf8JsonWriter writer, string name, ImmutableArray<string> names)
    {
        writer.WriteStartArray(name);
        foreach (string item in names)
            writer.WriteStringValue(item);
        writer.WriteEndArray();
    }

    private static void WriteAll<T>(Utf8JsonWriter writer, string name, ImmutableArray<T> items, Action<T> write)
    {
        writer.WriteStartArray(name);
        foreach (T item in items)
        {
            writer.WriteStartObject();
            write(item);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void WritePackage(Utf8JsonWriter writer, LockedPackage package)
    {
        writer.WriteString("name", package.Name);
        if (package.Versions.Values.Distinct(StringComparer.Ordinal).Count() == 1)
            writer.WriteString("version", package.Versions.Values.First());
        else
            writer.WriteMap("version", package.Versions);
        if (package.Layer.Length > 0)
            writer.WriteString("layer", package.Layer);
        WriteFiles(writer, package.Files);
    }

    private static void WriteFiles(Utf8JsonWriter writer, ImmutableSortedDictionary<string, LockedFile> files)
    {
        writer.WriteStartObject("files");
        foreach ((string architecture, LockedFile file) in files)
        {
            writer.WriteStartObject(architecture);
            writer.WriteString("location", file.Location);
            writer.WriteString("digest", file.Digest.ToString());
            if (file.Size is { } size)
                writer.WriteNumber("size", size);
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }

    private static string Text(DateTimeOffset time) => UtcSecond.Text(time);
}
