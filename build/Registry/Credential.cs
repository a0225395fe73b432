namespace Slipway.Registry;

/// <summary>A user name and a secret for one registry, and where they came from. Its text never holds the secret.</summary>
/// <param name="User">The user or robot name.</param>
/// <param name="Secret">Password or access token.</param>
/// <param name="Origin">Where it was found, for errors: <c>QUAY_USERNAME and QUAY_PASSWORD</c> or a file.</param>
public sealed record Credential(string User, string Secret, string Origin)
{
    /// <summary>The credentials of HTTP Basic authentication (RFC 7617, section 2): base64 of user:secret in UTF-8.</summary>
    internal string Basic => Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes($"{User}:{Secret}"));

    public override string ToString() => $"credentials from {Origin}";
}
