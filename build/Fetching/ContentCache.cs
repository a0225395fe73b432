using Slipway.Oci;

namespace Slipway.Fetching;

/// <summary>
/// A folder of files named by their hashes, <c>sha256/HEX</c> and <c>sha512/HEX</c>. A file gets its name only after its
/// hash and size were proven, by an atomic rename. Several processes may share the folder: one of them makes a content, the
/// others wait for it. A file's modification time is when it was last asked for, to some minutes. Safe for concurrent use.
/// </summary>
public sealed class ContentCache
{
    /// <summary>How long what was begun and left is kept, for whoever goes on with it.</summary>
    private static readonly TimeSpan KeepsUnfinished = TimeSpan.FromDays(1);

    /// <summary>How exact the time of last use is: not every question costs a write.</summary>
    private static readonly TimeSpan Exactness = TimeSpan.FromMinutes(10);

    private readonly CacheFolder _folder;
    private readonly TimeProvider _time;
    private int _swept;

    /// <param name="directory">Made when something is added.</param>
    /// <param name="time">The clock by which what killed processes left behind is judged old.</param>
    public ContentCache(string directory, TimeProvider time)
    {
        _folder = new CacheFolder(Path.GetFullPath(directory));
        _time = time;
    }

    /// <summary>
    /// The path of a complete file; null when it is not there or not of the wanted size. Its hash was proven when it was
    /// added; who must notice what a disk or a person did to it since reads it through <see cref="VerifyingStream"/>.
    /// </summary>
    public string? Find(Digest digest, long? size)
    {
        FileInfo file = new(_folder.PathOf(digest));
        if (!file.Exists || (size is not null && file.Length != size))
            return null;
        Touch(file);
        return file.FullName;
    }

    /// <summary>Adds what a stream gives, in place of a file of that name; returns its path. Keeps nothing on failure.</summary>
    /// <param name="wanted">What it must be.</param>
    /// <param name="open">Opens the bytes; disposed here. Adds nothing to this cache itself.</param>
    /// <exception cref="ContentException">The bytes are not the wanted ones; says wanted and got.</exception>
    /// <exception cref="IOException">The folder cannot be written: no space, a read-only disk.</exception>
    /// <exception cref="UnauthorizedAccessException">The rights do not suffice.</exception>
    public async Task<string> AddAsync(
        WantedContent wanted,
        Func<CancellationToken, Task<Stream>> open,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(wanted);
        ArgumentNullException.ThrowIfNull(open);
        using PartialContent partial = await BeginAsync(wanted, cancellationToken);
        partial.Discard();
        partial.Restart();
        await using Stream source = await open(cancellationToken);
        try
        {
            await partial.AppendAsync(source, cancellationToken);
            return partial.Finish();
        }
        catch (ContentException e)
        {
            throw new ContentException($"{e.Message}; nothing was kept", e);
        }
    }

    /// <summary>
    /// Takes up what is there of a content, alone; waits while another does. That one may have finished it: look again with
    /// <see cref="Find"/>. The caller disposes it and begins no other meanwhile.
    /// </summary>
    internal async Task<PartialContent> BeginAsync(WantedContent wanted, CancellationToken cancellationToken)
    {
        try
        {
            if (Interlocked.Exchange(ref _swept, 1) == 0)
                _folder.Sweep(_time.GetUtcNow() - KeepsUnfinished);
            return await PartialContent.OpenAsync(_folder, wanted, _time, cancellationToken);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return _folder.Guard<PartialContent>(() => throw e);
        }
    }

    /// <summary>
    /// Says to whoever prunes that the cache is in use, until it is disposed; null where the folder cannot be written, which
    /// is no reason not to read it.
    /// </summary>
    public IDisposable? Use()
    {
        try
        {
            return CacheLock.TryShare(_folder.UseLock);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private void Touch(FileInfo file)
    {
        DateTime now = _time.GetUtcNow().UtcDateTime;
        if (now - file.LastWriteTimeUtc < Exactness)
            return;
        try
        {
            file.LastWriteTimeUtc = now;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A cache that is only read, or another user's file: then it looks unused, and is fetched again some day.
            return;
        }
    }
}
