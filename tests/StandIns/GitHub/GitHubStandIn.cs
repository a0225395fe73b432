using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Testing;
using Xunit;

namespace Slipway.StandIns;

/// <summary>
/// GitHub on loopback, laid out as an Enterprise Server: its REST API at <c>/api/v3</c>, uploads at <c>/api/uploads</c>, downloads of
/// releases where people find them, and a second host that bytes are sent on from. Each repository is a bare git repository. Requests and
/// answers that GitHub's own description does not allow fail the test when this is disposed.
/// <code>
/// await using GitHubStandIn github = await GitHubStandIn.StartAsync();
/// StandInRepository repository = await github.AddRepositoryAsync("poseidon", "kubelet");
/// slipway: --github-url github.com={github.ApiUrl}, GH_TOKEN={GitHubStandIn.Token}
/// github.Fail("POST", "/assets", GitHubFault.BadGatewayDuringUpload);
/// </code>
/// </summary>
public sealed class GitHubStandIn : IAsyncDisposable
{
    /// <summary>The one token that may do everything here.</summary>
    public const string Token = "ghp_onlyForTestsOnLoopback0123456789abcd";

    private const string ApiPath = "/api/v3";
    private const string UploadPath = "/api/uploads";
    private const int HourlyLimit = 5000;

    private readonly WebApplication _application;
    private readonly ScratchFolder _folder = new();
    private readonly TimeProvider _time;
    private readonly ConcurrentDictionary<string, StandInRepository> _repositories = new(StringComparer.OrdinalIgnoreCase);
    private readonly Lock _lock = new();
    private readonly List<GitHubRequest> _requests = [];
    private readonly FaultPlan _faults = new();
    private readonly AssetEndpoint _assets;
    private readonly ApiDescriptionCheck _check;
    private StandInDocuments _documents = null!;
    private int _counted;

    private GitHubStandIn(WebApplication application, TimeProvider time, ApiDescription? description)
    {
        _check = new ApiDescriptionCheck(description);
        _application = application;
        _time = time;
        _assets = new AssetEndpoint(() => Storage);
    }

    /// <summary><c>http://127.0.0.1:PORT</c>: where people go.</summary>
    public string Site { get; private set; } = "";

    /// <summary>What <c>--github-url HOST=URL</c> takes.</summary>
    public string ApiUrl => Site + ApiPath;

    /// <summary>Every request to the API is refused with it; null when none is.</summary>
    public HttpStatusCode? Outage { get; set; }

    /// <summary>All requests to the API so far, in order.</summary>
    public IReadOnlyList<GitHubRequest> Requests
    {
        get
        {
            lock (_lock)
                return [.. _requests];
        }
    }

    /// <summary>How many of them counted against the primary limit: all but those answered by 304.</summary>
    public int Counted => _counted;

    /// <summary>Another host, by its port, that assets are sent on to.</summary>
    private string Storage { get; set; } = "";

    /// <summary>Starts it; it answers when this returns. The test is skipped where there is no git.</summary>
    /// <param name="time">What it takes for now; the system's clock without it.</param>
    public static async Task<GitHubStandIn> StartAsync(TimeProvider? time = null)
    {
        await PeerPrograms.RequireAsync(Peer.Git);
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder
            .WebHost.UseKestrelCore()
            .ConfigureKestrel(kestrel =>
            {
                kestrel.Limits.MaxRequestBodySize = 2L << 30;
                kestrel.Listen(IPAddress.Loopback, 0);
                kestrel.Listen(IPAddress.Loopback, 0);
            });
        WebApplication application = builder.Build();
        GitHubStandIn made = new(application, time ?? TimeProvider.System, await ApiDescription.FindAsync());
        application.Run(made.HandleAsync);
        await application.StartAsync();
        string[] addresses = [.. application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses];
        (made.Site, made.Storage) = (addresses[0], addresses[1]);
        made._documents = new StandInDocuments(made.Site, made.ApiUrl, made.Site + UploadPath);
        return made;
    }

    /// <summary>Adds a repository; it has a first commit on its default branch.</summary>
    public async Task<StandInRepository> AddRepositoryAsync(string owner, string name, string branch = "main")
    {
        GitStore git = await GitStore.CreateAsync(_folder.Folder(owner, name + ".git"), branch);
        StandInRepository repository = new(owner, name, git, _time) { DefaultBranch = branch };
        await repository.CommitAsync(branch, "Begin", ("README.md", $"# {name}\n"));
        Assert.True(_repositories.TryAdd($"{owner}/{name}", repository));
        return repository;
    }

    /// <summary>The next request of this method whose path ends so goes wrong; several add up, in order.</summary>
    /// <param name="method">Empty for any.</param>
    public void Fail(string method, string pathEnd, params GitHubFault[] faults) => _faults.Add(method, pathEnd, faults);

    /// <summary>The request of this number, from 1 as in <see cref="Requests"/>, goes wrong, whatever it is.</summary>
    public void FailAt(int number, GitHubFault fault) => _faults.Add(number, fault);

    public async ValueTask DisposeAsync()
    {
        await _application.DisposeAsync();
        _folder.Dispose();
        _check.Require();
    }

    private async Task HandleAsync(HttpContext context)
    {
        string path = context.Request.Path.Value!;
        if ($"http://{context.Request.Host}" == Storage)
            await StoredAsync(context, path);
        else if (path.StartsWith(ApiPath + "/", StringComparison.Ordinal))
            await AnswerAsync(context, RawPath(context)[ApiPath.Length..]);
        else if (path.StartsWith(UploadPath + "/", StringComparison.Ordinal))
            await AnswerAsync(context, RawPath(context)[UploadPath.Length..]);
        else
            await DownloadAsync(context, path);
    }

    /// <summary>As it came, where a slash inside of a part is escaped still.</summary>
    private static string RawPath(HttpContext context) =>
        context.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpRequestFeature>()!.RawTarget.Split('?')[0];

    private async Task AnswerAsync(HttpContext context, string path)
    {
        HttpRequest request = context.Request;
        string? authorization = request.Headers.Authorization.FirstOrDefault();
        GitHubRequest asked = new(request.Method, path, request.QueryString.Value ?? "", authorization is not null);
        GitHubFault? fault;
        lock (_lock)
        {
            _requests.Add(asked);
            fault = _faults.Take(_requests.Count, asked);
        }

        if (Outage is { } outage)
            await WriteAsync(context, StandInAnswer.Error((int)outage, "Service unavailable"));
        else if (authorization is not null && authorization != "Bearer " + Token)
            await WriteAsync(context, StandInAnswer.Error(401, "Bad credentials"));
        else if (FindCall(context, path, authorization is not null) is not { } call)
            await WriteAsync(context, StandInAnswer.NotFound);
        else if (fault is { } wrong && wrong is not (GitHubFault.BadGatewayAfterwards or GitHubFault.CutAfterwards))
            await FailAsync(context, call, wrong);
        else
        {
            byte[] body = await BodyAsync(request);
            context.Items[nameof(StandInCall.Body)] = body;
            StandInAnswer answer = await RouteAsync(call with { Body = body });
            if (fault == GitHubFault.CutAfterwards)
                context.Abort();
            else
                await WriteAsync(context, fault is null ? answer : StandInAnswer.Error(502, "Server Error"));
        }
    }

    /// <summary>Null for what is not there, or not to be seen.</summary>
    private StandInCall? FindCall(HttpContext context, string path, bool hasToken)
    {
        ImmutableArray<string> parts = [.. path.Split('/', StringSplitOptions.RemoveEmptyEntries).Select(Uri.UnescapeDataString)];
        StandInRepository? repository = parts switch
        {
            ["repos", var owner, var name, ..] => _repositories.GetValueOrDefault($"{owner}/{name}"),
            ["repositories", var number, ..] => _repositories.Values.FirstOrDefault(repository =>
                $"{StandInDocuments.NumberOf(repository)}" == number
            ),
            _ => null,
        };
        return repository is null || (repository.IsPrivate && !hasToken)
            ? null
            : new StandInCall(repository, context.Request.Method, parts[(parts[0] == "repos" ? 3 : 2)..])
            {
                Query = context.Request.Query.ToDictionary(pair => pair.Key, pair => pair.Value.ToString()),
                Body = [],
                Accept = context.Request.Headers.Accept.ToString(),
                MediaType = context.Request.ContentType ?? "",
                MayWrite = hasToken,
                Documents = _documents,
            };
    }

    private async Task<StandInAnswer> RouteAsync(StandInCall call)
    {
        if (call.Method != "GET" && !call.MayWrite)
            return StandInAnswer.Error(401, "Requires authentication");
        if (call.Method != "GET" && call.Repository.IsArchived)
            return StandInAnswer.Error(403, "Repository was archived so is read-only.");
        try
        {
            return call.Is("GET")
                ? new StandInAnswer(200, _documents.Repository(call.Repository))
                : await ReleaseEndpoint.HandleAsync(call)
                    ?? _assets.Handle(call)
                    ?? await GitEndpoint.HandleAsync(call)
                    ?? await PullEndpoint.HandleAsync(call)
                    ?? await IssueEndpoint.HandleAsync(call)
                    ?? StandInAnswer.NotFound;
        }
        catch (Exception e)
            when (e is JsonException or InvalidOperationException or NullReferenceException or KeyNotFoundException or FormatException)
        {
            return StandInAnswer.Error(400, "Problems parsing JSON");
        }
    }

    private async Task FailAsync(HttpContext context, StandInCall call, GitHubFault fault)
    {
        HttpResponse response = context.Response;
        if (fault == GitHubFault.Cut)
        {
            context.Abort();
            return;
        }

        if (fault == GitHubFault.BadGatewayDuringUpload)
        {
            long half = (context.Request.ContentLength ?? 0) / 2;
            byte[] buffer = new byte[Math.Max(1, Math.Min(half, 64 * 1024))];
            int count;
            for (long read = 0; read < half && (count = await context.Request.Body.ReadAsync(buffer)) > 0; )
                read += count;
            AssetEndpoint.Break(call);
        }

        if (fault is GitHubFault.SecondaryLimit)
            response.Headers.RetryAfter = "1";
        if (fault is GitHubFault.PrimaryLimit or GitHubFault.PrimaryLimitForAnHour)
        {
            response.Headers["x-ratelimit-remaining"] = "0";
            response.Headers["x-ratelimit-reset"] =
                $"{_time.GetUtcNow().AddSeconds(fault == GitHubFault.PrimaryLimit ? 1 : 3600).ToUnixTimeSeconds()}";
        }

        await WriteAsync(
            context,
            fault switch
            {
                GitHubFault.SecondaryLimit => StandInAnswer.Error(
                    403,
                    "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."
                ),
                GitHubFault.SecondaryLimitWithoutTime => StandInAnswer.Error(
                    429,
                    "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."
                ),
                GitHubFault.PrimaryLimit or GitHubFault.PrimaryLimitForAnHour => StandInAnswer.Error(
                    403,
                    "API rate limit exceeded for user ID 1."
                ),
                GitHubFault.Forbidden => StandInAnswer.Error(403, "Resource not accessible by integration"),
                _ => StandInAnswer.Error(502, "Server Error"),
            }
        );
    }

    private static async Task<byte[]> BodyAsync(HttpRequest request)
    {
        using MemoryStream body = new();
        await request.Body.CopyToAsync(body);
        return body.ToArray();
    }

    private async Task WriteAsync(HttpContext context, StandInAnswer answer)
    {
        HttpResponse response = context.Response;
        response.StatusCode = answer.Status;
        byte[] body = answer.Json is null ? [] : Encoding.UTF8.GetBytes(answer.Json.ToJsonString());
        string tag =
            $"W/\"{Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData([.. body, .. Encoding.UTF8.GetBytes(answer.Link ?? "")]))}\"";
        if (context.Request.Method == "GET" && answer.Status == 200)
            response.Headers.ETag = tag;
        if (answer.Link is not null)
            response.Headers.Link = answer.Link;
        if (answer.Location is not null)
            response.Headers.Location = answer.Location;
        bool isUnchanged = answer.Status == 200 && context.Request.Headers.IfNoneMatch == tag;
        Look(context, isUnchanged ? 304 : answer.Status, isUnchanged ? [] : body);
        int counted = isUnchanged ? _counted : Interlocked.Increment(ref _counted);
        response.Headers.TryAdd("x-ratelimit-limit", $"{HourlyLimit}");
        response.Headers.TryAdd("x-ratelimit-remaining", $"{HourlyLimit - counted}");
        response.Headers.TryAdd("x-ratelimit-reset", $"{_time.GetUtcNow().AddHours(1).ToUnixTimeSeconds()}");
        if (isUnchanged)
        {
            response.StatusCode = 304;
            return;
        }

        if (body.Length == 0)
            return;
        response.ContentType = "application/json; charset=utf-8";
        response.ContentLength = body.Length;
        await response.Body.WriteAsync(body);
    }

    /// <summary>What was not read because the answer came before is not looked at.</summary>
    private void Look(HttpContext context, int status, byte[] body)
    {
        string path = RawPath(context).Replace(ApiPath, "", StringComparison.Ordinal).Replace(UploadPath, "", StringComparison.Ordinal);
        if (
            path.Split('/') is ["", "repositories", var number, .. var rest]
            && _repositories.Values.FirstOrDefault(repository => $"{StandInDocuments.NumberOf(repository)}" == number) is { } repository
        )
            path = $"/repos/{repository.Owner}/{repository.Name}/{string.Join('/', rest)}";
        if (status < 400 || context.Items.ContainsKey(nameof(StandInCall.Body)))
            _check.Look(
                context.Request,
                path,
                context.Items[nameof(StandInCall.Body)] as byte[],
                status,
                body.Length == 0 ? "" : "application/json",
                body
            );
    }

    /// <summary>What an asset's address leads to: bytes, for who brings no token.</summary>
    private async Task StoredAsync(HttpContext context, string path)
    {
        lock (_lock)
            _requests.Add(
                new GitHubRequest(
                    context.Request.Method,
                    path,
                    context.Request.QueryString.Value ?? "",
                    context.Request.Headers.ContainsKey("Authorization")
                )
                {
                    IsStorage = true,
                }
            );
        StandInAsset? asset =
            path.Split('/') is [_, var owner, var name, var id]
            && _repositories.TryGetValue($"{owner}/{name}", out StandInRepository? repository)
                ? repository.Releases.SelectMany(release => release.Assets).FirstOrDefault(asset => $"{asset.Id}" == id)
                : null;
        await BytesAsync(context, context.Request.Headers.ContainsKey("Authorization") ? null : asset);
    }

    /// <summary><c>/OWNER/NAME/releases/download/TAG/ASSET</c>, of what is published.</summary>
    private async Task DownloadAsync(HttpContext context, string path)
    {
        StandInAsset? asset =
            path.Split('/') is [_, var owner, var name, "releases", "download", .. var tag, var file]
            && _repositories.TryGetValue($"{owner}/{name}", out StandInRepository? repository)
            && !repository.IsPrivate
                ? repository
                    .Releases.FirstOrDefault(release => !release.IsDraft && release.Tag == string.Join('/', tag))
                    ?.Assets.FirstOrDefault(asset => asset.Name == file)
                : null;
        await BytesAsync(context, asset);
    }

    private static async Task BytesAsync(HttpContext context, StandInAsset? asset)
    {
        context.Response.StatusCode = asset is null ? 404 : 200;
        if (asset is null)
            return;
        context.Response.ContentType = asset.MediaType;
        context.Response.ContentLength = asset.Content.Length;
        await context.Response.Body.WriteAsync(asset.Content);
    }
}
