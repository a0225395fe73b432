using Slipway.Oci;

namespace Slipway.Engine;

/// <summary>
/// A response's body whose reader learns in the room's own words why it broke off, whoever it is. Disposes the inner stream.
/// </summary>
/// <param name="translate">Reads once, and puts into words what goes wrong.</param>
internal sealed class ResponseStream(Stream inner, Func<Func<Task<int>>, CancellationToken, Task<int>> translate) : ReadOnlyStream
{
    public override int Read(Span<byte> buffer) => throw new NotSupportedException();

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        await translate(() => inner.ReadAsync(buffer, cancellationToken).AsTask(), cancellationToken);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            inner.Dispose();
        base.Dispose(disposing);
    }
}
