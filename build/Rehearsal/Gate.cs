using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Slipway.Oci;

namespace Slipway.Rehearsal;

/// <summary>
/// Decides who may do what: one user with a password may pull and push everything, others may pull when the registry is
/// public. Issues and checks bearer tokens (Docker's token authentication specification) in the way Quay does.
/// </summary>
internal sealed class Gate
{
    private readonly RehearsalOptions _options;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, (DateTimeOffset Until, HashSet<string> Grants)> _tokens = new(StringComparer.Ordinal);

    public Gate(RehearsalOptions options)
    {
        _options = options;
    }

    /// <summary>Set once the port is known.</summary>
    public Uri Address { get; set; } = new("http://127.0.0.1/");

    /// <exception cref="ErrorAnswer">401: the request has no right to this; the challenge is on the answer already.</exception>
    public void Check(HttpContext context, RegistryPath path)
    {
        string action = ActionOf(context.Request, path);
        bool open = _options.IsPublic && action == "pull" && path.Area != Area.Root;
        bool allowed = _options.Authentication switch
        {
            RehearsalAuthentication.Basic => IsUser(context.Request) ?? open,
            RehearsalAuthentication.Token => HasToken(context.Request, path, action),
            _ => true,
        };
        if (!allowed)
            throw Refusal(context, path);
    }

    /// <summary>401, with the challenge that fits the request on the answer.</summary>
    public ErrorAnswer Refusal(HttpContext context, RegistryPath path)
    {
        string actions = ActionOf(context.Request, path) == "pull" ? "pull" : "pull,push";
        string scope = path.Repository.Length == 0 ? "" : $",scope=\"repository:{path.Repository}:{actions}\"";
        return _options.Authentication switch
        {
            RehearsalAuthentication.Basic => Refused(context, "Basic realm=\"rehearsal\""),
            RehearsalAuthentication.Token => Refused(context, $"Bearer realm=\"{new Uri(Address, "/v2/auth")}\",service=\"{Address.Authority}\"{scope}"),
            _ => ErrorAnswer.For(401),
        };
    }

    /// <summary>Forgets the token that a request carries, if it does.</summary>
    public void Revoke(HttpRequest request)
    {
        if (BearerOf(request) is not { } token)
            return;
        lock (_lock)
            _tokens.Remove(token);
    }

    /// <summary>Answers <c>GET /v2/auth?service=…&amp;scope=…</c> with a token for what is allowed of the scopes asked for.</summary>
    public async Task IssueAsync(HttpContext context)
    {
        bool? user = IsUser(context.Request);
        if (user == false)
            throw Refused(context, "Basic realm=\"rehearsal\"");
        if (_options.Authentication != RehearsalAuthentication.Token)
            throw new ErrorAnswer(404, "UNSUPPORTED", "no tokens are issued here");
        HashSet<string> grants = Grants(context.Request.Query["scope"], user == true);
        string token = Convert.ToBase64String(RandomNumberGenerator.GetBytes(36)).Replace('+', '-').Replace('/', '_');
        DateTimeOffset now = _options.Time.GetUtcNow();
        lock (_lock)
        {
            foreach (string old in _tokens.Where(entry => entry.Value.Until <= now).Select(entry => entry.Key).ToList())
                _tokens.Remove(old);
            _tokens[token] = (now + _options.TokenLifetime, grants);
        }

        context.Response.ContentType = "application/json";
        await context.Response.Body.WriteAsync(OciJson.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("token", token);
            writer.WriteNumber("expires_in", (long)_options.TokenLifetime.TotalSeconds);
            writer.WriteString("issued_at", now.UtcDateTime);
            writer.WriteEndObject();
        }));
    }

    private HashSet<string> Grants(StringValues scopes, bool user)
    {
        HashSet<string> grants = new(StringComparer.Ordinal);
        foreach (string scope in scopes.SelectMany(value => (value ?? "").Split(' ')))
        {
            string[] parts = scope.Split(':');
            if (parts.Length != 3 || parts[0] != "repository" || !RegistryPath.IsRepository(parts[1]))
                continue;
            foreach (string action in parts[2].Split(',').Where(action => user || (action == "pull" && _options.IsPublic)))
                grants.Add($"{parts[1]}:{action}");
        }

        return grants;
    }

    private bool HasToken(HttpRequest request, RegistryPath path, string action)
    {
        if (BearerOf(request) is not { } value)
            return false;
        lock (_lock)
        {
            return _tokens.TryGetValue(value, out (DateTimeOffset Until, HashSet<string> Grants) token)
                && _options.Time.GetUtcNow() < token.Until
                && (path.Area == Area.Root || token.Grants.Contains($"{path.Repository}:{action}"));
        }
    }

    /// <summary>Whether another repository's content may be mounted by this request.</summary>
    public bool MayPull(HttpRequest request, string repository) =>
        _options.Authentication != RehearsalAuthentication.Token || HasToken(request, new RegistryPath(Area.Blob, repository), "pull");

    private static string ActionOf(HttpRequest request, RegistryPath path) =>
        (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method)) && path.Area != Area.Upload ? "pull" : "push";

    private static string? BearerOf(HttpRequest request) =>
        request.Headers.Authorization.ToString() is var field && field.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) ? field[7..].Trim() : null;

    /// <summary>Null when the request has no Basic credentials, false when they are wrong.</summary>
    private bool? IsUser(HttpRequest request)
    {
        string field = request.Headers.Authorization.ToString();
        if (!field.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase))
            return null;
        byte[] wanted = Encoding.UTF8.GetBytes(Convert.ToBase64String(Encoding.UTF8.GetBytes($"{_options.User}:{_options.Password}")));
        return _options.User.Length > 0 && CryptographicOperations.FixedTimeEquals(wanted, Encoding.UTF8.GetBytes(field[6..].Trim()));
    }

    private static ErrorAnswer Refused(HttpContext context, string challenge)
    {
        context.Response.Headers.WWWAuthenticate = challenge;
        return new ErrorAnswer(401, "UNAUTHORIZED", "authentication required");
    }
}
