using Slipway.Http;

namespace Slipway.Tuf;

/// <summary>
/// Reads files for one update: a recorded one if it is what is wanted, else the repository's, and records those that were verified.
/// </summary>
/// <param name="repository">Where files come from.</param>
/// <param name="kept">Files of before; they are verified as any other.</param>
internal sealed class FileReader(ITufRepository repository, RecordedFiles kept)
{
    private long _left = MetadataLimits.Whole;

    /// <summary>All that was verified.</summary>
    public RecordedFiles Verified { get; private set; } = RecordedFiles.None;

    /// <summary>How many of them came from the repository.</summary>
    public int Fetched { get; private set; }

    /// <summary>A file that a recorded one may stand in for, since it is told which version or hash it has.</summary>
    /// <param name="verify">Throws a <see cref="TufException"/> when the bytes are not to be believed.</param>
    /// <exception cref="TufException">The repository's file is not to be believed, or too long.</exception>
    /// <exception cref="RemoteException">It cannot be had.</exception>
    public async Task<T> ReadAsync<T>(string path, int limit, Func<ReadOnlyMemory<byte>, T> verify, CancellationToken cancellationToken)
    {
        if (kept.Files.TryGetValue(path, out ReadOnlyMemory<byte> content) && content.Length <= limit)
        {
            try
            {
                T trusted = verify(content);
                Record(path, content);
                return trusted;
            }
            catch (TufException)
            {
                // Of another state, or damaged: the repository's is what counts.
            }
        }

        return await ReadNewestAsync(path, limit, verify, cancellationToken);
    }

    /// <summary>A file of which nobody knows beforehand what it has to be: the repository's alone counts.</summary>
    /// <exception cref="TufException">As <see cref="ReadAsync"/>.</exception>
    /// <exception cref="RemoteException">It cannot be had.</exception>
    public async Task<T> ReadNewestAsync<T>(
        string path,
        int limit,
        Func<ReadOnlyMemory<byte>, T> verify,
        CancellationToken cancellationToken
    )
    {
        if (_left <= 0)
            throw new TufException(TufFailure.WrongLength, $"{path}: wanted at most {MetadataLimits.Whole} bytes in all, got more");
        ReadOnlyMemory<byte> content = await repository.ReadAsync(path, (int)Math.Min(limit, _left), cancellationToken);
        T read = verify(content);
        Record(path, content);
        Fetched++;
        return read;
    }

    /// <summary>Records a file in place of the one that was read under this path.</summary>
    public void Keep(string path) => Verified = Verified.With(path, kept.Files[path]);

    private void Record(string path, ReadOnlyMemory<byte> content)
    {
        _left -= content.Length;
        Verified = Verified.With(path, content);
    }
}
