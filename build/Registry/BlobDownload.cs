using Slipway.Oci;

namespace Slipway.Registry;

/// <summary>The body of a blob's answer: a broken connection is a <see cref="RegistryException"/> that says which blob.</summary>
internal sealed class BlobDownload : ReadOnlyStream
{
    private readonly HttpResponseMessage _answer;
    private readonly Stream _body;
    private readonly Asked _asked;

    public BlobDownload(HttpResponseMessage answer, Stream body, Asked asked)
    {
        _answer = answer;
        _body = body;
        _asked = asked;
    }

    public override int Read(Span<byte> buffer)
    {
        try
        {
            return _body.Read(buffer);
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            throw RegistryException.Broken(_asked, e);
        }
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            return await _body.ReadAsync(buffer, cancellationToken);
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            throw RegistryException.Broken(_asked, e);
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _body.Dispose();
            _answer.Dispose();
        }

        base.Dispose(disposing);
    }
}
