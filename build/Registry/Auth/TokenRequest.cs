using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Slipway.Http;
using Slipway.Oci;

namespace Slipway.Registry;

/// <summary>
/// Gets a bearer token: by GET with Basic or without credentials ("Token Authentication Specification" of the distribution project),
/// or with an identity token by POST of a form ("Oauth2 Token Authentication", grant type <c>refresh_token</c>). Follows no redirect.
/// </summary>
internal sealed class TokenRequest
{
    private const int MaximumResponse = 64 * 1024;
    private const int MaximumToken = 16 * 1024;
    private const int LongestLife = 24 * 60 * 60;

    /// <summary>In seconds: how long a token lives whose answer does not say it.</summary>
    private const int UsualLife = 60;

    private readonly TokenKey _key;
    private readonly Credential? _credential;
    private readonly RegistryOperation _operation;

    /// <param name="credential">Null for a token that anybody gets.</param>
    /// <param name="operation">What it is needed for.</param>
    public TokenRequest(TokenKey key, Credential? credential, RegistryOperation operation)
    {
        _key = key;
        _credential = credential;
        _operation = operation with { Name = $"{(IsForm ? "POST" : "GET")} token at {Redaction.Of(key.Realm)} for {key.Scope}" };
    }

    private bool IsForm => _credential is { IsIdentityToken: true };

    /// <summary>Asks again, within the transport's retry policy, when the response breaks off.</summary>
    /// <param name="who">Cleans what the server says.</param>
    /// <exception cref="RegistryException">There is none to be had.</exception>
    public async Task<Token> SendAsync(HttpTransport transport, TimeProvider time, IAuthenticator who, CancellationToken cancellationToken)
    {
        Exchange exchange = transport.Begin();
        for (int tries = 1; ; tries++)
        {
            try
            {
                return await SendOnceAsync(transport, exchange, time, who, cancellationToken);
            }
            catch (ExhaustedException e)
            {
                throw RegistryException.ForExhausted(_operation, e, who);
            }
            catch (IOException e)
            {
                if (
                    !await transport.PauseAsync(
                        new FailedAttempt(_key.Realm, $"{_operation.Place}: {_operation.Name}: cut while reading", tries)
                        {
                            Exchange = exchange,
                        },
                        cancellationToken
                    )
                )
                    throw RegistryException.Broken(_operation, e);
            }
        }
    }

    private async Task<Token> SendOnceAsync(
        HttpTransport transport,
        Exchange exchange,
        TimeProvider time,
        IAuthenticator who,
        CancellationToken cancellationToken
    )
    {
        DateTimeOffset begin = time.GetUtcNow();
        using HttpResponseMessage response = await transport.SendAsync(() => IsForm ? Post() : Get(), cancellationToken, exchange);
        ReadOnlyMemory<byte> body = await BoundedBody.ReadAsync(response, MaximumResponse, cancellationToken);
        return response.StatusCode == HttpStatusCode.OK
            ? Read(body, begin)
            : throw RegistryException.ForStatus(_operation, response.StatusCode, body, who);
    }

    private HttpRequestMessage Get()
    {
        string service = _key.Service.Length > 0 ? "service=" + Uri.EscapeDataString(_key.Service) + "&" : "";
        // One parameter for each scope, says the specification.
        IEnumerable<string> scopes = _key.Scope.Split(' ').Select(scope => "scope=" + Uri.EscapeDataString(scope));
        string query = (_key.Realm.Query.Length > 1 ? _key.Realm.Query + "&" : "?") + service + string.Join('&', scopes);
        HttpRequestMessage message = new(HttpMethod.Get, new Uri(_key.Realm, query));
        if (_credential is not null)
            message.Headers.Authorization = new AuthenticationHeaderValue("Basic", _credential.Basic);
        return message;
    }

    private HttpRequestMessage Post() =>
        new(HttpMethod.Post, _key.Realm)
        {
            Content = new FormUrlEncodedContent([
                KeyValuePair.Create("grant_type", "refresh_token"),
                KeyValuePair.Create("service", _key.Service),
                KeyValuePair.Create("client_id", "slipway"),
                // One parameter for all scopes here.
                KeyValuePair.Create("scope", _key.Scope),
                KeyValuePair.Create("refresh_token", _credential!.Secret),
            ]),
        };

    /// <summary>
    /// The token document: <c>token</c> or <c>access_token</c>, of which servers that write both leave one empty, and <c>expires_in</c> in
    /// seconds. Used until a fifth of its life, at most half a minute, remains; the life counts from before the request by our own clock,
    /// whatever the server's says.
    /// </summary>
    private Token Read(ReadOnlyMemory<byte> body, DateTimeOffset begin)
    {
        try
        {
            return ForeignJson.Read(body, "token", root =>
            {
                string value = root.NotEmpty("token") ?? root.NotEmpty("access_token") ?? throw new ContentException("it has no token");
                if (value.Length is 0 or > MaximumToken || value.Any(c => c is <= ' ' or >= '\x7F'))
                    throw new ContentException("it is empty, too long or holds characters that are not allowed in a token");
                double life = LifeOf(root);
                return new Token(value, begin + TimeSpan.FromSeconds(life - Math.Min(30, life / 5)));
            });
        }
        catch (ContentException)
        {
            throw RegistryException.Unsound(_operation, "the response is not a token document");
        }
    }

    private static double LifeOf(JsonElement root) =>
        root.TryGetProperty("expires_in", out JsonElement seconds)
        && seconds.ValueKind == JsonValueKind.Number
        && seconds.TryGetDouble(out double life)
        && life > 0
            ? Math.Min(life, LongestLife)
            : UsualLife;
}
