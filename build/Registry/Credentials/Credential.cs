namespace Slipway.Registry;

/// <summary>A user name and a secret for one registry, and where they came from. Its text never holds the secret.</summary>
/// <param name="User">The user or robot name.</param>
/// <param name="Secret">Password or access token.</param>
/// <param name="Origin">Where it was found, for errors: <c>QUAY_USERNAME and QUAY_PASSWORD</c> or a file.</param>
public sealed record Credential(string User, string Secret, string Origin)
{
    /// <summary>
    /// Whether the secret is an OAuth2 refresh token, which Docker calls an identity token: it is good for getting access tokens, and
    /// for nothing else.
    /// </summary>
    public bool IsIdentityToken { get; private init; }

    /// <summary>A refresh token instead of a password; it has no user name.</summary>
    public static Credential IdentityToken(string token, string origin) => new("", token, origin) { IsIdentityToken = true };

    /// <summary>The credentials of HTTP Basic authentication (RFC 7617, section 2): base64 of user:secret in UTF-8.</summary>
    internal string Basic => Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes($"{User}:{Secret}"));

    /// <summary>
    /// The secret alone and as Basic authentication sends it; <see cref="Slipway.Http.Redaction"/> knows the other forms.
    /// </summary>
    internal IEnumerable<string> Secrets => Secret.Length == 0 ? [] : [Basic, Secret];

    public override string ToString() => $"{(IsIdentityToken ? "identity token" : "credentials")} from {Origin}";
}
