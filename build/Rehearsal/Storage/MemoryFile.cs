using Slipway.Oci;

namespace Slipway.Rehearsal;

/// <summary>
/// Bytes that grow by blocks, so that a large file is never copied and may exceed 2 GB. Written by one at a time; whoever reads sees its
/// length of that time.
/// </summary>
internal sealed class MemoryFile
{
    private const int Block = 64 * 1024;

    private readonly List<byte[]> _blocks = [];
    private long _length;

    public void Append(ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            int at = (int)(_length % Block);
            if (at == 0)
                _blocks.Add(new byte[Math.Min(Block, _length == 0 ? Math.Max(bytes.Length, 256) : Block)]);
            Span<byte> free = Fitting(at, bytes.Length).AsSpan(at);
            int count = Math.Min(free.Length, bytes.Length);
            bytes[..count].CopyTo(free);
            _length += count;
            bytes = bytes[count..];
        }
    }

    public Stream Open() => new Reading([.. _blocks], _length);

    /// <summary>The last block; a first one that began small grows.</summary>
    private byte[] Fitting(int used, int more)
    {
        byte[] last = _blocks[^1];
        if (last.Length < Block && used + more > last.Length)
        {
            Array.Resize(ref last, Block);
            _blocks[^1] = last;
        }

        return last;
    }

    private sealed class Reading(byte[][] blocks, long length) : ReadOnlyStream
    {
        public override bool CanSeek => true;

        public override long Length => length;

        public override long Position { get; set; }

        public override int Read(Span<byte> buffer)
        {
            if (Position >= length)
                return 0;
            int at = (int)(Position % Block);
            int count = (int)Math.Min(Math.Min(buffer.Length, Block - at), length - Position);
            blocks[Position / Block].AsSpan(at, count).CopyTo(buffer);
            Position += count;
            return count;
        }

        public override long Seek(long offset, SeekOrigin origin) =>
            Position = origin switch
            {
                SeekOrigin.Begin => offset,
                SeekOrigin.Current => Position + offset,
                _ => length + offset,
            };
    }
}
