namespace Slipway.GitHub;

/// <summary>
/// Where an asset goes: the address of a release's <c>upload_url</c>, a template that ends with <c>{?name,label}</c> (RFC 6570, section
/// 3.2.8), on a host that may see a token.
/// </summary>
internal static class UploadAddress
{
    private const string Names = "{?name,label}";

    /// <exception cref="GitHubException">The template is none that GitHub gives, or leads to another host.</exception>
    public static Uri Of(GitHubCall call, GitHubHost host, string template, string name)
    {
        string address = template.EndsWith(Names, StringComparison.Ordinal) ? template[..^Names.Length] : template;
        if (address.AsSpan().ContainsAny("{}?#") || !Uri.TryCreate(address, UriKind.Absolute, out Uri? found) || found.UserInfo.Length > 0)
            throw GitHubException.Unsound(call, "its upload_url is no address for uploads");
        return host.IsOurs(found)
            ? new Uri($"{found.AbsoluteUri}?name={Uri.EscapeDataString(name)}")
            : throw GitHubException.Unsound(call, $"its upload_url leads to another host, {Http.Redaction.Of(found)}");
    }
}
