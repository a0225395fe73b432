using System.Collections.Immutable;
using System.Text;
using System.Text.RegularExpressions;

namespace Slipway.Inspection;

/// <summary>
/// Something that looks like a secret: found by a few fixed bytes, then proven by what stands around them, so that
/// libraries that merely know the words are passed over.
/// </summary>
/// <param name="What">For people.</param>
/// <param name="Anchor">Bytes that are always there.</param>
/// <param name="Form">What must stand around them, at most <see cref="Before"/> and <see cref="After"/> bytes away.</param>
internal sealed partial record SecretPattern(string What, ReadOnlyMemory<byte> Anchor, Regex Form)
{
    public const int Before = 64;
    public const int After = 512;

    public static readonly ImmutableArray<SecretPattern> All =
    [
        new("a private key", "PRIVATE KEY"u8.ToArray(), PrivateKey()),
        new("a private key", "LS0tLS1CRUdJTi"u8.ToArray(), EncodedPrivateKey()),
        new("a GitHub token", "ghp_"u8.ToArray(), GitHubToken()),
        new("a GitHub token", "gho_"u8.ToArray(), GitHubToken()),
        new("a GitHub token", "ghs_"u8.ToArray(), GitHubToken()),
        new("a GitHub token", "github_pat_"u8.ToArray(), GitHubToken()),
        new("a GitLab token", "glpat-"u8.ToArray(), GitLabToken()),
        new("a Docker Hub token", "dckr_pat_"u8.ToArray(), DockerToken()),
        new("registry credentials", "\"auths\""u8.ToArray(), DockerConfig()),
        new("an AWS access key", "AKIA"u8.ToArray(), AwsKey()),
        new("a Slack token", "xox"u8.ToArray(), SlackToken()),
        new("a signed web token", "eyJhbGciOi"u8.ToArray(), WebToken()),
    ];

    /// <summary>Whether the bytes hold it; what is nearer to an end than <see cref="After"/> is judged by what is there.</summary>
    public bool IsIn(ReadOnlySpan<byte> bytes)
    {
        for (int from = 0; bytes[from..].IndexOf(Anchor.Span) is >= 0 and int hit; from += hit + Anchor.Length)
        {
            int start = Math.Max(0, from + hit - Before),
                end = Math.Min(bytes.Length, from + hit + After);
            if (Form.IsMatch(Encoding.Latin1.GetString(bytes[start..end])))
                return true;
        }

        return false;
    }

    [GeneratedRegex(
        @"-----BEGIN ([A-Z0-9]+ ){0,3}PRIVATE KEY( BLOCK)?-----(\s|\\[nr]){1,4}([A-Za-z-]+: [^\n]{0,100}\s+){0,4}[A-Za-z0-9+/=]{32}"
    )]
    private static partial Regex PrivateKey();

    // A private key in base64, as a kubeconfig holds it: PKCS #8, RSA, EC.
    [GeneratedRegex("LS0tLS1CRUdJTiB(QUklWQVRFIEtFWS|SU0EgUFJJVkFURSBLRVkt|FQyBQUklWQVRFIEtFWS)[A-Za-z0-9+/=]{32}")]
    private static partial Regex EncodedPrivateKey();

    [GeneratedRegex(@"\b(gh[pos]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{50})")]
    private static partial Regex GitHubToken();

    [GeneratedRegex(@"\bglpat-[A-Za-z0-9_-]{20}")]
    private static partial Regex GitLabToken();

    [GeneratedRegex(@"\bdckr_pat_[A-Za-z0-9_-]{20}")]
    private static partial Regex DockerToken();

    [GeneratedRegex("\"auths\"\\s{0,4}:\\s{0,4}\\{[^\0]{0,450}\"(auth|password|identitytoken)\"")]
    private static partial Regex DockerConfig();

    [GeneratedRegex(@"\bAKIA[A-Z0-9]{16}\b")]
    private static partial Regex AwsKey();

    [GeneratedRegex(@"\bxox[abprs]-[0-9]{8,}-[0-9A-Za-z-]{10,}")]
    private static partial Regex SlackToken();

    [GeneratedRegex(@"\beyJhbGciOi[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}")]
    private static partial Regex WebToken();
}
