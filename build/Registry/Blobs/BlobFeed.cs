using Slipway.Oci;

namespace Slipway.Registry;

/// <summary>
/// One blob's bytes on their way to several registries: the source is read once, in pieces, and proven as a whole before its
/// last piece is given out. A piece stays in memory until every reader has let go of it, and at most two stay, so a registry
/// that is faster waits for the slower one. A reader that has to go back further than that reads the source by itself.
/// The source is opened when the first byte is wanted. Safe for concurrent use by its readers.
/// </summary>
public sealed class BlobFeed : IAsyncDisposable
{
    /// <summary>In bytes, of every piece but the last.</summary>
    internal const int PieceSize = 8 * 1024 * 1024;

    /// <summary>The most pieces in memory.</summary>
    internal const int Window = 2;

    private readonly string _what;
    private readonly Func<CancellationToken, Task<Stream>> _open;
    private readonly PieceBuffers _buffers;
    private readonly CancellationTokenSource _end = new();
    private readonly Lock _lock = new();
    private readonly List<BlobReader> _readers = [];

    /// <summary>The pieces from <see cref="_first"/> on; each begins to load when the one before it has.</summary>
    private readonly Queue<Task<Memory<byte>>> _pieces = [];
    private long _first;
    private TaskCompletionSource _room = NewRoom();
    private Task<Memory<byte>> _latest = Task.FromResult(Memory<byte>.Empty);
    private VerifyingStream? _source;

    /// <param name="blob">What the bytes must be.</param>
    /// <param name="source">Where they are, for errors.</param>
    /// <param name="open">Opens them from their beginning; what it returns is disposed.</param>
    /// <param name="buffers">Where the memory for pieces comes from.</param>
    public BlobFeed(Descriptor blob, string source, Func<CancellationToken, Task<Stream>> open, PieceBuffers buffers)
    {
        Blob = blob;
        _what = $"{source}: blob {blob.Digest.Abbreviated}";
        _open = open;
        _buffers = buffers;
    }

    public Descriptor Blob { get; }

    private long Next => _first + _pieces.Count;

    /// <summary>A reader for one registry. All are made before any of them reads.</summary>
    public BlobReader NewReader()
    {
        BlobReader reader = new(this);
        lock (_lock)
            _readers.Add(reader);
        return reader;
    }

    /// <summary>Ends the readers, waits for what is being read, and gives the memory back.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_lock)
            _readers.Clear();
        await _end.CancelAsync();
        await ((Task)_latest).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Evict();
        if (_source is not null)
            await _source.DisposeAsync();
        _end.Dispose();
    }

    /// <summary>The source has fewer bytes than it had when it was read first.</summary>
    internal ContentException Changed(long got) => new($"{_what}: wanted {Blob.Size} bytes, got {got}: it was changed while it was read");

    /// <summary>The source from its beginning once more, for a reader that has fallen behind.</summary>
    internal Task<Stream> ReopenAsync(CancellationToken cancellationToken) => _open(cancellationToken);

    /// <summary>Waits until a piece is in memory, and longer where others still hold all that may be there.</summary>
    /// <returns>False when the piece was there and is gone.</returns>
    /// <exception cref="ContentException">The source's bytes are not the blob.</exception>
    internal async Task<bool> WaitAsync(BlobReader reader, long piece, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task wait;
            lock (_lock)
            {
                // A reader that wants a third piece cannot have the first one held for itself.
                reader.Held = Math.Max(reader.Held, piece - Window + 1);
                Evict();
                if (piece < _first)
                    return false;
                if (piece >= Next && _pieces.Count < Window)
                    _pieces.Enqueue(_latest = LoadAsync(_latest, Next));
                wait =
                    piece < Next ? _pieces.ElementAt((int)(piece - _first))
                    : _latest.IsCompleted ? _room.Task
                    : _latest;
                if (wait.IsCompletedSuccessfully && piece < Next)
                    return true;
            }

            await wait.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Copies from a piece that was waited for, up to its end.</summary>
    /// <returns>How many bytes; 0 when the piece is gone.</returns>
    internal int Copy(long position, Span<byte> buffer)
    {
        lock (_lock)
        {
            long index = (position / PieceSize) - _first;
            if (index < 0 || index >= _pieces.Count)
                return 0;
            Span<byte> piece = _pieces.ElementAt((int)index).Result.Span[(int)(position % PieceSize)..];
            int count = Math.Min(piece.Length, buffer.Length);
            piece[..count].CopyTo(buffer);
            return count;
        }
    }

    /// <summary>From now on a reader holds what begins with this piece.</summary>
    internal void Hold(BlobReader reader, long piece)
    {
        lock (_lock)
        {
            reader.Held = piece;
            Evict();
        }
    }

    /// <summary>A reader that has left holds nothing.</summary>
    internal void Leave(BlobReader reader)
    {
        lock (_lock)
        {
            _readers.Remove(reader);
            Evict();
        }
    }

    private static TaskCompletionSource NewRoom() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Drops the pieces that no reader holds, and tells those who wait for room.</summary>
    private void Evict()
    {
        long held = _readers.Count == 0 ? long.MaxValue : _readers.Min(reader => reader.Held);
        if (_first >= held || _pieces.Count == 0)
            return;
        while (_first < held && _pieces.TryPeek(out Task<Memory<byte>>? piece) && piece.IsCompleted)
        {
            _pieces.Dequeue();
            _first++;
            if (piece.IsCompletedSuccessfully)
                _buffers.Return(piece.Result);
        }

        TaskCompletionSource room = _room;
        _room = NewRoom();
        room.SetResult();
    }

    private async Task<Memory<byte>> LoadAsync(Task<Memory<byte>> before, long piece)
    {
        await before;
        await Task.Yield();
        long left = Blob.Size - (piece * PieceSize);
        Memory<byte> bytes = _buffers.Rent((int)Math.Clamp(left, 0, PieceSize));
        try
        {
            _source ??=
                await _open(_end.Token) is var stream && stream is VerifyingStream proving
                    ? proving
                    : VerifyingStream.Over(stream, Blob, _what);
            await _source.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, _end.Token);
            // The end of the stream is the proof.
            if (left <= PieceSize)
                await _source.CopyToAsync(Stream.Null, _end.Token);
            return bytes;
        }
        catch
        {
            _buffers.Return(bytes);
            throw;
        }
    }
}
