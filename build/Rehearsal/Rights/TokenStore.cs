using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;

namespace Slipway.Rehearsal;

/// <summary>The tokens that were issued: which are still worth something, and what for. Safe for concurrent use.</summary>
internal sealed class TokenStore
{
    private readonly TimeProvider _time;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, (DateTimeOffset Until, HashSet<string> Grants)> _tokens = new(StringComparer.Ordinal);
    private readonly HashSet<string> _used = new(StringComparer.Ordinal);
    private readonly HashSet<string> _refresh = new(StringComparer.Ordinal);

    public TokenStore(TimeProvider time)
    {
        _time = time;
    }

    /// <param name="grants"><c>repository:action</c> each.</param>
    public string Issue(HashSet<string> grants, TimeSpan lifetime)
    {
        string token = NewToken();
        DateTimeOffset now = _time.GetUtcNow();
        lock (_lock)
        {
            foreach (string old in _tokens.Where(entry => entry.Value.Until <= now).Select(entry => entry.Key).ToList())
                _tokens.Remove(old);
            _tokens[token] = (now + lifetime, grants);
        }

        return token;
    }

    /// <summary>A token that stands for the user's password at the place that issues tokens.</summary>
    public string IssueRefresh()
    {
        string token = NewToken();
        lock (_lock)
            _refresh.Add(token);
        return token;
    }

    public bool IsRefresh(string token)
    {
        lock (_lock)
            return _refresh.Contains(token);
    }

    /// <summary>What the token of a request is good for; null when it has none, or one that is not worth anything any more.</summary>
    public IReadOnlySet<string>? GrantsOf(HttpRequest request)
    {
        lock (_lock)
        {
            if (
                BearerOf(request) is not { } value
                || !_tokens.TryGetValue(value, out (DateTimeOffset Until, HashSet<string> Grants) token)
                || _time.GetUtcNow() >= token.Until
            )
                return null;
            _used.Add(value);
            return token.Grants;
        }
    }

    /// <summary>Whether the token of a request was worth something to an earlier one.</summary>
    public bool WasUsed(HttpRequest request)
    {
        lock (_lock)
            return BearerOf(request) is { } value && _used.Contains(value);
    }

    /// <summary>Forgets the token that a request carries, if it does.</summary>
    public void Revoke(HttpRequest request)
    {
        lock (_lock)
            _tokens.Remove(BearerOf(request) ?? "");
    }

    private static string? BearerOf(HttpRequest request) =>
        request.Headers.Authorization.ToString() is var field && field.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase)
            ? field[7..].Trim()
            : null;

    private static string NewToken() => Convert.ToBase64String(RandomNumberGenerator.GetBytes(36)).Replace('+', '-').Replace('/', '_');
}
