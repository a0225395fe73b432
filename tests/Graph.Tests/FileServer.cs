using System.Collections.Concurrent;
using System.Net.Http.Headers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Slipway.Testing;

namespace Slipway.Graph.Tests;

/// <summary>
/// Gives the files of an upstream mirror on loopback, by ranges where they are asked for. As a proxy it gives the same
/// files for whatever host. Remembers every request.
/// </summary>
internal sealed class FileServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly UpstreamFolder _files;

    private FileServer(WebApplication app, UpstreamFolder files)
    {
        _app = app;
        _files = files;
    }

    public string Address { get; private set; } = "";

    /// <summary>Host, path and range of each request, in order.</summary>
    public ConcurrentQueue<string> Asked { get; } = new();

    /// <summary>
    /// Runs before a file is given, with its name; what it answers is how many bytes to give and then stand still, or null for all.
    /// </summary>
    public Func<string, Task<int?>> Before { get; set; } = _ => Task.FromResult<int?>(null);

    public static async Task<FileServer> StartAsync(UpstreamFolder files)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        WebApplication app = builder.Build();
        FileServer server = new(app, files);
        app.Run(server.AnswerAsync);
        await app.StartAsync();
        server.Address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        return server;
    }

    public int AskedFor(string name) => Asked.Count(request => request.Split(' ')[1].EndsWith("/" + name, StringComparison.Ordinal));

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        string path = context.Request.Path.Value!,
            range = context.Request.Headers.Range.ToString();
        Asked.Enqueue($"{context.Request.Host} {path} {range}".TrimEnd());
        string file = Path.Combine(_files.Path, path.TrimStart('/'));
        if (!File.Exists(file))
        {
            context.Response.StatusCode = 404;
            return;
        }

        int? stop = await Before(Path.GetFileName(file));
        byte[] content = await File.ReadAllBytesAsync(file);
        int offset = range.Length == 0 ? 0 : (int)RangeHeaderValue.Parse(range).Ranges.Single().From!.Value;
        if (offset > 0)
        {
            context.Response.StatusCode = 206;
            context.Response.Headers.ContentRange = $"bytes {offset}-{content.Length - 1}/{content.Length}";
        }

        context.Response.ContentLength = content.Length - offset;
        await context.Response.Body.WriteAsync(content.AsMemory(offset, stop ?? (content.Length - offset)));
        await context.Response.Body.FlushAsync();
        if (stop is not null)
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
    }
}
