using System.Text.RegularExpressions;
using Slipway.Oci;

namespace Slipway.Sigstore;

/// <summary>
/// Who must have signed, and by how many words of others that has to be proven. Nothing is accepted that a policy does not name.
/// </summary>
public sealed record SigstorePolicy
{
    /// <summary>The longest pattern that is taken.</summary>
    private const int LongestPattern = 4096;

    private SigstorePolicy() { }

    /// <summary>The key that must have signed; null where an identity must have.</summary>
    public PublicKey? Key { get; private init; }

    /// <summary>The identity exactly; null where a pattern or a key is given.</summary>
    public string? Subject { get; private init; }

    /// <summary>The OIDC issuer exactly; null where a key is given.</summary>
    public string? Issuer { get; private init; }

    /// <summary>What the whole identity has to match; null where one is given exactly.</summary>
    internal Regex? SubjectPattern { get; private init; }

    /// <summary>By so many logs the signature must be written down; 1 of an identity, 0 of a key, where nothing else is said.</summary>
    public int LogEntries { get; init; }

    /// <summary>So many logs of certificates must have seen the certificate; 1 where nothing else is said.</summary>
    public int CertificateTimestamps { get; init; } = 1;

    /// <summary>
    /// So many logs or timestamp authorities must say when the signature was made; 1 of an identity, 0 of a key, where nothing else is
    /// said.
    /// </summary>
    public int SigningTimes { get; init; }

    /// <summary>A certificate for exactly this identity, vouched for by exactly this issuer.</summary>
    public static SigstorePolicy RequireIdentity(string subject, string issuer) =>
        new()
        {
            Subject = subject,
            Issuer = issuer,
            LogEntries = 1,
            SigningTimes = 1,
        };

    /// <summary>A certificate for an identity that as a whole matches the pattern, vouched for by exactly this issuer.</summary>
    /// <param name="pattern">A regular expression without look-around and back references, which takes time linear in the identity.</param>
    /// <exception cref="ContentException">It is no such pattern.</exception>
    public static SigstorePolicy RequireMatchingIdentity(string pattern, string issuer)
    {
        ArgumentNullException.ThrowIfNull(pattern);
        if (pattern.Length > LongestPattern)
            throw new ContentException($"a pattern of {pattern.Length} characters: wanted at most {LongestPattern}");
        try
        {
            return new()
            {
                SubjectPattern = new Regex($@"\A(?:{pattern})\z", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant),
                Issuer = issuer,
                LogEntries = 1,
                SigningTimes = 1,
            };
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            throw new ContentException($"{Printable.Of(pattern)}: wanted a regular expression: {Printable.Of(e.Message)}", e);
        }
    }

    /// <summary>This key's signature; what else the bundle holds has to be sound, too.</summary>
    public static SigstorePolicy RequireKey(PublicKey key) => new() { Key = key };

    internal bool Names(string name) => SubjectPattern?.IsMatch(name) ?? name == Subject;
}
