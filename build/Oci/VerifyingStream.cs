using System.Security.Cryptography;

namespace Slipway.Oci;

/// <summary>
/// Reads another stream and proves it on the way: reaching the end without an exception means that size and digest are
/// the wanted ones. It never hands out more than the wanted number of bytes. Bytes handed out before the end are not
/// proven yet: keep nothing of them until the end was reached. Forward only; disposes the inner stream.
/// </summary>
public sealed class VerifyingStream : ReadOnlyStream
{
    private readonly Stream _inner;
    private readonly string _what;
    private readonly Digest _digest;
    private readonly long? _size;
    private readonly long _limit;
    private readonly IncrementalHash _hash;
    private long _read;
    private bool _proven;

    /// <param name="inner">The bytes; disposed with this stream.</param>
    /// <param name="digest">The digest they must have.</param>
    /// <param name="size">Their size in bytes; null when it is not known beforehand.</param>
    /// <param name="limit">The most bytes to accept when the size is not known.</param>
    /// <param name="what">What the bytes are, for the error.</param>
    public VerifyingStream(Stream inner, Digest digest, long? size, long limit, string what)
    {
        _inner = inner;
        _digest = digest;
        _size = size;
        _limit = size ?? limit;
        _what = what;
        _hash = digest.NewHash();
    }

    /// <summary>Verifies against a descriptor, whose size is the bound.</summary>
    public static VerifyingStream Over(Stream inner, Descriptor descriptor, string what) =>
        new(inner, descriptor.Digest, descriptor.Size, descriptor.Size, what);

    public override long Length => _size ?? throw new NotSupportedException();

    public override long Position
    {
        get => _read;
        set => throw new NotSupportedException();
    }

    public override int Read(Span<byte> buffer)
    {
        if (buffer.IsEmpty || _proven)
            return 0;
        int count = _inner.Read(buffer);
        Account(buffer[..count]);
        return count;
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty || _proven)
            return 0;
        int count = await _inner.ReadAsync(buffer, cancellationToken);
        Account(buffer.Span[..count]);
        return count;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _inner.Dispose();
            _hash.Dispose();
        }

        base.Dispose(disposing);
    }

    private void Account(ReadOnlySpan<byte> bytes)
    {
        _read += bytes.Length;
        if (_read > _limit)
            throw new ContentException($"{_what}: wanted {(_size is null ? "at most " : "")}{_limit} bytes, got more");
        if (!bytes.IsEmpty)
        {
            _hash.AppendData(bytes);
            return;
        }

        if (_size is { } size && _read != size)
            throw new ContentException($"{_what}: wanted {size} bytes, got {_read}");
        Digest got = Digest.FromHash(_digest.Algorithm, _hash.GetCurrentHash());
        if (got != _digest)
            throw new ContentException($"{_what}: {_digest.Algorithm} wanted {_digest.Hex}, got {got.Hex}");
        _proven = true;
    }
}
