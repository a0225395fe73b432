using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Slipway.Rehearsal;

/// <summary>
/// How often manifests may be pulled within six hours, as Docker Hub has it and tells it: a GET counts, a HEAD only asks.
/// Safe for concurrent use.
/// </summary>
internal sealed class PullLimit
{
    private static readonly TimeSpan Window = TimeSpan.FromHours(6);

    private readonly int _maximum;
    private readonly TimeProvider _time;
    private readonly Lock _lock = new();
    private DateTimeOffset _begin;
    private int _count;

    /// <param name="maximum">0 for no limit and no word of one.</param>
    public PullLimit(int maximum, TimeProvider time)
    {
        _maximum = maximum;
        _time = time;
    }

    /// <exception cref="ErrorResponse">429: there is nothing left.</exception>
    public void Count(HttpContext context)
    {
        bool get = HttpMethods.IsGet(context.Request.Method);
        if (_maximum == 0 || !(get || HttpMethods.IsHead(context.Request.Method)))
            return;
        int left = Left(get);
        string window = string.Create(CultureInfo.InvariantCulture, $"w={(int)Window.TotalSeconds}");
        context.Response.Headers["ratelimit-limit"] = $"{_maximum};{window}";
        context.Response.Headers["ratelimit-remaining"] = $"{Math.Max(0, left)};{window}";
        if (left < 0)
            throw new ErrorResponse(429, "TOOMANYREQUESTS", "you have reached your pull rate limit");
    }

    /// <summary>What is left after this request; below 0 when it was one too many.</summary>
    private int Left(bool counts)
    {
        lock (_lock)
        {
            DateTimeOffset now = _time.GetUtcNow();
            if (now >= _begin + Window)
                (_begin, _count) = (now, 0);
            if (counts)
                _count = Math.Min(_count + 1, _maximum + 1);
            return _maximum - _count;
        }
    }
}
