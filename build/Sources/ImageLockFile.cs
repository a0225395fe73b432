using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Slipway.Oci;

namespace Slipway.Sources;

/// <summary>Reads and writes lock files: JSON that reads well in a diff, a line for each value.</summary>
public static class ImageLockFile
{
    private const int Schema = 1;

    private static readonly JsonWriterOptions Writing = new()
    {
        Indented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <exception cref="DefinitionException">There is no such file, or it is no lock; says the command that makes one.</exception>
    public static async Task<ImageLock> ReadAsync(string folder, CancellationToken cancellationToken)
    {
        string name = Path.GetFileName(folder);
        string mend = $"Run ./build.sh Lock --images {name}";
        string path = Path.Combine(folder, ImageLock.FileName);
        if (!File.Exists(path))
            throw new DefinitionException($"{name}: there is no {ImageLock.FileName}. {mend}");
        try
        {
            return Parse(await File.ReadAllBytesAsync(path, cancellationToken));
        }
        catch (ContentException e)
        {
            throw new DefinitionException($"{name}: {ImageLock.FileName}: {e.Message}. {mend}", e);
        }
    }

    /// <exception cref="ContentException">Not a lock of this schema.</exception>
    public static ImageLock Parse(ReadOnlyMemory<byte> json) => OciJson.Read(json, "image lock", root =>
    {
        if (root.GetProperty("schema").GetInt32() is var schema && schema != Schema)
            throw new ContentException($"schema wanted {Schema}, got {schema}");
        return new ImageLock
        {
            Image = root.RequiredString("image"),
            Version = root.RequiredString("version"),
            Timestamp = Time(root.RequiredString("timestamp")),
            Suites = [.. root.Items("suites").Select(suite => new LockedSuite(
                suite.RequiredString("name"), Time(suite.RequiredString("date")), Digest.Parse(suite.RequiredString("inRelease"))))],
            Wanted = root.GetProperty("wanted").EnumerateObject().ToImmutableSortedDictionary(
                layer => layer.Name, layer => layer.Value.EnumerateArray().Select(item => Name(item.GetString())).ToImmutableArray(), StringComparer.Ordinal),
            Upstream = [.. root.Items("upstream").Select(file => new LockedUpstream(
                file.RequiredString("name"), file.RequiredString("version"), file.GetProperty("confirmed").GetBoolean(), Files(file, IsHttps)))],
            LeftOut = root.TryGetProperty("leftOut", out JsonElement names) ? [.. names.EnumerateArray().Select(item => item.GetString() ?? "")] : [],
            Packages = Packages(root, "packages"),
            StandIns = Packages(root, "standIns"),
        };
    });

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

    public static byte[] ToBytes(ImageLock imageLock)
    {
        using MemoryStream buffer = new();
        using (Utf8JsonWriter writer = new(buffer, Writing))
            Write(writer, imageLock);
        buffer.Write(Encoding.UTF8.GetBytes("\n"));
        return buffer.ToArray();
    }

    private static void Write(Utf8JsonWriter writer, ImageLock imageLock)
    {
        writer.WriteStartObject();
        writer.WriteNumber("schema", Schema);
        writer.WriteString("image", imageLock.Image);
        writer.WriteString("version", imageLock.Version);
        writer.WriteString("timestamp", Text(imageLock.Timestamp));
        WriteAll(writer, "suites", imageLock.Suites, suite =>
        {
            writer.WriteString("name", suite.Name);
            writer.WriteString("date", Text(suite.Date));
            writer.WriteString("inRelease", suite.InRelease.ToString());
        });
        writer.WriteStartObject("wanted");
        foreach ((string layer, ImmutableArray<string> names) in imageLock.Wanted)
            WriteNames(writer, layer, names);

        writer.WriteEndObject();
        WriteAll(writer, "upstream", imageLock.Upstream, file =>
        {
            writer.WriteString("name", file.Name);
            writer.WriteString("version", file.Version);
            writer.WriteBoolean("confirmed", file.Confirmed);
            WriteFiles(writer, file.Files);
        });
        if (!imageLock.LeftOut.IsEmpty)
            WriteNames(writer, "leftOut", imageLock.LeftOut);
        WriteAll(writer, "packages", imageLock.Packages, package => WritePackage(writer, package));
        WriteAll(writer, "standIns", imageLock.StandIns, package => WritePackage(writer, package));
        writer.WriteEndObject();
    }

    private static void WriteNames(Utf8JsonWriter writer, string key, ImmutableArray<string> names)
    {
        writer.WriteStartArray(key);
        foreach (string name in names)
            writer.WriteStringValue(name);
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

    private static ImmutableArray<LockedPackage> Packages(JsonElement root, string name) =>
        [.. root.Items(name).Select(package =>
        {
            ImmutableSortedDictionary<string, LockedFile> files = Files(package, location => PackageName.IsArchivePath(location));
            if (files.Values.Any(file => file.Size is null))
                throw new ContentException($"{package.RequiredString("name")}: a package's file has no size");
            ImmutableSortedDictionary<string, string> versions = package.GetProperty("version").ValueKind == JsonValueKind.String
                ? files.ToImmutableSortedDictionary(file => file.Key, _ => package.RequiredString("version"), StringComparer.Ordinal)
                : package.Map("version");
            return versions.Keys.SequenceEqual(files.Keys)
                ? new LockedPackage(Name(package.RequiredString("name")), package.OptionalString("layer") ?? "", versions, files)
                : throw new ContentException($"{package.RequiredString("name")}: versions and files are of different architectures");
        })];

    private static ImmutableSortedDictionary<string, LockedFile> Files(JsonElement owner, Predicate<string> isLocation) =>
        owner.GetProperty("files").EnumerateObject().ToImmutableSortedDictionary(
            file => file.Name, file => ReadFile(file.Value, isLocation), StringComparer.Ordinal);

    private static LockedFile ReadFile(JsonElement file, Predicate<string> isLocation)
    {
        string location = file.RequiredString("location");
        long? size = file.TryGetProperty("size", out JsonElement given) ? given.GetInt64() : null;
        return !isLocation(location) ? throw new ContentException($"location '{location}' is neither an https address nor a plain path below a mirror, as its place wants")
            : size < 0 ? throw new ContentException($"{location}: size {size} is less than nothing")
            : new LockedFile(location, Digest.Parse(file.RequiredString("digest")), size);
    }

    private static bool IsHttps(string location) =>
        Uri.TryCreate(location, UriKind.Absolute, out Uri? address) && address.Scheme == Uri.UriSchemeHttps;

    /// <summary>A package's name, which becomes part of paths.</summary>
    private static string Name(string? text) =>
        PackageName.IsValid(text) ? text! : throw new ContentException($"'{text}' is no package name");

    private static string Text(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static DateTimeOffset Time(string text) => DateTimeOffset.ParseExact(
        text, "yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
}
