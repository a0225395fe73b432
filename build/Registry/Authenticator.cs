using System.Collections.Immutable;
using System.Net;
using System.Net.Http.Headers;
using Slipway.Http;
using Slipway.Oci;

namespace Slipway.Registry;

/// <summary>
/// Proves to one registry who we are: answers its Basic challenge (RFC 7617), or gets a bearer token (RFC 6750) from the
/// realm that its challenge names, anonymously when there is no credential. Remembers the challenge, so that later
/// requests need no refusal first. Safe for concurrent use.
/// </summary>
internal sealed class Authenticator
{
    private const int MaximumTokenAnswer = 64 * 1024;
    private const int MaximumToken = 16 * 1024;

    private readonly string _registry;
    private readonly RegistryMap _map;
    private readonly Credentials _credentials;
    private readonly TokenCache _tokens;
    private readonly HttpTransport _transport;
    private readonly TimeProvider _time;
    private readonly Lock _lock = new();
    private Task<Credential?>? _lookup;
    private volatile Challenge? _challenge;
    private volatile Credential? _credential;

    public Authenticator(string registry, RegistryMap map, Credentials credentials, HttpTransport transport, TimeProvider time)
    {
        _registry = registry;
        _map = map;
        _credentials = credentials;
        _tokens = new TokenCache(time);
        _transport = transport;
        _time = time;
    }

    /// <summary>What to do about a refusal, naming the credential's source but nothing of it.</summary>
    public string Advice => _credential is { } credential
        ? $"check the {credential} and what they may do there"
        : _registry switch
        {
            "quay.io" => "no credentials were found: set QUAY_USERNAME and QUAY_PASSWORD",
            "docker.io" => "no credentials were found: set DOCKERHUB_USERNAME and DOCKERHUB_TOKEN",
            _ => $"no credentials were found: run docker login {_registry}",
        };

    /// <summary>A text without our secrets, in the forms in which they are sent.</summary>
    public string Conceal(string text)
    {
        IEnumerable<string> secrets = _tokens.Values;
        if (_credential is { Secret.Length: > 0 } credential)
            secrets = secrets.Concat([credential.Basic, credential.Secret, Uri.EscapeDataString(credential.Secret)]);
        return secrets.Aggregate(text, (clean, secret) => clean.Replace(secret, "***", StringComparison.Ordinal));
    }

    /// <summary>The Authorization for a request, by the challenge last seen; null before the first one.</summary>
    public async Task<AuthenticationHeaderValue?> CurrentAsync(string scope, CancellationToken cancellationToken)
    {
        if (_challenge is not { } challenge)
            return null;
        Credential? credential = await CredentialAsync(cancellationToken);
        if (challenge.Scheme == "basic")
            return credential is null ? null : new AuthenticationHeaderValue("Basic", credential.Basic);
        TokenKey key = KeyOf(challenge, scope);
        Token token = await _tokens.GetAsync(key, cancel => FetchAsync(key, credential, cancel), cancellationToken);
        return new AuthenticationHeaderValue("Bearer", token.Value);
    }

    /// <summary>Takes note of a 401 answer's challenge. True when repeating the request can help.</summary>
    /// <param name="used">The Authorization that the refused request had.</param>
    public async Task<bool> ChallengedAsync(
        HttpResponseMessage answer, string scope, AuthenticationHeaderValue? used, CancellationToken cancellationToken)
    {
        ImmutableArray<Challenge> offered = answer.Headers.NonValidated.TryGetValues("WWW-Authenticate", out HeaderStringValues fields)
            ? [.. fields.SelectMany(field => Challenge.Parse(field))]
            : [];
        Challenge? chosen = offered.FirstOrDefault(challenge => challenge.Scheme == "bearer")
            ?? offered.FirstOrDefault(challenge => challenge.Scheme == "basic");
        if (chosen is null)
            return false;
        if (chosen.Scheme == "bearer" && used is { Scheme: "Bearer", Parameter: { } refused })
            _tokens.Forget(KeyOf(chosen, scope), refused);
        _challenge = chosen;
        return chosen.Scheme == "bearer" || (used is null && await CredentialAsync(cancellationToken) is not null);
    }

    /// <summary>Looked for once: files may be many and helpers slow, or ask the person at the screen.</summary>
    private async Task<Credential?> CredentialAsync(CancellationToken cancellationToken)
    {
        Task<Credential?> lookup;
        lock (_lock)
        {
            if (_lookup is null or { IsFaulted: true })
                _lookup = Task.Run(() => _credentials.ForAsync(_registry, _map, CancellationToken.None), CancellationToken.None);
            lookup = _lookup;
        }

        _credential = await lookup.WaitAsync(cancellationToken);
        return _credential;
    }

    /// <exception cref="RegistryException">The realm is none that this registry may name.</exception>
    private TokenKey KeyOf(Challenge challenge, string scope) =>
        RealmPolicy.Allows(_map.AddressOf(_registry), challenge["realm"], out Uri? realm)
            ? new TokenKey(_registry, realm, challenge["service"] ?? "", scope)
            : throw new RegistryException(
                RemoteFault.Refused,
                new Asked(_registry, null, "authenticate"),
                $"its token realm {Printable(challenge["realm"])} is not on its own site",
                "no credentials were sent. If the registry is sound, its realm must be on its own host");

    private static string Printable(string? realm) =>
        realm is null ? "(none)" : Uri.TryCreate(realm, UriKind.Absolute, out Uri? address) ? Redaction.Of(address) : "(no URL)";

    private async Task<Token> FetchAsync(TokenKey key, Credential? credential, CancellationToken cancellationToken)
    {
        Asked asked = new(_registry, null, $"GET token from {Redaction.Of(key.Realm)} for {key.Scope}");
        string service = key.Service.Length > 0 ? "service=" + Uri.EscapeDataString(key.Service) + "&" : "";
        // One parameter for each scope, says Docker's token authentication specification.
        IEnumerable<string> scopes = key.Scope.Split(' ').Select(scope => "scope=" + Uri.EscapeDataString(scope));
        string query = (key.Realm.Query.Length > 1 ? key.Realm.Query + "&" : "?") + service + string.Join('&', scopes);
        DateTimeOffset begin = _time.GetUtcNow();
        try
        {
            using HttpResponseMessage answer = await _transport.SendAsync(
                () =>
                {
                    HttpRequestMessage message = new(HttpMethod.Get, new Uri(key.Realm, query));
                    if (credential is not null)
                        message.Headers.Authorization = new AuthenticationHeaderValue("Basic", credential.Basic);
                    return message;
                },
                cancellationToken);
            ReadOnlyMemory<byte> body = await BoundedBody.ReadAsync(answer, MaximumTokenAnswer, cancellationToken);
            return answer.StatusCode == HttpStatusCode.OK
                ? Read(asked, body, begin)
                : throw RegistryException.ForStatus(asked, answer.StatusCode, body, this);
        }
        catch (ExhaustedException e)
        {
            throw RegistryException.ForExhausted(asked, e, this);
        }
        catch (IOException e)
        {
            throw RegistryException.Broken(asked, e);
        }
    }

    /// <summary>
    /// The token document of Docker's token authentication specification: <c>token</c> or <c>access_token</c>, and
    /// <c>expires_in</c> in seconds, 60 when absent. Used until a fifth of its life, at most half a minute, remains.
    /// </summary>
    private static Token Read(Asked asked, ReadOnlyMemory<byte> body, DateTimeOffset begin)
    {
        try
        {
            return OciJson.Read(body, "token", root =>
            {
                string value = root.OptionalString("token") ?? root.RequiredString("access_token");
                if (value.Length is 0 or > MaximumToken || value.Any(c => c is <= ' ' or >= '\x7F'))
                    throw new ContentException("it is empty, too long or holds characters that no token has");
                double life = root.TryGetProperty("expires_in", out var seconds) && seconds.TryGetInt64(out long given) && given > 0
                    ? Math.Min(given, 24 * 60 * 60)
                    : 60;
                return new Token(value, begin + TimeSpan.FromSeconds(life - Math.Min(30, life / 5)));
            });
        }
        catch (ContentException)
        {
            throw RegistryException.Unsound(asked, "the answer is no token document");
        }
    }
}
