using System.Collections.Immutable;
using System.Net.Http.Headers;
using Slipway.Http;

namespace Slipway.Registry;

/// <summary>
/// Proves to one registry who we are: answers its Basic challenge (RFC 7617), or gets a bearer token (RFC 6750) from the
/// realm that its challenge names, anonymously when there is no credential. Remembers the challenge, so that later
/// requests need no refusal first. Safe for concurrent use.
/// </summary>
internal sealed class Authenticator
{
    private readonly Uri _address;
    private readonly string _registry;
    private readonly Identity _identity;
    private readonly RealmPolicy _realms;
    private readonly TokenCache _tokens;
    private readonly HttpTransport _transport;
    private readonly TimeProvider _time;
    private volatile Challenge? _challenge;

    /// <param name="registry">As references name it.</param>
    /// <param name="address">Where it is.</param>
    public Authenticator(string registry, Uri address, Identity identity, RealmPolicy realms, HttpTransport transport, TimeProvider time)
    {
        _registry = registry;
        _address = address;
        _identity = identity;
        _realms = realms;
        _tokens = new TokenCache(time);
        _transport = transport;
        _time = time;
    }

    /// <summary>What to do about a refusal, naming the credential's source but nothing of it.</summary>
    public string AdviceFor(Asked asked) => _identity.AdviceFor(asked.Repository);

    /// <summary>What a server said without our secrets, in the forms in which they are sent.</summary>
    public string Conceal(string said) =>
        new Redaction([.. _identity.Known.SelectMany(credential => credential.Secrets), .. _tokens.Values]).In(said);

    /// <summary>The Authorization for a request, by the challenge last seen; null before the first one.</summary>
    public async Task<AuthenticationHeaderValue?> CurrentAsync(Call call, CancellationToken cancellationToken)
    {
        if (_challenge is not { } challenge)
            return null;
        Credential? credential = await _identity.FindAsync(call.Asked.Repository, cancellationToken);
        if (challenge.Scheme == "basic")
            return credential is null or { IsIdentityToken: true } ? null : new AuthenticationHeaderValue("Basic", credential.Basic);
        TokenKey key = KeyOf(challenge, call.Scope);
        TokenRequest request = new(key, credential, call.Asked);
        Token token = await _tokens.GetAsync(key, cancel => request.SendAsync(_transport, _time, this, cancel), cancellationToken);
        return new AuthenticationHeaderValue("Bearer", token.Value);
    }

    /// <summary>Takes note of a 401 answer's challenge. True when repeating the request can help.</summary>
    /// <param name="used">The Authorization that the refused request had.</param>
    public async Task<bool> ChallengedAsync(
        HttpResponseMessage answer,
        Call call,
        AuthenticationHeaderValue? used,
        CancellationToken cancellationToken
    )
    {
        ImmutableArray<Challenge> offered = answer.Headers.NonValidated.TryGetValues("WWW-Authenticate", out HeaderStringValues fields)
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
            _tokens.Forget(KeyOf(chosen, call.Scope), refused);
        _challenge = chosen;
        return chosen.Scheme == "bearer"
            || (used is null && await _identity.FindAsync(call.Asked.Repository, cancellationToken) is { IsIdentityToken: false });
    }

    /// <exception cref="RegistryException">The realm is none that this registry may name.</exception>
    private TokenKey KeyOf(Challenge challenge, string scope) =>
        _realms.Allows(_registry, _address, challenge["realm"], out Uri? realm)
            ? new TokenKey(_registry, realm, challenge["service"] ?? "", scope)
            : throw new RegistryException(
                RemoteFault.Refused,
                new Asked(_registry, null, "authenticate"),
                $"its token realm {Printable(challenge["realm"])} is not on its own site",
                RealmPolicy.AdviceFor(_registry, challenge["realm"])
            );

    private static string Printable(string? realm) =>
        realm is null ? "(none)"
        : Uri.TryCreate(realm, UriKind.Absolute, out Uri? address) ? Redaction.Of(address)
        : "(no URL)";
}
