using Microsoft.AspNetCore.Http;

namespace Slipway.Rehearsal;

/// <summary>The way of one request: fault, rights, end-point, error document, log.</summary>
internal sealed class RequestHandler
{
    private readonly RehearsalOptions _options;
    private readonly Gate _gate;
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
            context.Request.Headers.Authorization.Count > 0);
        CountingStream body = new(context.Request.Body);
        context.Request.Body = body;
        if (_options.AnnounceRehearsal)
            context.Response.Headers["Slipway-Rehearsal"] = "true";
        int status = 0;
        try
        {
            if (_options.Faults(request) is { } fault)
                await FailAsync(context, fault);
            else
                await AnswerAsync(context);
            status = context.RequestAborted.IsCancellationRequested ? 0 : context.Response.StatusCode;
        }
        catch (ErrorAnswer e) when (!context.Response.HasStarted)
        {
            status = e.Status;
            await WriteAsync(context, e);
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

    private async Task AnswerAsync(HttpContext context)
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

    private async Task FailAsync(HttpContext context, Fault fault)
    {
        if (fault.IsHandled)
        {
            context.Request.Body = new CutStream(context.Request.Body, fault.AfterBytes);
            await AnswerAsync(context);
            context.Abort();
            return;
        }

        byte[] buffer = new byte[16 * 1024];
        long left = fault.AfterBytes;
        int count;
        while (left > 0 && (count = await context.Request.Body.ReadAsync(buffer.AsMemory(0, (int)Math.Min(left, buffer.Length)))) > 0)
            left -= count;
        if (fault.Status is not { } status)
        {
            context.Abort();
            return;
        }

        if (fault.RetryAfter is not null)
            context.Response.Headers.RetryAfter = fault.RetryAfter;
        throw ErrorAnswer.For(status);
    }

    private static async Task WriteAsync(HttpContext context, ErrorAnswer error)
    {
        byte[] body = error.ToBytes();
        context.Response.StatusCode = error.Status;
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = body.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
            await context.Response.Body.WriteAsync(body);
    }
}
