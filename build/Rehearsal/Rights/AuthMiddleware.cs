using Microsoft.AspNetCore.Http;

namespace Slipway.Rehearsal;

/// <summary>
/// Decides who may do what: one user with a password may pull, push and delete everything, others may pull when the
/// registry is public. Who may not is told how to ask (RFC 9110, section 11.6.1; "Token Authentication Specification").
/// </summary>
internal sealed class AuthMiddleware
{
    public const string BasicChallenge = "Basic realm=\"rehearsal\"";

    private readonly AccessRules _rules;
    private readonly Account _account;
    private readonly TokenStore _book;

    public AuthMiddleware(AccessRules rules)
    {
        _rules = rules;
        _account = new Account(rules.User, rules.Password);
        _book = new TokenStore(rules.Time);
        Tokens = new TokenEndpoint(rules, _account, _book);
    }

    /// <summary>What answers at the <see cref="Realm"/>.</summary>
    public TokenEndpoint Tokens { get; }

    /// <summary>Where tokens are issued; null when none are, or the gate is not open.</summary>
    public Uri? Realm { get; private set; }

    /// <summary>What a challenge calls this registry.</summary>
    private string Service { get; set; } = "";

    private bool AsksForTokens => _rules.Authentication is RehearsalAuthentication.Token or RehearsalAuthentication.TokenElsewhere;

    /// <summary>Tells it where it stands, once the ports are known.</summary>
    /// <param name="registry">The registry's own address.</param>
    /// <param name="elsewhere">That of the other server; the registry's own when there is none.</param>
    public void Open(Uri registry, Uri elsewhere) =>
        (Realm, Service) = _rules.Authentication switch
        {
            RehearsalAuthentication.Token => (new Uri(registry, "/v2/auth"), registry.Authority),
            RehearsalAuthentication.TokenElsewhere => (new Uri(elsewhere, "/token"), "registry.docker.io"),
            _ => (null, ""),
        };

    /// <summary>Whether a request came to the place where tokens are issued: by port and path.</summary>
    public bool IsRealm(HttpContext context) => Realm is { } realm && IsAtRealm(context) && context.Request.Path == realm.AbsolutePath;

    /// <summary>Whether a request came to a server that is the registry, too.</summary>
    public bool IsRegistry(HttpContext context) => _rules.Authentication != RehearsalAuthentication.TokenElsewhere || !IsAtRealm(context);

    /// <exception cref="ErrorResponse">401: the request has no right to this; the challenge is on the response already.</exception>
    public void Check(HttpContext context, RegistryPath path)
    {
        string action = ActionOf(context.Request, path);
        bool open = _rules.IsPublic && action == "pull" && path.Area != Area.Root;
        bool allowed = _rules.Authentication switch
        {
            RehearsalAuthentication.None => true,
            RehearsalAuthentication.Basic => _account.Knows(context.Request) ?? open,
            _ => _book.GrantsOf(context.Request) is { } grants
                && (path.Area == Area.Root || grants.Contains($"{path.Repository}:{action}")),
        };
        if (!allowed)
            throw Refusal(context, path);
    }

    /// <summary>401, with the challenge that fits the request on the response.</summary>
    public ErrorResponse Refusal(HttpContext context, RegistryPath path)
    {
        string actions = ActionOf(context.Request, path) == "pull" ? "pull" : "pull,push";
        string scope = path.Repository.Length == 0 ? "" : $",scope=\"repository:{path.Repository}:{actions}\"";
        if (_rules.Authentication == RehearsalAuthentication.Basic)
            context.Response.Headers.WWWAuthenticate = BasicChallenge;
        if (AsksForTokens)
            context.Response.Headers.WWWAuthenticate = $"Bearer realm=\"{Realm}\",service=\"{Service}\"{scope}";
        return new ErrorResponse(401, "UNAUTHORIZED", "authentication required");
    }

    /// <summary>From now on the token of a request, if it has one, is worth nothing.</summary>
    public void Revoke(HttpRequest request) => _book.Revoke(request);

    /// <summary>Whether the token of a request was worth something to an earlier one.</summary>
    public bool WasUsed(HttpRequest request) => _book.WasUsed(request);

    /// <summary>Whether another repository's content may be mounted by this request.</summary>
    public bool MayPull(HttpRequest request, string repository) =>
        !AsksForTokens || _rules.IsPublic || _book.GrantsOf(request)?.Contains($"{repository}:pull") == true;

    private bool IsAtRealm(HttpContext context) => context.Connection.LocalPort == Realm?.Port;

    private static string ActionOf(HttpRequest request, RegistryPath path) =>
        (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method)) && path.Area != Area.Upload ? "pull" : "push";
}
