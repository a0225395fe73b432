using System.Collections.Immutable;
using System.Net.Http.Headers;
using Slipway.Http;

namespace Slipway.Registry;

/// <summary>
/// Proves to one registry who we are: answers its Basic challenge (RFC 7617), or gets a bearer token (RFC 6750) from the
/// realm that its challenge names, anonymously when there is no credential. Remembers the challenge, so that later
/// requests need no refusal first. Safe for concurrent use.
/// </summary>
internal sealed class Authenticator : IAuthenticator
{
    private readonly Uri _address;
    private readonly Identity _identity;
    private readonly RealmPolicy _realms;
    private readonly TokenCache _tokens;
    private readonly HttpTransport _transport;
    private readonly TimeProvider _time;
    private volatile Challenge? _challenge;

    /// <param name="address">Where the registry is.</param>
    /// <param name="identity">Who we are there.</param>
    public Authenticator(Uri address, Identity identity, RealmPolicy realms, HttpTransport transport, TimeProvider time)
    {
        _address = address;
        _identity = identity;
        _realms = realms;
        _tokens = new TokenCache(time);
        _transport = transport;
        _time = time;
    }

    /// <inheritdoc/>
    public string AdviceFor(RegistryOperation operation) => _identity.AdviceFor(operation.RepositoryName);

    /// <inheritdoc/>
    public string Conceal(string said) =>
        new Redaction([.. _identity.Known.SelectMany(credential => credential.Secrets), .. _tokens.Values]).In(said);

    /// <inheritdoc/>
    public async Task<AuthenticationHeaderValue?> CurrentAsync(RegistryRequest request, CancellationToken cancellationToken)
    {
        if (_challenge is not { } challenge)
            return null;
        Credential? credential = await _identity.FindAsync(request.Operation.RepositoryName, cancellationToken);
        if (challenge.Scheme == "basic")
            return credential is null or { IsIdentityToken: true } ? null : new AuthenticationHeaderValue("Basic", credential.Basic);
        TokenKey key = KeyOf(challenge, request.Scope);
        TokenRequest fetch = new(key, credential, request.Operation);
        Token token = await _tokens.GetAsync(key, cancel => fetch.SendAsync(_transport, _time, this, cancel), cancellationToken);
        return new AuthenticationHeaderValue("Bearer", token.Value);
    }

    /// <inheritdoc/>
    public async Task<bool> ChallengedAsync(
        HttpResponseMessage response,
        RegistryRequest request,
        AuthenticationHeaderValue? used,
        CancellationToken cancellationToken
    )
    {
        ImmutableArray<Challenge> offered = response.Headers.NonValidated.TryGetValues("WWW-Authenticate", out HeaderStringValues fields)
            ? [.. fields.SelectMany(field => Challenge.Parse(field))]
            : [];
        Challenge? chosen = offered.FirstOrDefault(challenge => challenge.Scheme == "bearer")
            ?? offered.FirstOrDefault(challenge => challenge.Scheme == "basic");
        // Harbor offers Basic to whoever had a token, others nothing; also where the token has merely lapsed. What was said first holds.
        if (chosen?.Scheme != "bearer" && used is { Scheme: "Bearer" } && _challenge is { Scheme: "bearer" } known)
            chosen = known;
        if (chosen is null)
            return false;
        if (chosen.Scheme == "bearer" && used is { Scheme: "Bearer", Parameter: { } refused })
            _tokens.Forget(KeyOf(chosen, request.Scope), refused);
        _challenge = chosen;
        return chosen.Scheme == "bearer"
            || (
                used is null && await _identity.FindAsync(request.Operation.RepositoryName, cancellationToken) is { IsIdentityToken: false }
            );
    }

    /// <exception cref="RegistryException">The realm is none that this registry may name.</exception>
    private TokenKey KeyOf(Challenge challenge, string scope) =>
        _realms.Allows(_identity.Registry, _address, challenge["realm"], out Uri? realm)
            ? new TokenKey(_identity.Registry, realm, challenge["service"] ?? "", scope)
            : throw new RegistryException(
                RemoteFault.Refused,
                new RegistryOperation(_identity.Registry, null, "authenticate"),
                $"its token realm {Printable(challenge["realm"])} is not on its own site",
                RealmPolicy.AdviceFor(_identity.Registry, challenge["realm"])
            );

    private static string Printable(string? realm) =>
        realm is null ? "(none)"
        : Uri.TryCreate(realm, UriKind.Absolute, out Uri? address) ? Redaction.Of(address)
        : "(no URL)";
}
