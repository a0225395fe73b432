using System.Net;
using System.Net.Http.Headers;

namespace Slipway.GitHub;

/// <summary>A file as a body, with its length; tells how far it is.</summary>
internal sealed class FileContent : HttpContent
{
    private const int Piece = 128 * 1024;

    private readonly string _path;
    private readonly long _size;
    private readonly Action<long>? _sent;

    /// <param name="path">Where its bytes are; opened when they are sent.</param>
    /// <param name="size">In bytes.</param>
    /// <param name="sent">Is told after every piece how many bytes were sent by now; from 0 again with every attempt.</param>
    public FileContent(string path, long size, string mediaType, Action<long>? sent)
    {
        (_path, _size, _sent) = (path, size, sent);
        Headers.ContentType = MediaTypeHeaderValue.Parse(mediaType);
        Headers.ContentLength = size;
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        await using FileStream file = File.OpenRead(_path);
        byte[] buffer = new byte[Piece];
        int count;
        for (long sent = 0; (count = await file.ReadAsync(buffer, cancellationToken)) > 0; )
        {
            await stream.WriteAsync(buffer.AsMemory(0, count), cancellationToken);
            _sent?.Invoke(sent += count);
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = _size;
        return true;
    }
}
