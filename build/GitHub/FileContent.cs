using System.Net;
using System.Net.Http.Headers;

namespace Slipway.GitHub;

/// <summary>A file as a body, with its length; tells how far it is.</summary>
internal sealed class FileContent : HttpContent
{
    private const int Piece = 128 * 1024;

    private readonly AssetFile _file;
    private readonly Action<long>? _sent;

    /// <param name="sent">Is told after every piece how many bytes were sent by now; from 0 again with every attempt.</param>
    public FileContent(AssetFile file, Action<long>? sent)
    {
        _file = file;
        _sent = sent;
        Headers.ContentType = MediaTypeHeaderValue.Parse(file.MediaType);
        Headers.ContentLength = file.Size;
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        await using FileStream file = File.OpenRead(_file.Path);
        byte[] buffer = new byte[Piece];
        int count;
        for (long sent = 0; (count = await file.ReadAsync(buffer, cancellationToken)) > 0;)
        {
            await stream.WriteAsync(buffer.AsMemory(0, count), cancellationToken);
            _sent?.Invoke(sent += count);
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = _file.Size;
        return true;
    }
}
