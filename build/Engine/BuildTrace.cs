using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Slipway.Oci;

namespace Slipway.Engine;

/// <summary>
/// What BuildKit tells of a build's progress: the fields of its <c>StatusResponse</c> (BuildKit, api/services/control) that people
/// want to see. It comes as base64 of protobuf in messages of the id <see cref="MessageId"/>.
/// </summary>
/// <param name="Steps">Steps that began, ended or failed.</param>
/// <param name="Logs">Output of steps.</param>
public sealed record BuildTrace(ImmutableArray<BuildStep> Steps, ImmutableArray<BuildLog> Logs)
{
    public const string MessageId = "moby.buildkit.trace";

    /// <exception cref="ContentException">It is no such status.</exception>
    public static BuildTrace Parse(JsonElement aux)
    {
        if (aux.ValueKind != JsonValueKind.String || !aux.TryGetBytesFromBase64(out byte[]? bytes))
            throw new ContentException("BuildKit's trace: wanted a text of base64");
        return Parse(bytes);
    }

    /// <exception cref="ContentException">It is no such status.</exception>
    public static BuildTrace Parse(ReadOnlySpan<byte> message)
    {
        var steps = ImmutableArray.CreateBuilder<BuildStep>();
        var logs = ImmutableArray.CreateBuilder<BuildLog>();
        ProtoReader reader = new(message);
        while (reader.Next())
        {
            if (reader.Field == 1)
                steps.Add(ReadStep(reader.Content));
            else if (reader.Field == 3)
                logs.Add(ReadLog(reader.Content));
        }

        return new BuildTrace(steps.ToImmutable(), logs.ToImmutable());
    }

    private static BuildStep ReadStep(ReadOnlySpan<byte> message)
    {
        BuildStep step = new("", "");
        ProtoReader reader = new(message);
        while (reader.Next())
        {
            step = reader.Field switch
            {
                1 => step with { Id = reader.Text },
                3 => step with { Name = Printable.Of(reader.Text) },
                4 => step with { IsCached = reader.Number != 0 },
                5 => step with { HasStarted = true },
                6 => step with { IsComplete = true },
                7 => step with { Error = reader.Content.IsEmpty ? null : Printable.Of(reader.Text) },
                _ => step,
            };
        }

        return step;
    }

    private static BuildLog ReadLog(ReadOnlySpan<byte> message)
    {
        BuildLog log = new("", "");
        ProtoReader reader = new(message);
        while (reader.Next())
        {
            if (reader.Field == 1)
                log = log with { StepId = reader.Text };
            else if (reader.Field == 4)
                log = log with { Text = Encoding.UTF8.GetString(reader.Content) };
        }

        return log;
    }
}

/// <summary>One step of a build.</summary>
/// <param name="Id">Names the step in later messages.</param>
/// <param name="Name">For people, fit for a terminal.</param>
public sealed record BuildStep(string Id, string Name)
{
    public bool IsCached { get; init; }

    public bool HasStarted { get; init; }

    public bool IsComplete { get; init; }

    public string? Error { get; init; }
}

/// <summary>Output of a step, as it came.</summary>
/// <param name="StepId">The step's <see cref="BuildStep.Id"/>.</param>
public sealed record BuildLog(string StepId, string Text);
