using Slipway.Oci;

namespace Slipway.GitHub;

/// <summary>Texts of Octokit's models, which may be null wherever GitHub left one out.</summary>
internal static class GitHubText
{
    /// <exception cref="ContentException">It is missing.</exception>
    public static string Required(this string? text, string name) => text ?? throw new ContentException($"'{name}' is missing");

    /// <summary>Text that stays in one line and steers no terminal: names that GitHub's own rules allow are such.</summary>
    public static string Plain(this string? text, string name) =>
        text.Required(name) == Printable.Of(text!) ? text! : throw new ContentException($"'{name}' holds what no name does");

    /// <summary>An address for people.</summary>
    public static Uri Page(this string? text, string name) =>
        Uri.TryCreate(text.Plain(name), UriKind.Absolute, out Uri? address) && address.Scheme is ("http" or "https") && address.UserInfo.Length == 0
            ? address
            : throw new ContentException($"'{name}' is no address");
}
