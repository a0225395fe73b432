using System.Net.Http.Headers;

namespace Slipway.Http;

/// <summary>A body with the fields and the length of another, which it holds and which is disposed with it.</summary>
public abstract class WrappedContent : HttpContent
{
    private protected WrappedContent(HttpContent inner)
    {
        Inner = inner;
        foreach ((string name, HeaderStringValues values) in inner.Headers.NonValidated)
            Headers.TryAddWithoutValidation(name, values);
    }

    private protected HttpContent Inner { get; }

    protected override bool TryComputeLength(out long length)
    {
        length = Inner.Headers.ContentLength ?? 0;
        return Inner.Headers.ContentLength is not null;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            Inner.Dispose();
        base.Dispose(disposing);
    }
}
