using System.Collections.Concurrent;
using System.Security.Cryptography;
using Slipway.Oci;

namespace Slipway.Rehearsal;

/// <summary>
/// One upload in progress: bytes arrive in order and go straight to a file, hashed on the way. What came before a
/// connection broke stays, so that a client can ask for the offset and send the rest. One request at a time.
/// </summary>
internal sealed class UploadSession : IDisposable
{
    private readonly string _file;
    private readonly IncrementalHash _hash;
    private readonly string _algorithm;

    public UploadSession(string repository, string id, string file, string algorithm)
    {
        Repository = repository;
        Id = id;
        _file = file;
        _algorithm = algorithm;
        _hash = IncrementalHash.CreateHash(algorithm == "sha512" ? HashAlgorithmName.SHA512 : HashAlgorithmName.SHA256);
        File.WriteAllBytes(file, []);
    }

    public string Repository { get; }

    public string Id { get; }

    /// <summary>How many bytes have arrived.</summary>
    public long Offset { get; private set; }

    /// <summary>
    /// Held by the request that is using the session. Never disposed: requests that still wait for it must get their turn
    /// and find the session gone.
    /// </summary>
    public SemaphoreSlim Turn { get; } = new(1);

    public async Task AppendAsync(Stream body, CancellationToken cancellationToken)
    {
        await using FileStream file = new(_file, FileMode.Append, FileAccess.Write, FileShare.None, 0, useAsync: true);
        byte[] buffer = new byte[128 * 1024];
        int count;
        while ((count = await body.ReadAsync(buffer, cancellationToken)) > 0)
        {
            await file.WriteAsync(buffer.AsMemory(0, count), CancellationToken.None);
            _hash.AppendData(buffer, 0, count);
            Offset += count;
        }
    }

    /// <summary>Makes what arrived a blob of the repository.</summary>
    /// <exception cref="ErrorAnswer">It has another digest; the session is of no use any more.</exception>
    public async Task FinishAsync(ContentStore store, Digest digest, CancellationToken cancellationToken)
    {
        if (!await MatchesAsync(digest, cancellationToken))
            throw new ErrorAnswer(400, "DIGEST_INVALID", "the provided digest did not match the uploaded content");
        store.KeepBlob(Repository, digest, _file);
    }

    public void Dispose()
    {
        _hash.Dispose();
        File.Delete(_file);
    }

    private async Task<bool> MatchesAsync(Digest digest, CancellationToken cancellationToken)
    {
        if (digest.Algorithm == _algorithm)
            return Digest.FromHash(_algorithm, _hash.GetHashAndReset()) == digest;
        await using FileStream file = File.OpenRead(_file);
        byte[] hash = digest.Algorithm == "sha512"
            ? await SHA512.HashDataAsync(file, cancellationToken)
            : await SHA256.HashDataAsync(file, cancellationToken);
        return Digest.FromHash(digest.Algorithm, hash) == digest;
    }
}

/// <summary>The uploads in progress, by their id.</summary>
internal sealed class UploadSessions : IDisposable
{
    private readonly ConcurrentDictionary<string, UploadSession> _sessions = new(StringComparer.Ordinal);

    public void Add(UploadSession session) => _sessions[session.Id] = session;

    public int Count => _sessions.Count;

    /// <exception cref="ErrorAnswer">There is no such upload in this repository.</exception>
    public UploadSession Get(string repository, string id) =>
        _sessions.TryGetValue(id, out UploadSession? session) && session.Repository == repository
            ? session
            : throw new ErrorAnswer(404, "BLOB_UPLOAD_UNKNOWN", "there is no such upload");

    public void Remove(UploadSession session)
    {
        if (_sessions.TryRemove(session.Id, out _))
            session.Dispose();
    }

    public void Dispose()
    {
        foreach (UploadSession session in _sessions.Values)
            Remove(session);
    }
}
