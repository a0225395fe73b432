using System.Text.RegularExpressions;

namespace Slipway.Rehearsal;

/// <summary>The kinds of end-points of the distribution specification, "Endpoints".</summary>
internal enum Area
{
    Root,
    Manifest,
    Blob,
    UploadStart,
    Upload,
    Tags,
    Referrers,
}

/// <summary>A request's path, taken apart: what it is about, in which repository, and the last segment.</summary>
internal sealed partial record RegistryPath(Area Area, string Repository = "", string Last = "")
{
    /// <exception cref="ErrorResponse">No end-point has this path, or the repository's name breaks the grammar.</exception>
    public static RegistryPath Parse(string path)
    {
        if (path is "/v2/" or "/v2")
            return new RegistryPath(Area.Root);
        Match match = Grammar().Match(path);
        if (!match.Success)
            throw ErrorResponse.NoEndpoint();
        string repository = match.Groups["name"].Value;
        if (repository.Length > 255 || !IsRepository(repository))
            throw new ErrorResponse(400, "NAME_INVALID", "the repository name breaks the grammar");
        string last = match.Groups["last"].Value;
        return match.Groups["area"].Value switch
        {
            "manifests" => new RegistryPath(Area.Manifest, repository, last),
            "blobs" => new RegistryPath(Area.Blob, repository, last),
            "referrers" => new RegistryPath(Area.Referrers, repository, last),
            "tags" => new RegistryPath(Area.Tags, repository),
            _ when last.Length == 0 => new RegistryPath(Area.UploadStart, repository),
            _ => new RegistryPath(Area.Upload, repository, last),
        };
    }

    public static bool IsRepository(string name) => RepositoryGrammar().IsMatch(name);

    public static bool IsTag(string tag) => TagGrammar().IsMatch(tag);

    [GeneratedRegex(
        @"^/v2/(?<name>.+)/((?<area>blobs/uploads)(/(?<last>[^/]*))?|(?<area>manifests|blobs|referrers)/(?<last>[^/]+)|(?<area>tags)/list)\z"
    )]
    private static partial Regex Grammar();

    [GeneratedRegex(@"^[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*\z")]
    private static partial Regex RepositoryGrammar();

    [GeneratedRegex(@"^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}\z")]
    private static partial Regex TagGrammar();
}
