using System.Security.Cryptography;
using Slipway.Oci;

namespace Slipway.Fetching;

/// <summary>
/// Content on its way into the cache: the beginning that is there, which nobody else touches until this is disposed. It
/// stays when the rest does not come, for the next one who wants it; <see cref="Finish"/> proves the whole.
/// </summary>
internal sealed class PartialContent : IDisposable
{
    private readonly CacheFolder _folder;
    private readonly WantedContent _wanted;
    private readonly CacheLock _lock;
    private readonly FileStream _file;
    private readonly IncrementalHash _hash;
    private bool _keep = true;

    private PartialContent(CacheFolder folder, WantedContent wanted, CacheLock held)
    {
        _folder = folder;
        _wanted = wanted;
        _lock = held;
        Directory.CreateDirectory(Path.GetDirectoryName(folder.PartOf(wanted.Digest))!);
        _file = new FileStream(
            folder.PartOf(wanted.Digest),
            FileMode.OpenOrCreate,
            FileAccess.ReadWrite,
            FileShare.Read,
            1,
            FileOptions.Asynchronous
        );
        _hash = wanted.Digest.NewHash();
    }

    /// <summary>Bytes that are there.</summary>
    public long Length { get; private set; }

    /// <summary>Of how many answers the bytes are; what was found counts as one.</summary>
    public int Answers { get; private set; }

    /// <summary>Whether all is there, and right.</summary>
    public bool IsWhole => Length > 0 && Digest.FromHash(_wanted.Digest.Algorithm, _hash.GetCurrentHash()) == _wanted.Digest;

    private long Limit => _wanted.Size ?? _wanted.Limit;

    /// <summary>Waits until nobody else is at it, and takes up what was left.</summary>
    public static async Task<PartialContent> OpenAsync(
        CacheFolder folder,
        WantedContent wanted,
        TimeProvider time,
        CancellationToken cancellationToken
    )
    {
        CacheLock held = await CacheLock.TakeAsync(folder.LockOf(wanted.Digest), time, cancellationToken);
        PartialContent? opened = null;
        try
        {
            opened = new PartialContent(folder, wanted, held);
            await opened.TakeUpAsync(cancellationToken);
            return opened;
        }
        catch
        {
            if (opened is null)
                held.Dispose();
            else
                opened.Dispose();
            throw;
        }
    }

    /// <summary>Begins anew.</summary>
    public void Restart()
    {
        if (_file.Length > 0)
            _file.SetLength(0);
        _file.Position = 0;
        _hash.GetHashAndReset();
        (Length, Answers) = (0, 0);
    }

    /// <summary>Nothing stays but what was finished.</summary>
    public void Discard() => _keep = false;

    /// <summary>Adds all that a stream gives.</summary>
    /// <exception cref="ContentException">It gives more than is wanted.</exception>
    /// <exception cref="IOException">It cannot be written.</exception>
    public async Task AppendAsync(Stream source, CancellationToken cancellationToken)
    {
        Answers++;
        byte[] buffer = new byte[81920];
        while (await source.ReadAsync(buffer, cancellationToken) is var count and > 0)
        {
            if (Length + count > Limit)
                throw new ContentException($"{_wanted.What}: wanted {(_wanted.Size is null ? "at most " : "")}{Limit} bytes, got more");
            try
            {
                await _file.WriteAsync(buffer.AsMemory(0, count), cancellationToken);
            }
            catch (IOException e)
            {
                throw _folder.Told(e);
            }

            _hash.AppendData(buffer, 0, count);
            Length += count;
        }
    }

    /// <summary>Proves the whole and gives it its name, in place of what had it; its path. Afterwards this only can be disposed.</summary>
    /// <exception cref="ContentException">Size or digest is another; says wanted and got.</exception>
    public string Finish()
    {
        if (_wanted.Size is { } size && Length != size)
            throw new ContentException($"{_wanted.What}: wanted {size} bytes, got {Length}");
        Digest got = Digest.FromHash(_wanted.Digest.Algorithm, _hash.GetCurrentHash());
        if (got != _wanted.Digest)
            throw new ContentException($"{_wanted.What}: {got.Algorithm} wanted {_wanted.Digest.Hex}, got {got.Hex}");
        string path = _folder.PathOf(_wanted.Digest);
        return _folder.Guard(() =>
        {
            _file.Dispose();
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.Move(_folder.PartOf(_wanted.Digest), path, overwrite: true);
            return path;
        });
    }

    public void Dispose()
    {
        _file.Dispose();
        _hash.Dispose();
        // After Finish there is nothing of this name, and deleting nothing is no error where the folder exists.
        if (!_keep || Length == 0)
            File.Delete(_folder.PartOf(_wanted.Digest));
        _lock.Dispose();
    }

    private async Task TakeUpAsync(CancellationToken cancellationToken)
    {
        long found = _file.Length;
        if (found > Limit)
        {
            Restart();
            return;
        }

        byte[] buffer = new byte[81920];
        while (Length < found && await _file.ReadAsync(buffer, cancellationToken) is var count and > 0)
        {
            _hash.AppendData(buffer, 0, count);
            Length += count;
        }

        Answers = Length > 0 ? 1 : 0;
    }
}
