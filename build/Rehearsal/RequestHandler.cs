using Microsoft.AspNetCore.Http;

namespace Slipway.Rehearsal;

/// <summary>The way of one request: fault, rights, end-point, error document, log.</summary>
internal sealed class RequestHandler
{
    private readonly RehearsalOptions _options;
    private readonly Gate _gate;
    private readonly ContentStore _store;
    private readonly RequestLog _log;
    private readonly BlobEndpoint _blobs;
    private readonly UploadEndpoint _uploads;
    private readonly ManifestEndpoint _manifests;
    private readonly TagsEndpoint _tags;
    private long _count;

    public RequestHandler(RehearsalOptions options, ContentStore store, UploadSessions sessions, Gate gate, RequestLog log)
    {
        _options = options;
        _gate = gate;
        _store = store;
        _log = log;
        _blobs = new BlobEndpoint(store, options.AllowsDeletion);
        _uploads = new UploadEndpoint(store, sessions, gate, options.MinimumChunk);
        _manifests = new ManifestEndpoint(store, options.AllowsDeletion);
        _tags = new TagsEndpoint(store);
    }

    public async Task HandleAsync(HttpContext context)
    {
        RehearsalRequest request = new(
            Interlocked.Increment(ref _count),
            context.Request.Method,
            context.Request.Path.Value ?? "",
            context.Request.Headers.Authorization.Count > 0)
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
            Exchange exchange = new Exchange(context, request, () => AnswerAsync(context)) { Gate = _gate, Store = _store, Time = _options.Time };
            if (_options.Faults(request) is { } fault)
                await ErrorAnswer.TellAsync(context, () => FailAsync(exchange, fault));
            else
                await exchange.AnswerAsync();
            status = context.RequestAborted.IsCancellationRequested ? 0 : context.Response.StatusCode;
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or BadHttpRequestException)
        {
            // The client went away, or the connection did; there is nobody to answer.
            context.Abort();
        }
        finally
        {
            _log.Add(new LoggedRequest(request, status, body.Count));
        }
    }

    private Task AnswerAsync(HttpContext context) => ErrorAnswer.TellAsync(context, () => RouteAsync(context));

    private async Task RouteAsync(HttpContext context)
    {
        RegistryPath path = RegistryPath.Parse(context.Request.Path.Value ?? "");
        context.Response.Headers["Docker-Distribution-API-Version"] = "registry/2.0";
        if (path.Area == Area.Token)
        {
            await _gate.IssueAsync(context);
            return;
        }

        _gate.Check(context, path);
        switch (path.Area)
        {
            case Area.Root:
                context.Response.ContentType = "application/json";
                await context.Response.Body.WriteAsync("{}"u8.ToArray());
                break;
            case Area.Manifest:
                await _manifests.AnswerAsync(context, path);
                break;
            case Area.Blob:
                await _blobs.AnswerAsync(context, path);
                break;
            case Area.UploadStart:
                await _uploads.StartAsync(context, path);
                break;
            case Area.Upload:
                await _uploads.ContinueAsync(context, path);
                break;
            default:
                await _tags.AnswerAsync(context, path);
                break;
        }
    }

    private static async Task FailAsync(Exchange exchange, Fault fault)
    {
        byte[] buffer = new byte[16 * 1024];
        long left = fault.AfterBytes;
        int count;
        while (left > 0 && (count = await exchange.Context.Request.Body.ReadAsync(buffer.AsMemory(0, (int)Math.Min(left, buffer.Length)))) > 0)
            left -= count;
        await fault.HappenAsync(exchange);
    }
}
