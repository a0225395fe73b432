using System.Text;
using System.Text.Json;
using Slipway.Oci;

namespace Slipway.Registry;

/// <summary>
/// One entry of <c>auths</c>: <c>auth</c> is base64 of user:password; <c>identitytoken</c>, which comes before it, an OAuth2 refresh
/// token; some tools write <c>username</c> and <c>password</c> as they are. Its text holds none of them.
/// </summary>
internal sealed record StoredAuth
{
    private readonly string? _word;
    private readonly string? _identityToken;
    private readonly string? _user;
    private readonly string? _password;

    private StoredAuth(JsonElement entry)
    {
        _word = entry.NotEmpty("auth");
        _identityToken = entry.NotEmpty("identitytoken");
        _user = entry.NotEmpty("username");
        _password = entry.NotEmpty("password");
    }

    /// <summary>Whether it says only that a helper has it.</summary>
    public bool IsEmpty => (_word ?? _identityToken ?? _user) is null;

    /// <summary>Null says nothing, as an object without anything does.</summary>
    /// <exception cref="ContentException">It is neither.</exception>
    public static StoredAuth Read(JsonElement entry) => new(entry);

    /// <summary>The credential; null when the entry is broken.</summary>
    /// <param name="origin">Where it was found, for errors.</param>
    public Credential? Decode(string origin)
    {
        if (_identityToken is not null)
            return Credential.IdentityToken(_identityToken, origin);
        if (_word is null)
            return _user is null || _password is null ? null : new Credential(_user, _password, origin);
        byte[] bytes = new byte[_word.Length];
        string text = Convert.TryFromBase64String(_word, bytes, out int length) ? Encoding.UTF8.GetString(bytes, 0, length) : "";
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon > 0 ? new Credential(text[..colon], text[(colon + 1)..].TrimEnd('\0'), origin) : null;
    }

    public override string ToString() => nameof(StoredAuth);
}
