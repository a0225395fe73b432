using Microsoft.AspNetCore.Http;

namespace Slipway.Rehearsal;

/// <summary>The way of one request: interceptor, rights, end-point, error document, log.</summary>
internal sealed class RequestHandler
{
    private readonly RehearsalOptions _options;
    private readonly AuthMiddleware _gate;
    private readonly PullLimit _limit;
    private readonly ContentStore _store;
    private readonly BlobEndpoint _blobs;
    private readonly UploadEndpoint _uploads;
    private readonly ManifestEndpoint _manifests;
    private readonly TagsEndpoint _tags;
    private readonly ReferrersEndpoint _referrers;
    private long _count;

    public RequestHandler(RehearsalOptions options, ContentStore store, UploadSessions sessions, AuthMiddleware gate)
    {
        _options = options;
        _gate = gate;
        _limit = new PullLimit(options.PullLimit, options.Time);
        _store = store;
        _blobs = new BlobEndpoint(store, options.AllowsDeletion);
        _uploads = new UploadEndpoint(store, sessions, gate, options.MinimumChunk);
        _manifests = new ManifestEndpoint(store, new ManifestRules(options.AllowsDeletion, options.HasReferrers, options.AcceptsSparse));
        _tags = new TagsEndpoint(store);
        _referrers = new ReferrersEndpoint(store, options.ReferrersPage);
    }

    /// <summary>What was handled so far.</summary>
    public RequestLog Log { get; } = new();

    public async Task HandleAsync(HttpContext context)
    {
        RehearsalRequest request = new(
            Interlocked.Increment(ref _count),
            context.Request.Method,
            context.Request.Path.Value ?? "",
            context.Request.Headers.Authorization.Count > 0
        )
        {
            Query = context.Request.QueryString.Value ?? "",
        };
        CountingStream body = new(context.Request.Body);
        context.Request.Body = body;
        if (_options.AnnounceRehearsal)
            context.Response.Headers["Slipway-Rehearsal"] = "true";
        int status = 0;
        try
        {
            HttpExchange exchange = new HttpExchange(context, request, () => RespondAsync(context))
            {
                AuthMiddleware = _gate,
                Store = _store,
                Time = _options.Time,
            };
            await ErrorResponse.TellAsync(context, () => _options.Interceptor(exchange));
            status = context.RequestAborted.IsCancellationRequested ? 0 : context.Response.StatusCode;
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or BadHttpRequestException)
        {
            // The client went away, or the connection did; there is nobody to answer.
        }
        finally
        {
            LoggedRequest entry = new(request, status, body.Count);
            Log.Add(entry);
            _options.Responded(entry);
        }

        // After the entry in the log: whoever sees the reset finds it there.
        if (status == 0)
            context.Abort();
    }

    private Task RespondAsync(HttpContext context) => ErrorResponse.TellAsync(context, () => RouteAsync(context));

    private Task RouteAsync(HttpContext context)
    {
        if (_gate.IsRealm(context))
            return _gate.Tokens.RespondAsync(context);
        if (!_gate.IsRegistry(context))
            throw ErrorResponse.NoEndpoint();
        RegistryPath path = RegistryPath.Parse(context.Request.Path.Value ?? "");
        context.Response.Headers["Docker-Distribution-API-Version"] = "registry/2.0";
        _gate.Check(context, path);
        if (path.Area == Area.Manifest)
            _limit.Count(context);
        return path.Area switch
        {
            Area.Root => JsonResponse.WriteAsync(context, "{}"u8.ToArray(), "application/json"),
            Area.Manifest => _manifests.RespondAsync(context, path),
            Area.Blob => _blobs.RespondAsync(context, path),
            Area.UploadStart => _uploads.StartAsync(context, path),
            Area.Upload => _uploads.ContinueAsync(context, path),
            Area.Referrers when _options.HasReferrers => _referrers.RespondAsync(context, path),
            Area.Tags => _tags.RespondAsync(context, path),
            _ => throw ErrorResponse.NoEndpoint(),
        };
    }
}
