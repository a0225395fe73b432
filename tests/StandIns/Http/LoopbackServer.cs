using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Slipway.StandIns;

/// <summary>An http server on loopback whose paths answer what a test says; everything else is 404.</summary>
public sealed class LoopbackServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentDictionary<string, Func<HttpContext, int, Task>> _paths = new();
    private readonly ConcurrentDictionary<string, int> _counts = new();

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
    public int CountOf(string path) => _counts.GetValueOrDefault("/" + path);

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
        int before = _counts.AddOrUpdate(path, 1, (_, count) => count + 1) - 1;
        if (_paths.TryGetValue(path, out Func<HttpContext, int, Task>? answer))
            return answer(context, before);
        context.Response.StatusCode = 404;
        return Task.CompletedTask;
    }
}
