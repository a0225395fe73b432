using Slipway.Oci;

namespace Slipway.Engine;

/// <summary>
/// Turns what an Engine tells of a build into lines for people, each fit for a terminal: steps as they begin, are found in the cache
/// or fail, and their output. Remembers what the result is.
/// </summary>
/// <param name="log">Is given a line.</param>
internal sealed class BuildProgress(Action<string> log)
{
    private const string ImageMessage = "moby.image.id";

    /// <summary>More steps than a Dockerfile has: what comes beyond is not told.</summary>
    private const int MostSteps = 10_000;

    private readonly Dictionary<string, (int Number, bool IsTold)> _steps = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _unfinished = new(StringComparer.Ordinal);

    /// <summary>The id of the image; null as long as there is none.</summary>
    public string? Image { get; private set; }

    /// <summary>Why it failed; null as long as it did not.</summary>
    public string? Error { get; private set; }

    /// <exception cref="ContentException">The message breaks its own form.</exception>
    public void Receive(EngineMessage message)
    {
        Error ??= message.Error;
        if (message is { Id: BuildTrace.MessageId, Aux: { } trace })
            Receive(BuildTrace.Parse(trace));
        else if (message is { Aux: { } aux } && message.Id is null or ImageMessage)
            Image = Digest
                .Parse(aux.ValueKind == System.Text.Json.JsonValueKind.String ? aux.GetString()! : aux.RequiredString("ID"))
                .ToString();
        Output("", message.Stream ?? "", "");
    }

    private void Receive(BuildTrace trace)
    {
        foreach (BuildStep step in trace.Steps)
        {
            if (!_steps.TryGetValue(step.Id, out (int Number, bool IsTold) known))
            {
                if (_steps.Count >= MostSteps)
                    continue;
                known = (_steps.Count + 1, false);
            }

            if (!known.IsTold && (step.HasStarted || step.IsCached))
            {
                log($"#{known.Number} {step.Name}{(step.IsCached ? " (as before)" : "")}");
                known.IsTold = true;
            }

            if (step.Error is { } error)
                log($"#{known.Number} failed: {error}");
            _steps[step.Id] = known;
        }

        foreach (BuildLog log in trace.Logs)
        {
            if (_steps.TryGetValue(log.StepId, out (int Number, bool IsTold) step))
                Output(log.StepId, log.Text, $"#{step.Number} ");
        }
    }

    /// <summary>Whole lines are told; a rest waits for its end, as long as it is not too long.</summary>
    private void Output(string source, string text, string prefix)
    {
        if (text.Length == 0)
            return;
        string[] lines = (_unfinished.GetValueOrDefault(source, "") + text).Split('\n');
        foreach (string line in lines[..^1].Select(line => line.TrimEnd('\r')).Where(line => line.Length > 0))
            log(prefix + Printable.Of(line.Replace('\t', ' ')));
        string rest = lines[^1];
        _unfinished[source] = rest.Length <= 1000 ? rest : rest[..1000];
    }
}
