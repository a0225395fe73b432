using Slipway.Oci;

namespace Slipway.Images;

/// <summary>A part of a file, as a stream of its own with a length and a position that can be moved.</summary>
internal sealed class FilePart(string path, long offset, long length) : ReadOnlyStream
{
    private readonly FileStream _file = File.OpenRead(path);
    private long _position;

    public override bool CanSeek => true;

    public override long Length => length;

    public override long Position
    {
        get => _position;
        set => Seek(value, SeekOrigin.Begin);
    }

    public override int Read(Span<byte> buffer)
    {
        _file.Position = offset + _position;
        int count = _file.Read(buffer[..(int)Math.Min(buffer.Length, Math.Max(0, length - _position))]);
        _position += count;
        return count;
    }

    public override long Seek(long offset, SeekOrigin origin)
    {
        long wanted =
            offset
            + (
                origin switch
                {
                    SeekOrigin.Begin => 0,
                    SeekOrigin.Current => _position,
                    _ => length,
                }
            );
        ArgumentOutOfRangeException.ThrowIfNegative(wanted, nameof(offset));
        return _position = wanted;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _file.Dispose();
        base.Dispose(disposing);
    }
}
