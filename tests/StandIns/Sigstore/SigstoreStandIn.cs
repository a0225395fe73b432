using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Oci;
using Slipway.Testing;

namespace Slipway.StandIns;

/// <summary>
/// Sigstore of the tests' own, on loopback: an authority like Fulcio and a log like Rekor at one address, tokens in anybody's
/// name, and the files by which cosign trusts them. With a clock in the past its certificates are expired now, as upstream's are.
/// <code>
/// await using SigstoreStandIn sigstore = await SigstoreStandIn.StartAsync();
/// cosign.With(["sign-blob", .. sigstore.SigningArguments, …]) with { Variables = sigstore.VariablesFor(identity, issuer) }
/// cosign.With(["verify-blob", .. sigstore.LogArguments, …]) with { Variables = sigstore.Variables }
/// </code>
/// </summary>
public sealed class SigstoreStandIn : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly ScratchFolder _folder = new();
    private readonly AuthorityEndpoint _authorityEndpoint;
    private readonly LogEndpoint _logEndpoint;
    private int _requests;

    private SigstoreStandIn(WebApplication application, TimeProvider time)
    {
        _application = application;
        Authority = new SigningAuthority(time);
        Log = new TransparencyLog(time);
        Tokens = new IdentityTokens(time);
        _authorityEndpoint = new AuthorityEndpoint(Authority, Tokens);
        _logEndpoint = new LogEndpoint(Log);
    }

    /// <summary><c>http://127.0.0.1:PORT</c>, of both services.</summary>
    public string Address { get; private set; } = "";

    public SigningAuthority Authority { get; }

    public TransparencyLog Log { get; }

    public IdentityTokens Tokens { get; }

    /// <summary>How many requests came so far.</summary>
    public int Requests => _requests;

    /// <summary>What every request is refused with; null when none is.</summary>
    public HttpStatusCode? Outage { get; set; }

    /// <summary>
    /// A trusted root file (<c>application/vnd.dev.sigstore.trustedroot+json;version=0.1</c>) for <c>--trusted-root</c> and our own
    /// verifier.
    /// </summary>
    public string TrustedRoot => _folder.At("trusted_root.json");

    /// <summary>
    /// A signing configuration file (<c>application/vnd.dev.sigstore.signingconfig.v0.2+json</c>) for <c>--signing-config</c>.
    /// </summary>
    public string SigningConfig => _folder.At("signing_config.json");

    /// <summary>What cosign needs besides a token to sign here; it takes a key of one use and writes into the log.</summary>
    public string[] SigningArguments => ["--fulcio-url", Address, .. LogArguments, "--yes"];

    /// <summary>What makes cosign look here for entries.</summary>
    public string[] LogArguments => ["--rekor-url", Address];

    /// <summary>By what cosign trusts these services and no others: without <c>--trusted-root</c>.</summary>
    public IReadOnlyDictionary<string, string?> Variables => VariablesWith(null);

    /// <summary>Starts both; they answer when this returns.</summary>
    /// <param name="time">What they take for now; the system's clock without it.</param>
    public static async Task<SigstoreStandIn> StartAsync(TimeProvider? time = null)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        WebApplication application = builder.Build();
        SigstoreStandIn services = new(application, time ?? TimeProvider.System);
        application.Run(services.HandleAsync);
        await application.StartAsync();
        services.Address = application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        services.WriteTrust();
        return services;
    }

    /// <summary><see cref="Variables"/> with a token that says who signs.</summary>
    public IReadOnlyDictionary<string, string?> VariablesFor(string identity, string issuer) => VariablesWith(Tokens.For(identity, issuer));

    /// <summary>Signs as upstream does, without cosign.</summary>
    /// <param name="logged">Whether the log has it.</param>
    public SignedBlob Sign(ReadOnlySpan<byte> content, SigningSubject subject, bool logged = true)
    {
        SignedBlob blob = SignedBlob.Sign(Authority, content, subject);
        if (logged)
            LogSignature(content, blob);
        return blob;
    }

    /// <summary>Has the log take a signature in.</summary>
    public void LogSignature(ReadOnlySpan<byte> content, SignedBlob blob) =>
        Log.Add(Proposal(Convert.ToHexStringLower(SHA256.HashData(content)), blob));

    public async ValueTask DisposeAsync()
    {
        await _application.DisposeAsync();
        Authority.Dispose();
        Log.Dispose();
        Tokens.Dispose();
        _folder.Dispose();
    }

    private static byte[] Proposal(string sha256, SignedBlob blob) =>
        JsonSerializer.SerializeToUtf8Bytes(
            new
            {
                apiVersion = "0.0.1",
                kind = "hashedrekord",
                spec = new
                {
                    data = new { hash = new { algorithm = "sha256", value = sha256 } },
                    signature = new { content = blob.Signature, publicKey = new { content = blob.Certificate } },
                },
            }
        );

    private Dictionary<string, string?> VariablesWith(string? token) =>
        new()
        {
            ["SIGSTORE_ROOT_FILE"] = _folder.At("root.pem"),
            ["SIGSTORE_REKOR_PUBLIC_KEY"] = _folder.At("log.pub"),
            ["SIGSTORE_CT_LOG_PUBLIC_KEY_FILE"] = _folder.At("certificates.pub"),
            ["SIGSTORE_ID_TOKEN"] = token,
            // Where cosign keeps what it knows of the real ones.
            ["TUF_ROOT"] = _folder.At("tuf"),
        };

    private void WriteTrust()
    {
        _folder.Write("root.pem", Authority.Certificate.ExportCertificatePem() + "\n");
        _folder.Write("log.pub", Log.Key.ExportSubjectPublicKeyInfoPem() + "\n");
        _folder.Write("certificates.pub", Authority.LogKey.ExportSubjectPublicKeyInfoPem() + "\n");
        File.WriteAllBytes(
            SigningConfig,
            JsonSerializer.SerializeToUtf8Bytes(
                new
                {
                    mediaType = "application/vnd.dev.sigstore.signingconfig.v0.2+json",
                    caUrls = Services(),
                    rekorTlogUrls = Services(),
                    rekorTlogConfig = new { selector = "ANY" },
                    tsaConfig = new { },
                }
            )
        );
        File.WriteAllBytes(TrustedRoot, TrustedRootFile.Of(Address, Authority, Log));
    }

    private object[] Services() =>
        [
            new
            {
                url = Address,
                majorApiVersion = 1,
                validFor = new { start = "2000-01-01T00:00:00Z" },
                @operator = "test",
            },
        ];

    private async Task HandleAsync(HttpContext context)
    {
        Interlocked.Increment(ref _requests);
        using MemoryStream body = new();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        try
        {
            if (Outage is { } outage)
                context.Response.StatusCode = (int)outage;
            else if (
                !await _authorityEndpoint.AnswerAsync(context, body.ToArray()) && !await _logEndpoint.AnswerAsync(context, body.ToArray())
            )
                context.Response.StatusCode = StatusCodes.Status404NotFound;
        }
        catch (ContentException e)
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            await LogEndpoint.JsonAsync(context, writer => LogEndpoint.Refusal(writer, e.Message));
        }
    }
}
