using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Slipway.Http;
using Slipway.Oci;

namespace Slipway.Engine;

/// <summary>
/// Where an Engine may be, as Docker's own tools find it: <c>DOCKER_HOST</c>; else the context that <c>DOCKER_CONTEXT</c> or
/// <c>config.json</c> names; else the sockets of Docker and Podman, of the machine and of the user.
/// </summary>
public sealed class EngineAddresses(Func<string, string?> environment)
{
    private const int MaximumSize = 1024 * 1024;
    private const string DefaultContext = "default";

    /// <summary>Those to try, in this order; one alone when something names it. None of them need be there.</summary>
    /// <exception cref="EngineException">A variable or a context is wrong.</exception>
    public ImmutableArray<EngineAddress> Find()
    {
        if (environment("DOCKER_HOST") is { Length: > 0 } host)
            return [Read(host, "DOCKER_HOST", OfEnvironment())];
        bool named = environment("DOCKER_CONTEXT") is { Length: > 0 };
        string? context = named ? environment("DOCKER_CONTEXT") : CurrentContext();
        if (context is { Length: > 0 } and not DefaultContext)
            return [OfContext(context, named ? "DOCKER_CONTEXT" : "config.json")];
        string? runtime = environment("XDG_RUNTIME_DIR") is { Length: > 0 } own && Path.IsPathFullyQualified(own) ? own : null;
        string[] sockets =
        [
            "/var/run/docker.sock",
            .. runtime is null ? [] : (string[])[Path.Combine(runtime, "docker.sock"), Path.Combine(runtime, "podman", "podman.sock")],
            "/run/podman/podman.sock",
        ];
        return [.. sockets.Select(socket => EngineAddress.Parse("unix://" + socket, "default"))];
    }

    /// <summary>One that somebody names, with the TLS of the environment.</summary>
    /// <exception cref="ContentException">It is no address of an Engine.</exception>
    public EngineAddress Named(string text, string origin) => EngineAddress.Parse(text, origin, OfEnvironment());

    private string Folder =>
        environment("DOCKER_CONFIG") is { Length: > 0 } folder
            ? folder
            : Path.Combine(
                environment("HOME") is { Length: > 0 } home ? home : Environment.GetFolderPath(Environment.SpecialFolder.UserProfile),
                ".docker"
            );

    private string? CurrentContext()
    {
        string file = Path.Combine(Folder, "config.json");
        return File.Exists(file) ? ReadJson(file, root => root.OptionalString("currentContext")) : null;
    }

    private EngineAddress OfContext(string name, string origin)
    {
        // The folder is named for the name, so that a name may hold anything and leads nowhere else.
        string hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)));
        string file = Path.Combine(Folder, "contexts", "meta", hash, "meta.json"),
            said = $"context '{Printable.Of(name)}'";
        if (!File.Exists(file))
            throw EngineException.Configuration($"{origin} names {said}, which does not exist. Run docker context ls");
        (string? host, bool unverified) = ReadJson(file, root =>
        {
            JsonElement docker = root.Required("Endpoints").Required("docker");
            return (
                docker.OptionalString("Host"),
                docker.TryGetProperty("SkipTLSVerify", out JsonElement skip) && skip.ValueKind == JsonValueKind.True
            );
        });
        if (unverified)
            throw EngineException.Configuration(
                $"{said}: it skips the verification of TLS, so any host could respond; give it an authority"
            );
        string tls = Path.Combine(Folder, "contexts", "tls", hash, "docker");
        return Read(
            host ?? throw EngineException.Configuration($"{said}: it names no host"),
            said,
            Directory.Exists(tls) ? () => Certificates(tls) : null
        );
    }

    private Func<HostTrust>? OfEnvironment() =>
        environment("DOCKER_TLS_VERIFY") is { Length: > 0 }
            ? () => Certificates(environment("DOCKER_CERT_PATH") is { Length: > 0 } folder ? folder : Folder)
            : null;

    private static EngineAddress Read(string text, string origin, Func<HostTrust>? tls)
    {
        try
        {
            return EngineAddress.Parse(text, origin, tls);
        }
        catch (ContentException e)
        {
            throw EngineException.Configuration(e.Message);
        }
    }

    /// <summary>
    /// Docker's three files, of which the authority may be missing, or the certificate with its key. As with docker itself, an authority
    /// is the only one then: a public one that errs must not be root on somebody's machine.
    /// </summary>
    private static HostTrust Certificates(string folder)
    {
        string authority = Path.Combine(folder, "ca.pem"),
            certificate = Path.Combine(folder, "cert.pem"),
            key = Path.Combine(folder, "key.pem");
        return new HostTrust
        {
            Authorities = File.Exists(authority) ? CertificateFile.ReadAuthorities(authority) : [],
            IsExclusive = true,
            Identity = File.Exists(certificate) ? CertificateFile.ReadIdentity(certificate, key, () => null) : null,
        };
    }

    private static T ReadJson<T>(string file, Func<JsonElement, T> read)
    {
        try
        {
            return OciJson.Read(RegularFile.ReadBytes(file, MaximumSize), "it", read);
        }
        catch (UnfitFileException e)
        {
            throw EngineException.Configuration(e.Message);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ContentException)
        {
            // The file may hold credentials, which a parser's message could quote.
            throw EngineException.Configuration(
                $"{file}: {(e is ContentException ? "it is not a JSON object as docker writes it" : "it cannot be read")}"
            );
        }
    }
}
