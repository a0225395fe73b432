using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Slipway.Rehearsal;

/// <summary>The one user who may push, and how a request shows to be from him.</summary>
internal sealed class Account(string user, string password)
{
    /// <summary>By Basic credentials (RFC 7617): null when the request has none, false when they are wrong.</summary>
    public bool? Knows(HttpRequest request)
    {
        string field = request.Headers.Authorization.ToString();
        if (!field.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase))
            return null;
        string wanted = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}"));
        return user.Length > 0 && AreEqual(wanted, field[6..].Trim());
    }

    public bool Knows(string name, string secret) => user.Length > 0 && AreEqual($"{user}:{password}", $"{name}:{secret}");

    private static bool AreEqual(string wanted, string given) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(wanted), Encoding.UTF8.GetBytes(given));
}
