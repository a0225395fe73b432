using System.Net;

namespace Slipway.StandIns;

/// <summary>A request as a <see cref="FakeHttpHandler"/> got it.</summary>
/// <param name="Authorization">The field's value; null without one.</param>
public sealed record HandledRequest(string Method, Uri Address, string? Authorization);

/// <summary>The server as a function, for answers that no sound server gives; keeps what it was asked.</summary>
public class FakeHttpHandler(Func<HttpRequestMessage, HttpResponseMessage> answer) : HttpMessageHandler
{
    private readonly List<HandledRequest> _requests = [];

    public IReadOnlyList<HandledRequest> Requests => _requests;

    /// <summary>An answer with some fields beside a body, which are fields of the body where HTTP has it so.</summary>
    public static HttpResponseMessage Answer(int status, HttpContent body, params IEnumerable<(string Name, string Value)> headers)
    {
        HttpResponseMessage answer = new((HttpStatusCode)status) { Content = body };
        foreach ((string name, string value) in headers)
        {
            if (!answer.Headers.TryAddWithoutValidation(name, value))
                answer.Content.Headers.TryAddWithoutValidation(name, value);
        }

        return answer;
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        lock (_requests)
            _requests.Add(new HandledRequest(request.Method.Method, request.RequestUri!, request.Headers.Authorization?.ToString()));
        if (request.Content is not null)
            await request.Content.CopyToAsync(Stream.Null, cancellationToken);
        HttpResponseMessage given = answer(request);
        given.RequestMessage = request;
        return given;
    }
}
