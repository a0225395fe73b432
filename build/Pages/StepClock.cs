using System.Collections.Immutable;

namespace Slipway.Pages;

/// <summary>Notes when the steps of a run begin and end; each waits for the one before it.</summary>
public sealed class StepClock(TimeProvider time)
{
    private readonly long _start = time.GetTimestamp();
    private readonly List<TimedStep> _steps = [];

    public Timeline Timeline => new([.. _steps]);

    /// <inheritdoc cref="RunAsync{T}"/>
    public Task RunAsync(string name, string? image, Func<Task> step) => RunAsync(name, image, async () =>
        {
            await step();
            return true;
        });

    /// <summary>Runs a step. One that fails is noted as failed.</summary>
    /// <param name="image">Null where it is about all images.</param>
    public async Task<T> RunAsync<T>(string name, string? image, Func<Task<T>> step)
    {
        ArgumentNullException.ThrowIfNull(step);
        ImmutableArray<string> after = _steps is [.., var last] ? [last.Image is null ? last.Name : $"{last.Name} {last.Image}"] : [];
        TimeSpan began = time.GetElapsedTime(_start);
        string status = "Failed";
        try
        {
            T result = await step();
            status = "Succeeded";
            return result;
        }
        finally
        {
            _steps.Add(new TimedStep(name, image, began, time.GetElapsedTime(_start) - began) { Status = status, After = after });
        }
    }
}
