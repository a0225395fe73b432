using System.Collections.Immutable;

namespace Slipway.StandIns;

/// <summary>Who a signing certificate is for.</summary>
/// <param name="Issuer">The OpenID Connect issuer that vouched for them; null leaves the extensions out.</param>
/// <param name="Identities">E-mail addresses, or URIs where they hold <c>://</c>; authorities write one.</param>
public sealed record SigningSubject(string? Issuer, params ImmutableArray<string> Identities)
{
    /// <summary>Whether the certificate log's timestamp is in the certificate, without which nobody should believe it.</summary>
    public bool HasTimestamp { get; init; } = true;

    /// <summary>What else the certificate says of a CI run, by the last number of Fulcio's object identifier.</summary>
    public ImmutableSortedDictionary<int, string> Claims { get; init; } = ImmutableSortedDictionary<int, string>.Empty;
}
