using System.Text.Json;
using Slipway.Oci;

namespace Slipway.GitHub;

/// <summary>Texts of Octokit's models, which are null wherever GitHub left one out, and what the models do not tell.</summary>
internal static class GitHubText
{
    /// <exception cref="ContentException">It is missing.</exception>
    public static string Required(this string? text, string name) => text ?? throw new ContentException($"'{name}' is missing");

    /// <summary>Text that stays in one line and steers no terminal: names that GitHub's own rules allow are such.</summary>
    public static string Plain(this string? text, string name) =>
        text.Required(name) == Printable.Of(text!)
            ? text!
            : throw new ContentException($"'{name}' holds characters that are not allowed in a name");

    /// <summary>A time that may be missing; null where it is.</summary>
    public static DateTimeOffset? OptionalTime(this JsonElement element, string name) =>
        element.Find(name) is null ? null : element.RequiredTime(name);

    /// <summary>An address for people.</summary>
    public static Uri Page(this string? text, string name) =>
        Uri.TryCreate(text.Plain(name), UriKind.Absolute, out Uri? address)
        && address.Scheme is ("http" or "https")
        && address.UserInfo.Length == 0
            ? address
            : throw new ContentException($"'{name}' is not an address");
}
