using Slipway.Oci;

namespace Slipway.Registry;

/// <summary>
/// One registry's place in a <see cref="BlobFeed"/>. For one upload at a time; disposing it lets the others go on without it.
/// </summary>
public sealed class BlobReader : IDisposable
{
    private readonly BlobFeed _feed;

    internal BlobReader(BlobFeed feed)
    {
        _feed = feed;
    }

    public Descriptor Blob => _feed.Blob;

    /// <summary>The first piece that may still be wanted; the feed's to change.</summary>
    internal long Held { get; set; }

    /// <summary>Whoever sends the bytes from here on does not want those before again, as far as it knows.</summary>
    internal void Hold(long offset) => _feed.Hold(this, offset / BlobFeed.PieceSize);

    /// <summary>
    /// Waits until some bytes are in memory, as far as they fit, so that a request which is under way does not have to wait for
    /// another registry.
    /// </summary>
    /// <exception cref="ContentException">The source's bytes are not the blob.</exception>
    internal async Task PrepareAsync(long offset, long count, CancellationToken cancellationToken)
    {
        long first = offset / BlobFeed.PieceSize;
        long last = Math.Min(first + BlobFeed.Window - 1, Math.Max(offset, offset + count - 1) / BlobFeed.PieceSize);
        for (long piece = first; piece <= last; piece++)
            await _feed.WaitAsync(this, piece, cancellationToken);
    }

    /// <summary>Some bytes of the blob.</summary>
    internal Stream Open(long offset, long count) => new BlobRange(this, _feed, offset, count);

    public void Dispose() => _feed.Leave(this);
}
