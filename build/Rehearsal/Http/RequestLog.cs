using System.Collections.Immutable;
using Microsoft.AspNetCore.Http;

namespace Slipway.Rehearsal;

/// <summary>One answered request. A status of 0 means that the connection was reset.</summary>
public sealed record LoggedRequest(RehearsalRequest Request, int Status, long BodyBytes)
{
    /// <summary>One line; what could break it in the path is escaped.</summary>
    public override string ToString() =>
        $"{Request.Method} {new PathString(Request.Path).ToUriComponent()} {(Status == 0 ? "reset" : Status)}";
}

/// <summary>The last requests that a registry answered, oldest first, at most 10 000. Safe for concurrent use.</summary>
public sealed class RequestLog
{
    private const int Maximum = 10_000;

    private readonly Lock _lock = new();
    private readonly Queue<LoggedRequest> _requests = [];

    public ImmutableArray<LoggedRequest> All
    {
        get
        {
            lock (_lock)
                return [.. _requests];
        }
    }

    /// <summary>How many kept requests had this method.</summary>
    public int Count(string method) => All.Count(entry => entry.Request.Method == method);

    public void Clear()
    {
        lock (_lock)
            _requests.Clear();
    }

    internal void Add(LoggedRequest request)
    {
        lock (_lock)
        {
            if (_requests.Count == Maximum)
                _requests.Dequeue();
            _requests.Enqueue(request);
        }
    }
}
