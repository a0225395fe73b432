namespace Slipway.Registry;

/// <summary>What a token is good for: one registry's service at one realm, for one scope.</summary>
public sealed record TokenKey(string Registry, Uri Realm, string Service, string Scope);

/// <summary>A bearer token and the moment after which it is not used any more. Its text does not hold the token.</summary>
public sealed record Token(string Value, DateTimeOffset UseUntil)
{
    public override string ToString() => $"a token until {UseUntil:O}";
}

/// <summary>
/// Keeps tokens as long as they live, by our own clock. Callers that want the same token at the same time share one
/// request for it. Safe for concurrent use.
/// </summary>
public sealed class TokenCache
{
    private readonly Lock _lock = new();
    private readonly Dictionary<TokenKey, Task<Token>> _tokens = [];
    private readonly TimeProvider _time;

    public TokenCache(TimeProvider time)
    {
        _time = time;
    }

    /// <summary>The cached token, or what <paramref name="fetch"/> gets. A failed fetch is not kept.</summary>
    public async Task<Token> GetAsync(TokenKey key, Func<CancellationToken, Task<Token>> fetch, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task<Token> task = Current(key, fetch, cancellationToken);
            try
            {
                return await task.WaitAsync(cancellationToken);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                // Whoever asked first gave up; that is no answer for us.
            }
        }
    }

    /// <summary>Drops a token that the registry did not take; one that replaced it meanwhile stays.</summary>
    public void Forget(TokenKey key, string value)
    {
        lock (_lock)
        {
            if (_tokens.TryGetValue(key, out Task<Token>? task) && task.IsCompletedSuccessfully && task.Result.Value == value)
                _tokens.Remove(key);
        }
    }

    /// <summary>The tokens it holds at this moment.</summary>
    internal IReadOnlyList<string> Values
    {
        get
        {
            lock (_lock)
                return [.. _tokens.Values.Where(task => task.IsCompletedSuccessfully).Select(task => task.Result.Value)];
        }
    }

    private Task<Token> Current(TokenKey key, Func<CancellationToken, Task<Token>> fetch, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (
                _tokens.TryGetValue(key, out Task<Token>? task)
                && (!task.IsCompleted || (task.IsCompletedSuccessfully && _time.GetUtcNow() < task.Result.UseUntil))
            )
                return task;
            return _tokens[key] = Task.Run(() => fetch(cancellationToken), cancellationToken);
        }
    }
}
