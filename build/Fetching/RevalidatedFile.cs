using System.Security.Cryptography;
using System.Text.Json;
using Slipway.Http;
using Slipway.Oci;

namespace Slipway.Fetching;

/// <summary>
/// A file of a host that changes and that no hash or signature proves, kept between runs: <c>NAME-HEX</c> with the bytes, and
/// <c>NAME.json</c>, which says which of them counts and is replaced in one step. Its host is asked whether it has another by now, and only
/// then for the bytes. A file that does not pass, or does not come whole, leaves what was there.
/// </summary>
/// <param name="folder">Made when something is kept.</param>
/// <param name="time">The clock by which a file without a time is dated.</param>
public sealed class RevalidatedFile(string folder, string name, TimeProvider time)
{
    private const int LargestRecord = 64 * 1024;

    private string Record => Path.Combine(folder, name + ".json");

    /// <summary>What is kept; null where nothing is.</summary>
    /// <exception cref="ContentException">It is not what was kept.</exception>
    public async Task<KeptFile?> FindAsync(CancellationToken cancellationToken)
    {
        if (!File.Exists(Record))
            return null;
        KeptFile kept = ReadRecord();
        if (!File.Exists(kept.Path))
            throw new ContentException($"{Record}: {Path.GetFileName(kept.Path)} is not there any more");
        await using FileStream file = File.OpenRead(kept.Path);
        Digest got = Digest.FromHash("sha256", await SHA256.HashDataAsync(file, cancellationToken));
        return got == kept.Digest ? kept : throw new ContentException($"{kept.Path}: wanted {kept.Digest}, got {got}");
    }

    /// <summary>Asks the host, and keeps what it has.</summary>
    /// <param name="limit">The most bytes to accept.</param>
    /// <param name="require">Is given the path of what came, and throws where it is not what it should be.</param>
    /// <returns>What is kept, and whether it is another than before.</returns>
    /// <exception cref="ContentException">It is too long, or <paramref name="require"/> says so; what was kept before stays.</exception>
    /// <exception cref="RemoteException">It cannot be had, or not so that one could believe it; likewise.</exception>
    public async Task<(KeptFile File, bool IsNew)> RefreshAsync(
        OriginReader reader,
        Origin origin,
        long limit,
        Action<string> require,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(reader);
        ArgumentNullException.ThrowIfNull(origin);
        ArgumentNullException.ThrowIfNull(require);
        if (!origin.IsAuthentic)
            throw new RemoteException(
                RemoteFault.Untrusted,
                $"{origin}: wanted https, a folder, or http of this machine: nothing but the connection proves whose bytes they are"
            );
        Directory.CreateDirectory(folder);
        using CacheLock held = await CacheLock.TakeAsync(Path.Combine(folder, name + ".lock"), time, cancellationToken);
        KeptFile? had = await FindSoundAsync(cancellationToken);
        string unfinished = Path.Combine(folder, name + ".part");
        try
        {
            Arrival arrival = new(reader, origin, limit, unfinished);
            Validators? now = await arrival.BringAsync(had?.Source == origin.ToString() ? had.Validators : null, cancellationToken);
            if (now is null)
                return (Put(had! with { Checked = time.GetUtcNow() }), false);
            require(unfinished);
            return (Take(unfinished, origin, now), true);
        }
        finally
        {
            File.Delete(unfinished);
        }
    }

    /// <summary>Null also where it is damaged: then the whole is to be had.</summary>
    private async Task<KeptFile?> FindSoundAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await FindAsync(cancellationToken);
        }
        catch (ContentException)
        {
            return null;
        }
    }

    private KeptFile Take(string unfinished, Origin origin, Validators validators)
    {
        Digest digest;
        long size;
        using (FileStream file = File.OpenRead(unfinished))
            (digest, size) = (Digest.FromHash("sha256", SHA256.HashData(file)), file.Length);
        string path = PathOf(digest);
        File.Move(unfinished, path, overwrite: true);
        KeptFile kept = Put(
            new KeptFile(path, digest)
            {
                Size = size,
                Source = origin.ToString(),
                Checked = time.GetUtcNow(),
                Validators = validators,
            }
        );
        foreach (string other in Directory.EnumerateFiles(folder, $"{name}-*").Where(other => other != path))
            File.Delete(other);
        return kept;
    }

    /// <summary>Says that a file counts from now on, whose time becomes what its host says of it, at most now.</summary>
    private KeptFile Put(KeptFile kept)
    {
        DateTimeOffset of = kept.Validators.LastModified is { } modified && modified < kept.Checked ? modified : kept.Checked;
        File.SetLastWriteTimeUtc(kept.Path, of.UtcDateTime);
        File.WriteAllBytes(Record + ".new", kept.ToJson());
        File.Move(Record + ".new", Record, overwrite: true);
        return kept;
    }

    private KeptFile ReadRecord()
    {
        FileInfo file = new(Record);
        if (file.Length > LargestRecord)
            throw new ContentException($"{Record}: wanted at most {LargestRecord} bytes, got {file.Length}");
        return OciJson.Read(File.ReadAllBytes(Record), Record, root =>
        {
            Digest digest = Digest.Parse(root.RequiredString("digest"));
            return KeptFile.Read(root, PathOf(digest), digest);
        });
    }

    private string PathOf(Digest digest) => Path.Combine(folder, $"{name}-{digest.Hex}");

    /// <summary>The bytes on their way; what was cut goes on where the host allows it.</summary>
    private sealed class Arrival(OriginReader reader, Origin origin, long limit, string path)
    {
        private ResumePoint _from = ResumePoint.Start;
        private Validators? _validators;

        /// <returns>Of the whole file at the path; null where what was known is still the same.</returns>
        public Task<Validators?> BringAsync(Validators? known, CancellationToken cancellationToken)
        {
            _from = ResumePoint.Start with { Known = known };
            return reader.PersistAsync(BringOnceAsync, resumes: true, cancellationToken);
        }

        private async Task<Validators?> BringOnceAsync(CancellationToken cancellationToken)
        {
            await using OriginBody body = await reader.OpenAsync(origin, _from, cancellationToken);
            if (body.IsUnchanged)
                return null;
            if (body.Offset == 0)
                _validators = body.Validators;
            await using FileStream file = new(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.None, 1, FileOptions.Asynchronous);
            file.SetLength(body.Offset);
            file.Position = body.Offset;
            byte[] buffer = new byte[64 * 1024];
            try
            {
                while (await body.Bytes.ReadAsync(buffer, cancellationToken) is var count and > 0)
                {
                    if (file.Position + count > limit)
                        throw new ContentException($"{origin}: wanted at most {limit} bytes, got more");
                    await file.WriteAsync(buffer.AsMemory(0, count), cancellationToken);
                }
            }
            finally
            {
                // Without a condition a server may go on with another file, and no hash would tell.
                _from = body.Condition is null ? ResumePoint.Start : new ResumePoint(file.Position, body.Condition);
            }

            return _validators;
        }
    }
}

/// <summary>A file as it was kept.</summary>
/// <param name="Path">Of its bytes; its time of modification is what its host says, else when the host was asked.</param>
/// <param name="Digest">Of its bytes.</param>
public sealed record KeptFile(string Path, Digest Digest)
{
    /// <summary>In bytes.</summary>
    public required long Size { get; init; }

    /// <summary>The address or path that it is from, without secrets.</summary>
    public required string Source { get; init; }

    /// <summary>When its host last said that it is the newest.</summary>
    public required DateTimeOffset Checked { get; init; }

    /// <summary>What the host said of it.</summary>
    public required Validators Validators { get; init; }

    internal static KeptFile Read(JsonElement root, string path, Digest digest) =>
        new(path, digest)
        {
            Size = root.RequiredNumber("size"),
            Source = root.RequiredString("source"),
            Checked = root.GetProperty("checked").GetDateTimeOffset(),
            Validators = new Validators(
                root.OptionalString("entityTag"),
                root.TryGetProperty("lastModified", out JsonElement modified) ? modified.GetDateTimeOffset() : null
            ),
        };

    internal byte[] ToJson() =>
        OciJson.WriteIndented(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("source", Source);
            writer.WriteString("digest", Digest.ToString());
            writer.WriteNumber("size", Size);
            writer.WriteString("checked", Checked);
            if (Validators.EntityTag is { } tag)
                writer.WriteString("entityTag", tag);
            if (Validators.LastModified is { } modified)
                writer.WriteString("lastModified", modified);
            writer.WriteEndObject();
        });
}
