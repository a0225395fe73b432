namespace Slipway.Archives;

/// <summary>
/// The dictionary of an LZMA2 decoder and its output at once: a ring of <see cref="Size"/> bytes that starts small and grows as it
/// fills, so a small file with a large dictionary costs little. Every distance is checked against what was written since the last reset,
/// so what a buffer held before is never seen.
/// </summary>
internal sealed class LzmaWindow : IDisposable
{
    /// <summary>
    /// Matches are copied sixteen bytes at a time and may write up to fifteen bytes too far; those bytes are never history.
    /// </summary>
    public const int Overshoot = 32;

    private const int FirstCapacity = 1 << 16;
    private const long GrowthFactor = 4;
    private readonly int _dictionarySize;
    private readonly XzMemory _memory;
    private int _capacity;
    private int _consumed;

    /// <param name="dictionarySize">How far back a match may reach, in bytes.</param>
    /// <param name="memory">Where buffers come from and go back to.</param>
    /// <param name="expectedSize">How many bytes will be written if known, else <see cref="long.MaxValue"/>. Only saves memory.</param>
    public LzmaWindow(int dictionarySize, long expectedSize, XzMemory memory)
    {
        _dictionarySize = dictionarySize;
        _memory = memory;
        // A multiple of sixteen keeps position & mask right when the ring wraps; LZMA looks at up to four bits of the position.
        Size = ((dictionarySize + Overshoot) | 15) + 1;
        long start = Math.Clamp(expectedSize, 16, FirstCapacity);
        _capacity = (int)Math.Min(Size, (start | 15) + 1);
        Buffer = memory.Rent(_capacity + Overshoot);
        UseAll();
    }

    /// <summary>The ring's final length; <see cref="Buffer"/> is shorter until that much was written.</summary>
    public int Size { get; }

    public byte[] Buffer { get; private set; }

    /// <summary>Where the next byte goes.</summary>
    public int Position { get; set; }

    /// <summary>
    /// How many bytes were written since the last reset, at most <see cref="_dictionarySize"/>: the furthest a match may reach.
    /// </summary>
    public int Reach { get; private set; }

    public int DictionarySize => _dictionarySize;

    /// <summary>The byte written last, or 0 after a reset.</summary>
    public byte Previous => Reach == 0 ? (byte)0 : Buffer[(Position == 0 ? Size : Position) - 1];

    /// <summary>What was written and not taken yet.</summary>
    public ReadOnlySpan<byte> Unread => Buffer.AsSpan(_consumed, Position - _consumed);

    public void Take(int count) => _consumed += count;

    /// <summary>Forgets all history. Everything must have been taken.</summary>
    public void Reset()
    {
        Position = 0;
        _consumed = 0;
        Reach = 0;
    }

    /// <summary>
    /// Makes room and returns the position up to which may be written now: at least one byte on, at most <paramref name="wanted"/> bytes.
    /// Everything must have been taken.
    /// </summary>
    public int Reserve(int wanted)
    {
        if (Position == _capacity)
        {
            if (_capacity == Size)
                Position = _consumed = 0;
            else
                Grow();
        }

        return Position + Math.Min(wanted, _capacity - Position);
    }

    /// <summary>States that everything up to <paramref name="position"/> is written.</summary>
    public void Advance(int position)
    {
        Reach = (int)Math.Min((long)Reach + position - Position, _dictionarySize);
        Position = position;
    }

    /// <summary>Gives the buffer back, for the next window to use: a build opens hundreds. Not to be used afterwards.</summary>
    public void Dispose()
    {
        byte[] buffer = Buffer;
        Buffer = [];
        _capacity = 0;
        if (buffer.Length > 0)
            _memory.Return(buffer);
    }

    private void Grow()
    {
        _capacity = (int)Math.Min(Size, _capacity * GrowthFactor);
        byte[] larger = _memory.Rent(_capacity + Overshoot);
        Buffer.AsSpan(0, Position).CopyTo(larger);
        Buffer = larger;
        UseAll();
    }

    /// <summary>A buffer that was there already may be longer than asked for: no need to grow into it step by step.</summary>
    private void UseAll() => _capacity = Math.Min(Size, ((Buffer.Length - Overshoot) | 15) - 15);
}
