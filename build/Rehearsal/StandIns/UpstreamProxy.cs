using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Slipway.Rehearsal;

/// <summary>
/// Some files of this machine on 127.0.0.1, each at <c>/HOST/PATH</c> of the address that it was fetched from, and nothing else.
/// </summary>
public sealed class UpstreamProxy : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly Dictionary<string, string> _files;
    private readonly Uri _root;

    private UpstreamProxy(WebApplication started, Dictionary<string, string> files)
    {
        _application = started;
        _files = files;
        _root = new Uri(started.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
    }

    /// <summary>Opens it; files are read while they are asked for. Disposing closes it.</summary>
    /// <param name="files">Address and path of each.</param>
    public static async Task<UpstreamProxy> OpenAsync(IEnumerable<KeyValuePair<Uri, string>> files, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(files);
        Dictionary<string, string> known = new(StringComparer.Ordinal);
        foreach ((Uri address, string path) in files)
            known[PathOf(address)] = path;
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder
            .WebHost.UseKestrelCore()
            .ConfigureKestrel(kestrel =>
            {
                kestrel.AddServerHeader = false;
                kestrel.Listen(IPAddress.Loopback, 0);
            });
        WebApplication application = builder.Build();
        application.Run(context => RespondAsync(context, known));
        try
        {
            await application.StartAsync(cancellationToken);
        }
        catch
        {
            await application.DisposeAsync();
            throw;
        }

        return new UpstreamProxy(application, known);
    }

    /// <summary>Where a file is.</summary>
    /// <exception cref="ArgumentException">It is none of them.</exception>
    public Uri Locate(Uri address) =>
        _files.ContainsKey(PathOf(address))
            ? new Uri(_root, PathOf(address))
            : throw new ArgumentException($"{address}: no such file is held here", nameof(address));

    public async ValueTask DisposeAsync()
    {
        using CancellationTokenSource limit = new(TimeSpan.FromSeconds(2));
        await _application.StopAsync(limit.Token);
        await _application.DisposeAsync();
    }

    private static string PathOf(Uri address) => $"/{address.Host}{address.AbsolutePath}";

    private static async Task RespondAsync(HttpContext context, Dictionary<string, string> files)
    {
        if (!HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method))
        {
            context.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            return;
        }

        string asked = context.Request.Path.Value ?? "";
        if (files.GetValueOrDefault(asked) is not { } path || new FileInfo(path) is not { Exists: true } file)
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        context.Response.ContentLength = file.Length;
        if (HttpMethods.IsGet(context.Request.Method))
            await context.Response.SendFileAsync(path, context.RequestAborted);
    }
}
