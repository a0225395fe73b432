using Slipway.Oci;

namespace Slipway.StandIns;

/// <summary>The wire, but the connection of one request with a body breaks after some bytes; keeps which requests wrote.</summary>
/// <param name="cutAt">Which of the requests with a body, from 1; 0 for none.</param>
/// <param name="after">How many bytes of it are sent.</param>
public sealed class CutConnection(HttpMessageHandler inner, int cutAt, int after) : DelegatingHandler(inner)
{
    private readonly List<string> _writes = [];
    private int _bodies;

    public IReadOnlyList<string> Writes => _writes;

    public int Cuts { get; private set; }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (request.Method != HttpMethod.Get && request.Method != HttpMethod.Head)
            _writes.Add(request.Method.Method);
        if (request.Content?.Headers.ContentLength > 0 && ++_bodies == cutAt)
        {
            Cuts++;
            StreamContent cut = new(new Cut(await request.Content.ReadAsStreamAsync(cancellationToken), after));
            foreach (KeyValuePair<string, IEnumerable<string>> field in request.Content.Headers)
                cut.Headers.TryAddWithoutValidation(field.Key, field.Value);
            request.Content = cut;
        }

        return await base.SendAsync(request, cancellationToken);
    }

    private sealed class Cut(Stream body, int after) : ReadOnlyStream
    {
        private int _left = after;

        public override int Read(Span<byte> buffer) => throw new NotSupportedException();

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (_left == 0)
                throw new IOException("cut on purpose");
            int count = await body.ReadAsync(buffer[..Math.Min(_left, buffer.Length)], cancellationToken);
            _left -= count;
            return count;
        }
    }
}
