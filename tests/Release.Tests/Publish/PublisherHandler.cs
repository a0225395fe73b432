using Slipway.StandIns;

namespace Slipway.Release.Tests;

/// <summary>
/// A publisher's connection to the registries, which lets one request through at a time: the next waits until the answer's
/// headers are here. Keeps which blobs were sent with bytes.
/// </summary>
internal sealed class PublisherHandler(HttpMessageHandler inner, bool oneAtATime) : DelegatingHandler(inner)
{
    private readonly SemaphoreSlim _turn = new(oneAtATime ? 1 : 1000);
    private readonly List<PlacedBlob> _sent = [];

    /// <summary>Blobs that a request closed with bytes of them in its body.</summary>
    public IReadOnlyList<PlacedBlob> Sent
    {
        get
        {
            lock (_sent)
                return [.. _sent];
        }
    }

    public void Forget()
    {
        lock (_sent)
            _sent.Clear();
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            Note(request);
            return await base.SendAsync(request, cancellationToken);
        }
        finally
        {
            _turn.Release();
        }
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        _turn.Dispose();
    }

    private void Note(HttpRequestMessage request)
    {
        string query = Uri.UnescapeDataString(request.RequestUri!.Query);
        int digest = query.IndexOf("digest=", StringComparison.Ordinal);
        if (request.Content?.Headers.ContentLength is not > 0 || digest < 0 || request.Method == HttpMethod.Get)
            return;
        lock (_sent)
            _sent.Add(new PlacedBlob(request.RequestUri.Authority, query[(digest + "digest=".Length)..].Split('&')[0]));
    }
}
