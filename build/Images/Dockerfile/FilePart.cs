using Slipway.Oci;

namespace Slipway.Images;

/// <summary>A part of a file, as a stream of its own with a length and a position.</summary>
internal sealed class FilePart(string path, long offset, long length) : ReadOnlyStream
{
    private readonly FileStream _file = Open(path, offset);
    private long _position;

    public override long Length => length;

    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    public override int Read(Span<byte> buffer)
    {
        int count = _file.Read(buffer[..(int)Math.Min(buffer.Length, length - _position)]);
        _position += count;
        return count;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _file.Dispose();
        base.Dispose(disposing);
    }

    private static FileStream Open(string path, long offset)
    {
        FileStream file = File.OpenRead(path);
        file.Position = offset;
        return file;
    }
}
