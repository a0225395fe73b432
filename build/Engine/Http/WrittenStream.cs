using Slipway.Oci;

namespace Slipway.Engine;

/// <summary>
/// A request's body that is written while it is sent, of a length that nobody knows before, as the stream that <see cref="StreamContent"/>
/// and Docker.DotNet want: it can be copied, once, and nothing of it is kept.
/// </summary>
internal sealed class WrittenStream(Func<Stream, CancellationToken, Task> write) : ReadOnlyStream
{
    public override int Read(Span<byte> buffer) => throw new NotSupportedException();

    /// <exception cref="UploadException">It cannot be written; a fault of the destination is thrown as it is.</exception>
    public override async Task CopyToAsync(Stream destination, int bufferSize, CancellationToken cancellationToken)
    {
        try
        {
            await write(destination, cancellationToken);
        }
        catch (Exception e) when (e is not (HttpRequestException or OperationCanceledException) && e.GetType() != typeof(IOException))
        {
            // A plain IOException is the connection's; all others tell of what is read, or of a fault of ours.
            throw new UploadException(e.Message, e);
        }
    }
}
