using System.Security.Cryptography;
using Slipway.Oci;

namespace Slipway.Rehearsal;

/// <summary>
/// One upload in progress: bytes arrive in order and go straight to the storage, hashed on the way. What came before a
/// connection broke stays, so that a client can ask for the offset and send the rest. One request at a time.
/// </summary>
internal sealed class UploadSession : IDisposable
{
    private readonly IStoragePart _part;
    private readonly IncrementalHash _hash;
    private readonly string _algorithm;

    /// <param name="part">Where the bytes go; disposed with the session.</param>
    public UploadSession(string repository, IStoragePart part, string algorithm)
    {
        Repository = repository;
        _part = part;
        _algorithm = algorithm;
        _hash = IncrementalHash.CreateHash(algorithm == "sha512" ? HashAlgorithmName.SHA512 : HashAlgorithmName.SHA256);
    }

    public string Repository { get; }

    public string Id { get; } = Guid.NewGuid().ToString();

    /// <summary>How many bytes have arrived.</summary>
    public long Offset { get; private set; }

    /// <summary>
    /// Held by the request that is using the session. Never disposed: requests that still wait for it must get their turn
    /// and find the session gone.
    /// </summary>
    public SemaphoreSlim Turn { get; } = new(1);

    public async Task AppendAsync(Stream body, CancellationToken cancellationToken)
    {
        await using Stream part = _part.OpenAppend();
        byte[] buffer = new byte[128 * 1024];
        int count;
        while ((count = await body.ReadAsync(buffer, cancellationToken)) > 0)
        {
            await part.WriteAsync(buffer.AsMemory(0, count), CancellationToken.None);
            _hash.AppendData(buffer, 0, count);
            Offset += count;
        }
    }

    /// <summary>Makes what arrived a blob of the repository.</summary>
    /// <exception cref="ErrorResponse">It has another digest; the session is of no use any more.</exception>
    public async Task FinishAsync(ContentStore store, Digest digest, CancellationToken cancellationToken)
    {
        if (!await MatchesAsync(digest, cancellationToken))
            throw new ErrorResponse(400, "DIGEST_INVALID", "the provided digest did not match the uploaded content");
        store.KeepBlob(Repository, digest, _part);
    }

    public void Dispose()
    {
        _hash.Dispose();
        _part.Dispose();
    }

    private async Task<bool> MatchesAsync(Digest digest, CancellationToken cancellationToken)
    {
        if (digest.Algorithm == _algorithm)
            return Digest.FromHash(_algorithm, _hash.GetHashAndReset()) == digest;
        await using Stream file = _part.Open();
        byte[] hash =
            digest.Algorithm == "sha512"
                ? await SHA512.HashDataAsync(file, cancellationToken)
                : await SHA256.HashDataAsync(file, cancellationToken);
        return Digest.FromHash(digest.Algorithm, hash) == digest;
    }
}
