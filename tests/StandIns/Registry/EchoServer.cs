using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Primitives;

namespace Slipway.StandIns;

/// <summary>
/// A registry that repeats what it is told: it stands before another one, puts the Authorization or the refresh token that it
/// gets into its errors, in clear too, has secrets of its own in locations and redirects, and sends who wants a blob to another port.
/// </summary>
public sealed class EchoServer : IAsyncDisposable
{
    private static readonly string[] Handed = ["Content-Type", "Content-Range", "Accept", "Range"];

    private readonly HttpClient _behind = new(new SocketsHttpHandler { AllowAutoRedirect = false });
    private readonly ConcurrentDictionary<string, bool> _secrets = new(StringComparer.Ordinal);
    private readonly WebApplication _application;
    private readonly Uri _inner;
    private readonly string _signature = "signed-" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(12));
    private string _lastToken = "";

    private EchoServer(Uri inner)
    {
        _inner = inner;
        _secrets[_signature] = true;
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder
            .WebHost.UseKestrelCore()
            .ConfigureKestrel(kestrel =>
            {
                kestrel.Limits.MaxRequestBodySize = null;
                kestrel.Listen(IPAddress.Loopback, 0);
                kestrel.Listen(IPAddress.Loopback, 0);
            });
        _application = builder.Build();
        _application.Run(HandleAsync);
    }

    /// <summary>Where it is a registry.</summary>
    public Uri Address { get; private set; } = null!;

    /// <summary>The status to fail a request with, by method and path; null lets it through.</summary>
    public Func<string, string, int?> Fails { get; set; } = (_, _) => null;

    /// <summary>Every secret that it was told or made up: passwords, tokens, what signs its locations.</summary>
    public IEnumerable<string> Secrets => _secrets.Keys;

    /// <summary>How many errors repeated a secret.</summary>
    public int Repeated { get; private set; }

    /// <summary>How many requests brought their Authorization to the port that they were redirected to.</summary>
    public int RedirectedAuthorizations { get; private set; }

    /// <summary>How many came there at all.</summary>
    public int Redirected { get; private set; }

    /// <summary>How many forms asked for an access token with a refresh token.</summary>
    public int Exchanged { get; private set; }

    private Uri Elsewhere { get; set; } = null!;

    public static async Task<EchoServer> StartAsync(Uri inner)
    {
        EchoServer parrot = new(inner);
        await parrot._application.StartAsync();
        Uri[] addresses =
        [
            .. parrot
                ._application.Services.GetRequiredService<IServer>()
                .Features.Get<IServerAddressesFeature>()!
                .Addresses.Select(each => new Uri(each)),
        ];
        (parrot.Address, parrot.Elsewhere) = (addresses[0], addresses[1]);
        return parrot;
    }

    public async ValueTask DisposeAsync()
    {
        await _application.DisposeAsync();
        _behind.Dispose();
    }

    private async Task HandleAsync(HttpContext context)
    {
        HttpRequest request = context.Request;
        string said = request.Headers.Authorization.ToString();
        string meant = Understand(said);
        if (request.HasFormContentType)
            said = meant = await ListenAsync(request);
        if (context.Connection.LocalPort == Elsewhere.Port)
        {
            Redirected++;
            RedirectedAuthorizations += said.Length > 0 ? 1 : 0;
            await HandOnAsync(context, "Bearer " + _lastToken);
        }
        else if (Fails(request.Method, request.Path.Value!) is { } status)
        {
            await RepeatAsync(context, status, said, meant);
        }
        else if (request.Method == "GET" && request.Path.Value!.Contains("/blobs/sha256", StringComparison.Ordinal) && said.Length > 0)
        {
            context.Response.StatusCode = 307;
            context.Response.Headers.Location = new Uri(
                Elsewhere,
                $"{request.Path}?X-Signature={_signature}&told={Uri.EscapeDataString(said)}"
            ).AbsoluteUri;
        }
        else
        {
            await HandOnAsync(context, request.HasFormContentType ? "" : said);
        }
    }

    private async Task RepeatAsync(HttpContext context, int status, string said, string meant)
    {
        Repeated += said.Length > 0 ? 1 : 0;
        context.Response.StatusCode = status;
        context.Response.Headers.RetryAfter = "0";
        context.Response.ContentType = "application/json";
        context.Features.Get<IHttpResponseFeature>()!.ReasonPhrase = said;
        if (status == 401)
            context.Response.Headers.WWWAuthenticate =
                $"Bearer realm=\"{new Uri(Address, "/v2/auth")}\",service=\"parrot\",error=\"invalid_token\",error_description=\"{said}\"";
        await context.Response.WriteAsync(
            JsonSerializer.Serialize(
                new
                {
                    errors = new[]
                    {
                        new
                        {
                            code = "DENIED",
                            message = $"you said {said}, that is {meant} or {Uri.EscapeDataString(meant)}",
                            detail = new { said, meant },
                        },
                    },
                }
            )
        );
    }

    private async Task HandOnAsync(HttpContext context, string authorization)
    {
        HttpRequest from = context.Request;
        using HttpRequestMessage to = new(new HttpMethod(from.Method), new Uri(_inner, from.Path + from.QueryString));
        if (from.ContentLength is not null || from.Headers.TransferEncoding.Count > 0)
        {
            to.Content = new StreamContent(from.Body);
            to.Content.Headers.ContentLength = from.ContentLength;
        }

        foreach (string name in Handed.Where(name => from.Headers.ContainsKey(name)))
            _ =
                to.Headers.TryAddWithoutValidation(name, from.Headers[name].AsEnumerable())
                || to.Content?.Headers.TryAddWithoutValidation(name, from.Headers[name].AsEnumerable()) == true;
        if (authorization.Length > 0)
            to.Headers.TryAddWithoutValidation("Authorization", authorization);
        using HttpResponseMessage answer = await _behind.SendAsync(to, HttpCompletionOption.ResponseHeadersRead, context.RequestAborted);
        context.Response.StatusCode = (int)answer.StatusCode;
        foreach (
            (string name, IEnumerable<string> values) in answer
                .Headers.Concat(answer.Content.Headers)
                .Where(field => field.Key is not "Transfer-Encoding" and not "Connection")
        )
            context.Response.Headers[name] = new StringValues([.. values.Select(Translate)]);
        if (answer.Headers.Location is { } location && location.ToString().Contains("/uploads/", StringComparison.Ordinal))
            context.Response.Headers.Location = $"{Translate(location.ToString())}?X-Signature={_signature}";
        byte[] body = await answer.Content.ReadAsByteArrayAsync(context.RequestAborted);
        if (from.Path.Value == "/v2/auth" && answer.IsSuccessStatusCode)
        {
            JsonElement issued = JsonDocument.Parse(body).RootElement;
            _secrets[issued.GetProperty(from.Method == "POST" ? "access_token" : "token").GetString()!] = true;
        }

        if (from.Method != "HEAD")
            await context.Response.Body.WriteAsync(body);
    }

    /// <summary>Keeps the secret of a form that asks for a token, and returns it; the form can be handed on.</summary>
    private async Task<string> ListenAsync(HttpRequest request)
    {
        request.EnableBuffering();
        using StreamReader reader = new(request.Body, leaveOpen: true);
        string token = QueryHelpers.ParseQuery(await reader.ReadToEndAsync())["refresh_token"].ToString();
        request.Body.Position = 0;
        _secrets[token] = true;
        Exchanged++;
        return token;
    }

    private string Translate(string field) => field.Replace(_inner.Authority, Address.Authority, StringComparison.Ordinal);

    /// <summary>Keeps the secret of an Authorization field, and returns it in clear.</summary>
    private string Understand(string said)
    {
        string[] parts = said.Split(' ', 2);
        if (parts.Length < 2)
            return "";
        string meant = parts[0] == "Basic" ? Encoding.UTF8.GetString(Convert.FromBase64String(parts[1])) : _lastToken = parts[1];
        _secrets[parts[0] == "Basic" ? meant[(meant.IndexOf(':') + 1)..] : meant] = true;
        return meant;
    }
}
