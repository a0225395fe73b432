using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
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
/// Issues signed tokens to who has the account or the refresh token, for whatever they ask (distribution's "Token Authentication
/// Implementation" and "Oauth2 Token Authentication"): a real registry checks them. Disposing ends it.
/// </summary>
public sealed class TokenServer : IAsyncDisposable
{
    public const string RefreshToken = "refresh-token-only-for-tests";

    private const string Name = "slipway-tests";

    private readonly TestAuthority _authority = new();
    private readonly X509Certificate2 _signer;
    private readonly WebApplication _application;
    private readonly List<string> _requests = [];

    private TokenServer()
    {
        _signer = _authority.Issue("signer");
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        _application = builder.Build();
        _application.Run(RespondAsync);
    }

    /// <summary>What a registry that takes its tokens must know.</summary>
    public TokenIssuer Issuer { get; private set; } = null!;

    /// <summary>The method and scopes of each request that got a token.</summary>
    public IReadOnlyList<string> Requests => _requests;

    public static async Task<TokenServer> StartAsync()
    {
        TokenServer server = new();
        await server._application.StartAsync(TestContext.Current.CancellationToken);
        string address = server
            ._application.Services.GetRequiredService<IServer>()
            .Features.Get<IServerAddressesFeature>()!
            .Addresses.Single();
        server.Issuer = new TokenIssuer(new Uri(new Uri(address), "/token"), Name, server._authority);
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        await _application.DisposeAsync();
        _signer.Dispose();
        _authority.Dispose();
    }

    private async Task RespondAsync(HttpContext context)
    {
        HttpRequest request = context.Request;
        bool isForm = request.Method == "POST";
        string account = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{DockerRegistry.User}:{DockerRegistry.Password}"));
        bool known = isForm
            ? (await request.ReadFormAsync()) is var form && form["grant_type"] == "refresh_token" && form["refresh_token"] == RefreshToken
            : request.Headers.Authorization == "Basic " + account;
        string service = isForm ? request.Form["service"].ToString() : request.Query["service"].ToString();
        if (!known || service != Name)
        {
            context.Response.StatusCode = 401;
            return;
        }

        string[] scopes = isForm ? request.Form["scope"].ToString().Split(' ') : [.. request.Query["scope"].Select(scope => scope!)];
        lock (_requests)
            _requests.Add($"{request.Method} {string.Join(' ', scopes)}");
        string token = Sign(scopes);
        await context.Response.WriteAsync(
            isForm ? $$"""{"access_token":"{{token}}","expires_in":300}""" : $$"""{"token":"{{token}}","expires_in":300}"""
        );
    }

    /// <summary>A JSON Web Token (RFC 7519) whose header brings the certificate that the key is of (RFC 7515, section 4.1.6).</summary>
    private string Sign(IEnumerable<string> scopes)
    {
        DateTimeOffset now = DateTimeOffset.UtcNow;
        string header = Encode(
            new
            {
                typ = "JWT",
                alg = "ES256",
                x5c = new[] { Convert.ToBase64String(_signer.RawData) },
            }
        );
        string claims = Encode(
            new
            {
                iss = Name,
                sub = DockerRegistry.User,
                aud = Name,
                exp = now.AddMinutes(5).ToUnixTimeSeconds(),
                nbf = now.ToUnixTimeSeconds(),
                iat = now.ToUnixTimeSeconds(),
                jti = Guid.NewGuid().ToString(),
                access = scopes
                    .Select(scope => scope.Split(':'))
                    .Select(parts => new
                    {
                        type = parts[0],
                        name = parts[1],
                        actions = parts[2].Split(','),
                    }),
            }
        );
        using ECDsa key = _signer.GetECDsaPrivateKey()!;
        byte[] signature = key.SignData(Encoding.ASCII.GetBytes($"{header}.{claims}"), HashAlgorithmName.SHA256);
        return $"{header}.{claims}.{Base64Url.EncodeToString(signature)}";
    }

    private static string Encode(object part) => Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(part));
}
