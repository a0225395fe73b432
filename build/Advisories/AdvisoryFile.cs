using System.IO.Compression;
using System.Text.Json;
using Slipway.Archives;
using Slipway.Http;
using Slipway.Oci;

namespace Slipway.Advisories;

/// <summary>
/// Reads advisories: the JSON of Debian's security tracker (<c>https://security-tracker.debian.org/tracker/data/json</c>), or OSV records
/// as one object, an array, or a folder or zip of files, as osv.dev and Go's database give them out. Nothing but what is asked for is held.
/// </summary>
public static class AdvisoryFile
{
    private const long LongestFile = 1L << 30;
    private const int MostFiles = 1_000_000;
    private const long LongestRecord = 64L << 20;

    /// <summary>Several as one, in the order given.</summary>
    /// <inheritdoc cref="Read(string, AdvisoryScope, CancellationToken)" path="exception"/>
    public static AdvisoryList Read(IReadOnlyList<string> paths, AdvisoryScope scope, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(paths);
        ArgumentNullException.ThrowIfNull(scope);
        List<Advisory> all = [];
        List<AdvisorySource> sources = [];
        foreach (string path in paths)
        {
            FoundAdvisories found = new(scope.NotAfter);
            ReadPath(path, scope, found, cancellationToken);
            all.AddRange(found.Found);
            sources.Add(
                new AdvisorySource(
                    path,
                    found.Records,
                    found.Newest ?? new DateTimeOffset(File.GetLastWriteTimeUtc(path), TimeSpan.Zero),
                    found.Newest is null
                )
            );
        }

        return new AdvisoryList(all) { Sources = [.. sources] };
    }

    /// <param name="path">A file or folder.</param>
    /// <exception cref="ContentException">It is neither format, or too large; names the file.</exception>
    /// <exception cref="FileNotFoundException">There is none.</exception>
    public static AdvisoryList Read(string path, AdvisoryScope scope, CancellationToken cancellationToken) =>
        Read([path], scope, cancellationToken);

    private static void ReadPath(string path, AdvisoryScope scope, FoundAdvisories found, CancellationToken cancellationToken)
    {
        if (Directory.Exists(path))
        {
            ReadFolder(path, scope, found, cancellationToken);
            return;
        }

        using FileStream stream = Opened(path);
        Span<byte> beginning = stackalloc byte[2];
        bool isZip = stream.ReadAtLeast(beginning, 2, throwOnEndOfStream: false) == 2 && beginning is [(byte)'P', (byte)'K'];
        stream.Position = 0;
        if (isZip)
            ReadZip(stream, path, scope, found, cancellationToken);
        else
            ReadDocument(stream, path, scope, found);
    }

    /// <summary>Go's database has lists beside its records, in <c>index/</c>, which are none.</summary>
    private static bool IsRecord(string name) =>
        name.EndsWith(".json", StringComparison.Ordinal) && !$"/{name}".Contains("/index/", StringComparison.Ordinal);

    private static void ReadFolder(string path, AdvisoryScope scope, FoundAdvisories found, CancellationToken cancellationToken)
    {
        string[] files =
        [
            .. Directory
                .EnumerateFiles(path, "*.json", SearchOption.AllDirectories)
                .Where(file => IsRecord(Path.GetRelativePath(path, file)))
                .Order(StringComparer.Ordinal)
                .Take(MostFiles + 1),
        ];
        RequireSome(files.Length, path);
        foreach (string file in files)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using FileStream one = Opened(file);
            ReadDocument(one, file, scope, found);
        }
    }

    private static FileStream Opened(string path)
    {
        try
        {
            return RegularFile.Open(path);
        }
        catch (UnfitFileException e)
        {
            throw new ContentException(e.Message, e);
        }
    }

    private static void ReadZip(
        FileStream stream,
        string path,
        AdvisoryScope scope,
        FoundAdvisories found,
        CancellationToken cancellationToken
    )
    {
        try
        {
            using ZipArchive zip = new(stream, ZipArchiveMode.Read);
            ZipArchiveEntry[] entries = [.. zip.Entries.Where(entry => IsRecord(entry.FullName)).Take(MostFiles + 1)];
            RequireSome(entries.Length, path);
            long left = 4 * LongestFile;
            foreach (ZipArchiveEntry entry in entries)
            {
                cancellationToken.ThrowIfCancellationRequested();
                string what = $"{path}: {Printable.Of(entry.FullName)}";
                long record = LongestRecord;
                using CountingStream bytes = new(entry.Open(), count =>
                {
                    if ((record -= count) < 0 || (left -= count) < 0)
                        throw new ContentException(
                            $"{what}: wanted at most {LongestRecord} bytes in a file and {4 * LongestFile} in all, got more"
                        );
                });
                ReadDocument(bytes, what, scope, found);
            }
        }
        catch (InvalidDataException e)
        {
            throw new ContentException($"{path}: wanted a zip of OSV records: {e.Message}", e);
        }
    }

    private static void RequireSome(int count, string path)
    {
        if (count is 0 or > MostFiles)
            throw new ContentException($"{path}: wanted 1 to {MostFiles} files .json of OSV records, got {(count == 0 ? "none" : "more")}");
    }

    /// <summary>One document of either format: in the tracker's every value is an object, an OSV record begins with a text.</summary>
    private static void ReadDocument(Stream stream, string what, AdvisoryScope scope, FoundAdvisories found)
    {
        long left = LongestFile;
        using CountingStream bounded = new(stream, count =>
        {
            if ((left -= count) < 0)
                throw new ContentException($"{what}: wanted at most {LongestFile} bytes, got more");
        });
        JsonTokens json = new(bounded, what);
        if (!json.Read())
            throw json.Bad("it is empty");
        if (json.Type == JsonTokenType.StartArray)
        {
            OsvReader osv = new(json, scope, found);
            json.Items(() => osv.Read(null));
        }
        else
        {
            json.Require(JsonTokenType.StartObject);
            if (json.Next() != JsonTokenType.PropertyName)
                throw json.Bad("wanted advisories of Debian's security tracker or OSV, got an empty object");
            string first = json.Text;
            json.Next();
            if (json.Type == JsonTokenType.StartObject && !OsvReader.IsObject(first))
                new TrackerReader(json, scope, found).Read(first);
            else
                new OsvReader(json, scope, found).Read(first);
        }

        if (json.Read())
            throw json.Bad("wanted one document, got more");
    }
}
