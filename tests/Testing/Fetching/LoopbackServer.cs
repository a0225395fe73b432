using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Slipway.Fetching;
using Slipway.Http;
using Slipway.Oci;

namespace Slipway.Testing;

/// <summary>An http server on loopback whose paths answer what a test says; everything else is 404.</summary>
internal sealed class LoopbackServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentDictionary<string, Func<HttpContext, int, Task>> _paths = new();
    private readonly ConcurrentDictionary<string, int> _asked = new();

    private LoopbackServer(WebApplication app)
    {
        _app = app;
    }

    public Uri Address { get; private set; } = null!;

    public static async Task<LoopbackServer> StartAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        WebApplication app = builder.Build();
        LoopbackServer server = new(app);
        app.Run(server.AnswerAsync);
        await app.StartAsync();
        server.Address = new Uri(
            app.Services.GetRequiredService<Microsoft.AspNetCore.Hosting.Server.IServer>()
                .Features.Get<IServerAddressesFeature>()!
                .Addresses.Single() + "/"
        );
        return server;
    }

    public Uri At(string path) => new(Address, path);

    /// <summary>How often a path was asked for.</summary>
    public int Asked(string path) => _asked.GetValueOrDefault("/" + path);

    /// <summary>Answers with an action that is told how often the path was asked for before.</summary>
    public void On(string path, Func<HttpContext, int, Task> answer) => _paths["/" + path] = answer;

    public void Serve(string path, byte[] content) => On(path, (context, _) =>
        {
            context.Response.ContentLength = content.Length;
            return context.Response.Body.WriteAsync(content).AsTask();
        });

    public void Serve(string path, int status) => On(path, (context, _) =>
        {
            context.Response.StatusCode = status;
            return Task.CompletedTask;
        });

    public void Redirect(string path, string location) => On(path, (context, _) =>
        {
            context.Response.StatusCode = 302;
            context.Response.Headers.Location = location;
            return Task.CompletedTask;
        });

    /// <summary>Cuts the body in the middle some times, then serves it whole.</summary>
    public void ServeCut(string path, byte[] content, int times) => On(path, async (context, before) =>
        {
            context.Response.ContentLength = content.Length;
            if (before >= times)
            {
                await context.Response.Body.WriteAsync(content);
                return;
            }

            await context.Response.Body.WriteAsync(content.AsMemory(0, content.Length / 2));
            await context.Response.Body.FlushAsync();
            context.Abort();
        });

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private Task AnswerAsync(HttpContext context)
    {
        string path = Uri.UnescapeDataString(context.Request.Path.Value ?? "");
        int before = _asked.AddOrUpdate(path, 1, (_, count) => count + 1) - 1;
        if (_paths.TryGetValue(path, out Func<HttpContext, int, Task>? answer))
            return answer(context, before);
        context.Response.StatusCode = 404;
        return Task.CompletedTask;
    }
}

/// <summary>A scratch folder, a cache in it and the clients over real sockets, with patience that costs no time.</summary>
internal sealed class Workbench : IDisposable
{
    private readonly HttpTransport _transport;

    public Workbench()
    {
        Folder = System.IO.Directory.CreateTempSubdirectory("slipway-tests-").FullName;
        Patience = new RetryPolicy
        {
            Attempts = 3,
            FirstWait = TimeSpan.FromMilliseconds(1),
            LongestWait = TimeSpan.FromMilliseconds(2),
        };
        _transport = new HttpTransport(HttpTransport.NewHandler(), Patience, TimeProvider.System, _ => { });
        Reader = new OriginReader(_transport, Patience, TimeProvider.System);
        Cache = new ContentCache(CacheFolder, TimeProvider.System);
        Download = new Download(Reader, Cache);
    }

    public string Folder { get; }

    public string CacheFolder => Path.Combine(Folder, "cache");

    public RetryPolicy Patience { get; }

    public OriginReader Reader { get; }

    public ContentCache Cache { get; }

    public Download Download { get; }

    /// <summary>What the cache keeps, complete or not; its lock files are no content.</summary>
    public string[] CachedFiles =>
        System.IO.Directory.Exists(CacheFolder)
            ?
            [
                .. System
                    .IO.Directory.GetFiles(CacheFolder, "*", SearchOption.AllDirectories)
                    .Where(file => Path.GetFileName(Path.GetDirectoryName(file)) != "locks"),
            ]
            : [];

    /// <summary>Where the cache keeps the beginning of a content.</summary>
    public string PartOf(Digest digest) => Path.Combine(CacheFolder, "unfinished", $"{digest.Algorithm}-{digest.Hex}.part");

    public void Dispose()
    {
        _transport.Dispose();
        System.IO.Directory.Delete(Folder, recursive: true);
    }
}
