namespace Slipway.StandIns;

/// <summary>Assets of a <see cref="GitHubStandIn"/> (GitHub, "REST API endpoints for release assets").</summary>
/// <param name="storage">Where downloads are sent on to, without a slash at its end: a host that must see no token.</param>
internal sealed class AssetEndpoint(Func<string> storage)
{
    public StandInAnswer? Handle(StandInCall call)
    {
        StandInRepository repository = call.Repository;
        if (call.Is("GET", "releases", "*", "assets") || call.Is("POST", "releases", "*", "assets"))
        {
            StandInRelease? release = repository.Releases.FirstOrDefault(release =>
                release.Id == call.Number(1) && (call.MayWrite || !release.IsDraft)
            );
            return release is null ? StandInAnswer.NotFound
                : call.Method == "POST" ? Upload(call, release)
                : call.Page([.. release.Assets], asset => call.Documents.Asset(repository, release, asset));
        }

        if (!(call.Path is ["releases", "assets", var id] && long.TryParse(id, out long number)))
            return null;
        (StandInRelease? owner, StandInAsset? found) = Find(call, number);
        return call.Method switch
        {
            _ when owner is null || found is null => StandInAnswer.NotFound,
            "DELETE" => repository.Locked(() => owner.Assets.Remove(found)) ? StandInAnswer.Nothing : StandInAnswer.NotFound,
            "GET" when call.Accept == "application/octet-stream" => new StandInAnswer(302)
            {
                Location = $"{storage()}/{repository.Owner}/{repository.Name}/{found.Id}?signature=only-for-this-download",
            },
            "GET" => new StandInAnswer(200, call.Documents.Asset(repository, owner, found)),
            _ => null,
        };
    }

    /// <summary>Leaves what GitHub leaves of an upload that failed within.</summary>
    public static void Break(StandInCall call)
    {
        if (
            call.Path is ["releases", var id, "assets"]
            && call.Repository.Releases.FirstOrDefault(release =>
                release.Id.ToString(System.Globalization.CultureInfo.InvariantCulture) == id
            )
                is { } release
        )
            call.Repository.Locked(() =>
            {
                release.Assets.Add(New(call, "starter", []));
                return 0;
            });
    }

    private static StandInAnswer Upload(StandInCall call, StandInRelease release)
    {
        if (!call.Query.TryGetValue("name", out string? name) || name.Length == 0)
            return StandInAnswer.Invalid("ReleaseAsset", "name", "missing_field");
        return call.Repository.Locked(() =>
        {
            if (release.Assets.Any(asset => asset.Name == name))
                return StandInAnswer.Invalid("ReleaseAsset", "name", "already_exists");
            StandInAsset asset = New(call, "uploaded", call.Body);
            release.Assets.Add(asset);
            return new StandInAnswer(201, call.Documents.Asset(call.Repository, release, asset));
        });
    }

    private static StandInAsset New(StandInCall call, string state, byte[] content) =>
        new(call.Repository.NextId(), call.Query["name"], call.MediaType, state, content) { CreatedAt = call.Repository.Time.GetUtcNow() };

    private static (StandInRelease? Release, StandInAsset? Asset) Find(StandInCall call, long id) =>
        call
            .Repository.Releases.Where(release => call.MayWrite || !release.IsDraft)
            .SelectMany(release => release.Assets.Select(asset => ((StandInRelease?)release, (StandInAsset?)asset)))
            .FirstOrDefault(pair => pair.Item2!.Id == id);
}
