using System.Collections.Immutable;
using Slipway.Oci;

namespace Slipway.Release;

/// <summary>What a publication left where: <c>artifacts/NAME/release.json</c>.</summary>
/// <param name="Plan">What was carried out.</param>
/// <param name="Destinations">In the plan's order.</param>
public sealed record ReleaseRecord(ReleasePlan Plan, ImmutableArray<PublishedDestination> Destinations)
{
    public const string FileName = "release.json";

    /// <summary>The official repository's reference by digest.</summary>
    public Reference Reference => Plan.Official.WithDigest(Plan.Index.Digest);

    public byte[] ToBytes() => OciJson.WriteIndented(writer =>
    {
        writer.WriteStartObject();
        writer.WriteNumber("schema", 1);
        writer.WriteString("image", Plan.Image);
        writer.WriteString("release", Plan.Release);
        writer.WriteString("reference", Reference.ToString());
        writer.WriteStartArray("subjects");
        foreach (Descriptor subject in Plan.Subjects)
            ReleaseJson.WriteSubject(writer, subject);
        writer.WriteEndArray();
        writer.WriteStartArray("destinations");
        foreach (PublishedDestination destination in Destinations)
        {
            writer.WriteStartObject();
            writer.WriteString("repository", destination.Repository.Name);
            writer.WriteStartObject("tags");
            foreach ((string tag, Digest digest) in destination.Tags)
                writer.WriteString(tag, digest.ToString());
            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    });
}

/// <summary>One repository after a publication.</summary>
/// <param name="Repository">Without tag.</param>
/// <param name="Tags">The release's tags and what each names there: all that never move were read back.</param>
/// <param name="BlobsSent">Blobs that were not there before.</param>
/// <param name="TagsWritten">Tags that were not there before, or moved.</param>
public sealed record PublishedDestination(
    Reference Repository, ImmutableSortedDictionary<string, Digest> Tags, int BlobsSent, int TagsWritten);
