namespace Slipway.GitHub;

/// <summary>
/// Where assets go: a release's <c>upload_url</c>, a template that ends with <c>{?name,label}</c> (RFC 6570, section 3.2.8), on a host that
/// may see a token. Octokit puts the name in.
/// </summary>
internal static class UploadAddress
{
    private const string Names = "{?name,label}";

    /// <returns>The template, with nothing in it but these names.</returns>
    /// <exception cref="GitHubException">The template is none that GitHub gives, or leads to another host.</exception>
    public static string Of(GitHubCall call, GitHubHost host, string template)
    {
        string address = template.EndsWith(Names, StringComparison.Ordinal) ? template[..^Names.Length] : template;
        if (address.AsSpan().ContainsAny("{}?#") || !Uri.TryCreate(address, UriKind.Absolute, out Uri? found) || found.UserInfo.Length > 0)
            throw GitHubException.Unsound(call, "its upload_url is not an address for uploads");
        return host.IsOurs(found)
            ? found.AbsoluteUri + Names
            : throw GitHubException.Unsound(call, $"its upload_url names another host, {Http.Redaction.Of(found)}");
    }
}
