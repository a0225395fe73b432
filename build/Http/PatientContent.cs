using System.Net;

namespace Slipway.Http;

/// <summary>
/// An answer's body that does not hold its reader for ever: a read during which nothing comes fails with an
/// <see cref="IOException"/>, as a broken connection does.
/// </summary>
internal sealed class PatientContent : HttpContent
{
    private readonly HttpContent _inner;
    private readonly TimeSpan _patience;
    private readonly TimeProvider _time;

    /// <param name="inner">The body; disposed with this object.</param>
    /// <param name="patience">How long one read may take.</param>
    public PatientContent(HttpContent inner, TimeSpan patience, TimeProvider time)
    {
        _inner = inner;
        _patience = patience;
        _time = time;
        foreach ((string name, System.Net.Http.Headers.HeaderStringValues values) in inner.Headers.NonValidated)
            Headers.TryAddWithoutValidation(name, values);
    }

    protected override async Task<Stream> CreateContentReadStreamAsync() =>
        new PatientBody(await _inner.ReadAsStreamAsync(), _patience, _time);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
    {
        await using Stream body = await CreateContentReadStreamAsync();
        await body.CopyToAsync(stream);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = _inner.Headers.ContentLength ?? 0;
        return _inner.Headers.ContentLength is not null;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _inner.Dispose();
        base.Dispose(disposing);
    }
}
