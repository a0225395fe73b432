namespace Slipway.Engine;

/// <summary>An image that is in an Engine as long as this object lives.</summary>
public sealed class TemporaryImage : IAsyncDisposable
{
    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(30);

    private readonly EngineClient _engine;
    private readonly Action<string> _log;

    internal TemporaryImage(string name, EngineClient engine, Action<string> log)
    {
        Name = name;
        _engine = engine;
        _log = log;
    }

    /// <summary>What containers name it by.</summary>
    public string Name { get; }

    /// <summary>Removes it, as far as the Engine is there; nothing is thrown.</summary>
    public async ValueTask DisposeAsync()
    {
        using CancellationTokenSource limit = new(TimeLimit);
        try
        {
            await _engine.RemoveAsync(Name, limit.Token);
        }
        catch (Exception e) when (e is EngineException or OperationCanceledException)
        {
            _log($"image {Name} could not be removed; a later run removes it, or run docker image rm {Name}");
        }
    }
}
