using System.Text.Json.Nodes;

namespace Slipway.StandIns;

/// <summary>
/// Releases of a <see cref="GitHubStandIn"/> (GitHub, "REST API endpoints for releases"): drafts are listed for who may write, and found by
/// no tag.
/// </summary>
internal static class ReleaseEndpoint
{
    private const int LongestNotes = 125_000;

    public static async Task<StandInAnswer?> HandleAsync(StandInCall call)
    {
        StandInRepository repository = call.Repository;
        if (call.Is("GET", "releases"))
            return call.Page([.. repository.Releases.Where(release => call.MayWrite || !release.IsDraft)], release =>
                call.Documents.Release(repository, release)
            );
        if (call.Is("GET", "releases", "tags", "*"))
            return Found(call, repository.Releases.FirstOrDefault(release => !release.IsDraft && release.Tag == call.Path[2]));
        if (call.Is("POST", "releases"))
            return await CreateAsync(call);
        if (!(call.Path is ["releases", var id] && long.TryParse(id, out long number)))
            return null;
        StandInRelease? release = repository.Releases.FirstOrDefault(release =>
            release.Id == number && (call.MayWrite || !release.IsDraft)
        );
        return call.Method switch
        {
            _ when release is null => StandInAnswer.NotFound,
            "GET" => Found(call, release),
            "PATCH" => await ChangeAsync(call, release),
            "DELETE" => repository.Locked(() => repository.ReleaseList.Remove(release)) ? StandInAnswer.Nothing : StandInAnswer.NotFound,
            _ => null,
        };
    }

    private static StandInAnswer Found(StandInCall call, StandInRelease? release) =>
        release is null ? StandInAnswer.NotFound : new StandInAnswer(200, call.Documents.Release(call.Repository, release));

    private static async Task<StandInAnswer> CreateAsync(StandInCall call)
    {
        StandInRepository repository = call.Repository;
        string tag = call.Json["tag_name"]!.GetValue<string>();
        bool isDraft = call.Json["draft"]?.GetValue<bool>() ?? false;
        if (!isDraft && repository.Releases.Any(release => release.Tag == tag && !release.IsDraft))
            return StandInAnswer.Invalid("Release", "tag_name", "already_exists");
        StandInRelease made = new(repository.NextId(), tag)
        {
            CreatedAt = repository.Time.GetUtcNow(),
            IsDraft = true,
            Target = repository.DefaultBranch,
        };
        if (await ApplyAsync(call, made) is { } refused)
            return refused;
        repository.Locked(() =>
        {
            repository.ReleaseList.Add(made);
            return 0;
        });
        return new StandInAnswer(201, call.Documents.Release(repository, made))
        {
            Location = $"{call.Documents.Of(repository)}/releases/{made.Id}",
        };
    }

    private static async Task<StandInAnswer> ChangeAsync(StandInCall call, StandInRelease release) =>
        await ApplyAsync(call, release) ?? new StandInAnswer(200, call.Documents.Release(call.Repository, release));

    private static async Task<StandInAnswer?> ApplyAsync(StandInCall call, StandInRelease release)
    {
        JsonObject body = call.Json;
        if (body["body"]?.GetValue<string>().Length > LongestNotes)
            return StandInAnswer.Invalid("Release", "body", "custom", $"body is too long (maximum is {LongestNotes} characters)");
        release.Tag = body["tag_name"]?.GetValue<string>() ?? release.Tag;
        release.Target = body["target_commitish"]?.GetValue<string>() ?? release.Target;
        release.Title = body["name"]?.GetValue<string>() ?? release.Title;
        release.Notes = body["body"]?.GetValue<string>() ?? release.Notes;
        release.IsPrerelease = body["prerelease"]?.GetValue<bool>() ?? release.IsPrerelease;
        bool isDraft = body["draft"]?.GetValue<bool>() ?? (release.IsDraft && call.Method == "PATCH");
        return release.IsDraft && !isDraft ? await PublishAsync(call, release, body["make_latest"]?.GetValue<string>() != "false") : null;
    }

    /// <summary>Publishing makes the tag where it is not there yet.</summary>
    private static async Task<StandInAnswer?> PublishAsync(StandInCall call, StandInRelease release, bool isLatest)
    {
        StandInRepository repository = call.Repository;
        if (await repository.Git.RefAsync("refs/tags/" + release.Tag) is null)
        {
            if (
                await repository.Git.TryAsync("rev-parse", "--verify", "--quiet", "--end-of-options", release.Target + "^{commit}")
                is not { } commit
            )
                return StandInAnswer.Invalid("Release", "target_commitish", "invalid");
            await repository.TagAsync(release.Tag, commit);
        }

        // Of two that come at once one is first.
        return repository.Locked(() =>
        {
            if (repository.ReleaseList.Any(other => other != release && !other.IsDraft && other.Tag == release.Tag))
                return StandInAnswer.Invalid("Release", "tag_name", "already_exists");
            foreach (StandInRelease other in repository.ReleaseList.Where(_ => isLatest))
                other.IsLatest = false;
            (release.IsDraft, release.IsLatest, release.PublishedAt) = (false, isLatest, repository.Time.GetUtcNow());
            return null;
        });
    }
}
