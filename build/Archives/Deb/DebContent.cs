using Microsoft.Win32.SafeHandles;
using Slipway.Oci;

namespace Slipway.Archives;

/// <summary>A stretch of a file as a seekable read-only stream with a position of its own.</summary>
internal sealed class DebContent(SafeFileHandle file, long offset, long size) : ReadOnlyStream
{
    private long _position;

    public override bool CanSeek => true;

    public override long Length => size;

    public override long Position
    {
        get => _position;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            _position = value;
        }
    }

    public override int Read(Span<byte> buffer)
    {
        long left = Math.Max(size - _position, 0);
        if (buffer.Length > left)
            buffer = buffer[..(int)left];
        if (buffer.Length == 0)
            return 0;
        int count = RandomAccess.Read(file, buffer, offset + _position);
        if (count == 0)
            throw new EndOfStreamException("The spool of a package is shorter than when it was written.");
        _position += count;
        return count;
    }

    public override long Seek(long offset, SeekOrigin origin) =>
        Position =
            offset
            + origin switch
            {
                SeekOrigin.Begin => 0,
                SeekOrigin.Current => _position,
                _ => size,
            };

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            file.Dispose();
        base.Dispose(disposing);
    }
}
