using System.Net;
using System.Net.Http.Headers;

namespace Slipway.Engine;

/// <summary>A body that is written while it is sent, of a length that nobody knows before.</summary>
internal sealed class StreamedContent : HttpContent
{
    private readonly Func<Stream, CancellationToken, Task> _write;

    public StreamedContent(Func<Stream, CancellationToken, Task> write)
    {
        _write = write;
        Headers.ContentType = new MediaTypeHeaderValue("application/x-tar");
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        try
        {
            await _write(stream, cancellationToken);
        }
        catch (Exception e) when (e is not (HttpRequestException or OperationCanceledException) && e.GetType() != typeof(IOException))
        {
            // A plain IOException is the connection's; all others tell of what is read, or of a fault of ours.
            throw new UploadException(e.Message, e);
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
