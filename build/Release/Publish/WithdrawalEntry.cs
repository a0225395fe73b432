using System.Collections.Immutable;
using System.Text.Json;
using Slipway.Oci;

namespace Slipway.Release;

/// <summary>Why a release was withdrawn, and how far that got.</summary>
public sealed record WithdrawalEntry
{
    /// <summary>The release-style tag of the index.</summary>
    public required string Release { get; init; }

    /// <summary>In the words of whoever withdrew it.</summary>
    public required string Reason { get; init; }

    /// <summary>When it was first begun.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>The index, then its manifests: what the tags named.</summary>
    public required ImmutableArray<Digest> Subjects { get; init; }

    /// <summary>In the order of the destinations.</summary>
    public required ImmutableArray<WithdrawnDestination> Destinations { get; init; }

    /// <summary>Whether a tag of a repository was to be taken off.</summary>
    public bool Concerns(string repository, string tag) =>
        Destinations.Any(destination =>
            destination.Repository == repository && (destination.Removed.Contains(tag) || destination.Standing.Contains(tag))
        );

    internal static WithdrawalEntry Read(JsonElement entry) =>
        new()
        {
            Release = entry.RequiredString("release"),
            Reason = entry.RequiredString("reason"),
            Time = entry.RequiredTime("time"),
            Subjects = [.. Strings(entry, "subjects").Select(Digest.Parse)],
            Destinations =
            [
                .. entry
                    .RequiredItems("destinations")
                    .Select(destination => new WithdrawnDestination(
                        Reference.Parse(destination.RequiredString("repository")).Name,
                        [.. Strings(destination, "removed")],
                        [.. Strings(destination, "standing")]
                    )),
            ],
        };

    /// <summary>Writes it as one object.</summary>
    public void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("release", Release);
        writer.WriteString("reason", Reason);
        writer.WriteString("time", Time);
        WriteStrings(writer, "subjects", Subjects.Select(subject => subject.ToString()));
        writer.WriteStartArray("destinations");
        foreach (WithdrawnDestination destination in Destinations)
        {
            writer.WriteStartObject();
            writer.WriteString("repository", destination.Repository);
            WriteStrings(writer, "removed", destination.Removed);
            WriteStrings(writer, "standing", destination.Standing);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static IEnumerable<string> Strings(JsonElement element, string name) =>
        element.RequiredItems(name).Select(item => item.TextOf(name));

    private static void WriteStrings(Utf8JsonWriter writer, string name, IEnumerable<string> values)
    {
        writer.WriteStartArray(name);
        foreach (string value in values)
            writer.WriteStringValue(value);
        writer.WriteEndArray();
    }
}

/// <summary>What a withdrawal did to one repository.</summary>
/// <param name="Repository"><c>quay.io/poseidon/kubelet</c>.</param>
/// <param name="Removed">Tags that are gone, in ordinal order.</param>
/// <param name="Standing">Tags that still stand, in ordinal order.</param>
public sealed record WithdrawnDestination(string Repository, ImmutableArray<string> Removed, ImmutableArray<string> Standing);
