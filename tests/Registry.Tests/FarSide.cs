using System.Net;
using Slipway.Http;
using Slipway.Oci;

namespace Slipway.Registry.Tests;

/// <summary>The far side of the wire as a function, for answers that no sound server gives; keeps what it was asked.</summary>
public sealed class FarSide : HttpMessageHandler
{
    private readonly Func<HttpRequestMessage, HttpResponseMessage> _answer;
    private readonly List<(string Method, Uri Address, string? Authorization)> _asked = [];

    public FarSide(Func<HttpRequestMessage, HttpResponseMessage> answer)
    {
        _answer = answer;
    }

    public IReadOnlyList<(string Method, Uri Address, string? Authorization)> Asked => _asked;

    public static readonly Credential Robot = new("robot", "s3cret", "a test");

    public RealmPolicy Realms { get; init; } = RealmPolicy.Default;

    public List<string> Notices { get; } = [];

    public Repository Repository(string name = "quay.io/a/b", string? map = null, Credential? credential = null, TimeProvider? time = null)
    {
        Reference reference = Reference.Parse(name);
        HttpTransport transport = new(this, Wire.Impatient, TimeProvider.System, Notices.Add);
        Credentials credentials = Credentials.Of([KeyValuePair.Create(reference.Host, credential ?? Robot)]);
        RegistryMap registries = map is null ? RegistryMap.Default : RegistryMap.Parse([$"{reference.Host}={map}"]);
        return new RegistryClient(transport, credentials, registries, time ?? TimeProvider.System) { Realms = Realms }.Repository(
            reference
        );
    }

    public static HttpResponseMessage Answer(int status, string body = "", params (string Name, string Value)[] headers)
    {
        HttpResponseMessage answer = new((HttpStatusCode)status) { Content = new StringContent(body) };
        answer.Content.Headers.ContentType = null;
        foreach ((string name, string value) in headers)
        {
            if (!answer.Headers.TryAddWithoutValidation(name, value))
                answer.Content.Headers.TryAddWithoutValidation(name, value);
        }

        return answer;
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        lock (_asked)
            _asked.Add((request.Method.Method, request.RequestUri!, request.Headers.Authorization?.ToString()));
        if (request.Content is not null)
            await request.Content.CopyToAsync(Stream.Null, cancellationToken);
        HttpResponseMessage answer = _answer(request);
        answer.RequestMessage = request;
        return answer;
    }
}
