namespace Slipway.Http;

/// <summary>One request on its way, through all of its attempts. Disposing ends its wait.</summary>
internal sealed class RequestAttempt(TimeProvider time, Exchange exchange) : IDisposable
{
    private readonly long _begin = time.GetTimestamp();
    private int _attempts;

    /// <summary>Method and redacted address of the latest attempt.</summary>
    public string What { get; private set; } = "";

    public HostRetryBudget? Host { get; private set; }

    /// <summary>The wait before the next attempt.</summary>
    public IDisposable? Wait { get; set; }

    public Exchange Exchange => exchange;

    /// <summary>How long to wait before the next attempt.</summary>
    public TimeSpan Next { get; set; }

    /// <summary>How often and how long it was tried, for errors.</summary>
    public string Tried =>
        $"after {_attempts} {(_attempts == 1 ? "try" : "tries")} over {time.GetElapsedTime(_begin).TotalSeconds:0} s{Host?.Spent}";

    public void Begin(HttpRequestMessage message, HostRetryBudget host)
    {
        _attempts++;
        What = $"{message.Method} {Redaction.Of(message.RequestUri!)}";
        Host = host;
    }

    public void Dispose() => Wait?.Dispose();
}
