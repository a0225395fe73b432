using System.Globalization;
using Octokit;

namespace Slipway.GitHub;

/// <summary>The paths that Octokit has not as GitHub describes them.</summary>
internal static class RepositoryPaths
{
    /// <summary>
    /// One reference ("Get a reference"). Octokit asks <c>git/refs/NAME</c>, which GitHub's description does not know and which lists what
    /// begins alike.
    /// </summary>
    /// <param name="reference">Without <c>refs/</c>.</param>
    public static Uri Reference(RepositoryCalls calls, string reference) => Below(calls, "/git/ref/" + Escaped(reference));

    /// <summary>One asset. Octokit has <c>int</c> for its number.</summary>
    public static Uri Asset(RepositoryCalls calls, long id) =>
        Below(calls, "/releases/assets/" + id.ToString(CultureInfo.InvariantCulture));

    /// <summary>A name of several parts, each escaped: Octokit puts names into addresses as they are.</summary>
    public static string Escaped(string name) => string.Join('/', name.Split('/').Select(Uri.EscapeDataString));

    private static Uri Below(RepositoryCalls calls, string path) =>
        new(ApiUrls.Repository(calls.Owner, calls.Repository) + path, UriKind.Relative);
}
