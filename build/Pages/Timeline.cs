using System.Collections.Immutable;
using Slipway.Oci;

namespace Slipway.Pages;

/// <summary>When the steps of a run began and how long they took: <c>timeline.json</c>, beside the page.</summary>
/// <param name="Steps">In the order in which they began.</param>
public sealed record Timeline(ImmutableArray<TimedStep> Steps)
{
    public const string FileName = "timeline.json";

    private const int Schema = 1;

    /// <summary>More bytes than this no record has.</summary>
    public const long LongestRecord = 1 << 20;

    /// <summary>The longest that is drawn: what a record says beyond it is not believed.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromDays(30);

    public byte[] ToBytes() =>
        OciJson.WriteIndented(writer =>
        {
            writer.WriteStartObject();
            writer.WriteNumber("schema", Schema);
            writer.WriteStartArray("steps");
            foreach (TimedStep step in Steps)
            {
                writer.WriteStartObject();
                writer.WriteString("name", step.Name);
                writer.WriteString("image", step.Image);
                writer.WriteNumber("began", (long)step.Began.TotalMilliseconds);
                writer.WriteNumber("took", (long)step.Took.TotalMilliseconds);
                writer.WriteString("status", step.Status);
                writer.WriteStartArray("after");
                foreach (string name in step.After)
                    writer.WriteStringValue(name);
                writer.WriteEndArray();
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        });

    /// <param name="origin">What to call the document in errors.</param>
    /// <exception cref="ContentException">It is no such record.</exception>
    public static Timeline Parse(ReadOnlyMemory<byte> json, string origin) =>
        OciJson.Read(json, origin, root =>
            root.RequiredInt("schema") is var schema and not Schema
                ? throw new ContentException($"schema wanted {Schema}, got {schema}")
                : new Timeline([
                    .. root.RequiredItems("steps")
                        .Select(step => new TimedStep(
                            step.RequiredString("name"),
                            step.OptionalString("image"),
                            Time(step.RequiredNumber("began")),
                            Time(step.RequiredNumber("took"))
                        )
                        {
                            Status = step.RequiredString("status"),
                            After = [.. step.RequiredItems("after").Select(name => name.TextOf("after"))],
                        }),
                ])
        );

    private static TimeSpan Time(long milliseconds) =>
        milliseconds >= 0 && milliseconds <= Longest.TotalMilliseconds
            ? TimeSpan.FromMilliseconds(milliseconds)
            : throw new ContentException($"a time wanted 0 to {Longest.TotalMilliseconds} ms, got {milliseconds}");
}

/// <summary>One step of a run.</summary>
/// <param name="Name">A target, or a step of one.</param>
/// <param name="Image">Null where it is about all images.</param>
/// <param name="Began">Since the run began.</param>
public sealed record TimedStep(string Name, string? Image, TimeSpan Began, TimeSpan Took)
{
    /// <summary>How it ended, as the run's summary says it.</summary>
    public string Status { get; init; } = "Succeeded";

    /// <summary>The steps that it waited for.</summary>
    public ImmutableArray<string> After { get; init; } = [];

    public TimeSpan Ended => Began + Took;
}
