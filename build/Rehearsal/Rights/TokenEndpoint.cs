using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Slipway.Rehearsal;

/// <summary>
/// Issues bearer tokens for what is allowed of the scopes that are asked for: by GET (distribution's documents, "Token
/// Authentication Specification") and by POST ("OAuth2 Token Authentication"), refresh tokens with both.
/// </summary>
internal sealed class TokenEndpoint
{
    /// <summary>A form is small: some scopes, a password or a token.</summary>
    private static readonly FormOptions Form = new()
    {
        BufferBodyLengthLimit = 64 * 1024,
        ValueCountLimit = 32,
        KeyLengthLimit = 256,
        ValueLengthLimit = 16 * 1024,
    };

    private readonly AccessRules _rules;
    private readonly Account _account;
    private readonly TokenStore _book;

    public TokenEndpoint(AccessRules rules, Account account, TokenStore book)
    {
        _rules = rules;
        _account = account;
        _book = book;
    }

    public Task RespondAsync(HttpContext context) =>
        context.Request.Method switch
        {
            "GET" or "HEAD" => ByCredentialsAsync(context),
            "POST" => ByGrantAsync(context),
            _ => throw new ErrorResponse(405, "UNSUPPORTED", "tokens are issued by GET and POST"),
        };

    private Task ByCredentialsAsync(HttpContext context)
    {
        bool? user = _account.Knows(context.Request);
        if (user == false)
        {
            context.Response.Headers.WWWAuthenticate = AuthMiddleware.BasicChallenge;
            throw new ErrorResponse(401, "UNAUTHORIZED", "authentication required");
        }

        IQueryCollection query = context.Request.Query;
        bool offline = user == true && query["offline_token"] == "true";
        return IssueAsync(context, "token", query["scope"].SelectMany(Scopes), user == true, offline);
    }

    /// <summary>The client says who it is in a form: <c>grant_type</c> is password or refresh_token.</summary>
    private async Task ByGrantAsync(HttpContext context)
    {
        IFormCollection form = await FormAsync(context.Request);
        bool known = form["grant_type"].ToString() switch
        {
            "password" => _account.Knows(form["username"].ToString(), form["password"].ToString()),
            "refresh_token" => _book.IsRefresh(form["refresh_token"].ToString()),
            _ => throw new ErrorResponse(400, "UNSUPPORTED", "grant_type is neither password nor refresh_token"),
        };
        if (!known)
            throw new ErrorResponse(401, "UNAUTHORIZED", "authentication required");
        await IssueAsync(
            context,
            "access_token",
            Scopes(form["scope"].ToString()),
            isUser: true,
            offline: form["access_type"] == "offline"
        );
    }

    private static async Task<IFormCollection> FormAsync(HttpRequest request)
    {
        try
        {
            return await new FormFeature(request, Form).ReadFormAsync(request.HttpContext.RequestAborted);
        }
        catch (Exception e) when (e is InvalidDataException or InvalidOperationException)
        {
            throw new ErrorResponse(400, "UNSUPPORTED", "wanted a small form");
        }
    }

    private Task IssueAsync(HttpContext context, string field, IEnumerable<string> scopes, bool isUser, bool offline)
    {
        HashSet<string> grants = Grants(scopes, isUser);
        string token = _book.Issue(grants, _rules.TokenLifetime);
        context.Response.Headers.CacheControl = "no-store";
        return JsonResponse.WriteAsync(context, writer =>
        {
            writer.WriteStartObject();
            writer.WriteString(field, token);
            writer.WriteNumber("expires_in", (long)_rules.TokenLifetime.TotalSeconds);
            writer.WriteString("issued_at", _rules.Time.GetUtcNow().UtcDateTime);
            if (field == "access_token")
                writer.WriteString("scope", ScopeOf(grants));
            if (offline)
                writer.WriteString("refresh_token", _book.IssueRefresh());
            writer.WriteEndObject();
        });
    }

    private HashSet<string> Grants(IEnumerable<string> scopes, bool isUser)
    {
        HashSet<string> grants = new(StringComparer.Ordinal);
        foreach (string scope in scopes)
        {
            string[] parts = scope.Split(':');
            if (parts.Length != 3 || parts[0] != "repository" || !RegistryPath.IsRepository(parts[1]))
                continue;
            foreach (string action in parts[2].Split(',').Where(action => isUser || (action == "pull" && _rules.IsPublic)))
                grants.Add($"{parts[1]}:{action}");
        }

        return grants;
    }

    private static string ScopeOf(HashSet<string> grants) =>
        string.Join(
            ' ',
            grants
                .Select(grant => grant.Split(':'))
                .GroupBy(parts => parts[0], parts => parts[1])
                .Select(group => $"repository:{group.Key}:{string.Join(',', group.Order(StringComparer.Ordinal))}")
        );

    private static string[] Scopes(string? value) => (value ?? "").Split(' ');
}
