using System.Collections.Immutable;
using System.Text.Json;
using Slipway.Oci;
using Slipway.Verification;

namespace Slipway.Release;

/// <summary>What a publication left where: <c>artifacts/NAME/release.json</c>.</summary>
/// <param name="Plan">What was carried out, or begun.</param>
/// <param name="Phase">How far it came: <see cref="PublishPhase.Done"/> when all of it is there.</param>
/// <param name="Destinations">In the plan's order.</param>
public sealed record ReleaseRecord(ReleasePlan Plan, PublishPhase Phase, ImmutableArray<PublishedDestination> Destinations)
{
    public const string FileName = "release.json";

    /// <summary>
    /// How much was sent: blobs, manifests, signatures, statements and tags that were not there before. Not part of the file.
    /// </summary>
    public int Writes { get; init; }

    /// <summary>Of repositories that the plan leaves out: what an earlier publication of the same release left there.</summary>
    public ImmutableArray<PublishedDestination> Earlier { get; private init; } = [];

    /// <summary>By digest, at the official repository, or where that was left out at the first that was not.</summary>
    public Reference Reference => Plan.Destinations[0].WithDigest(Plan.Index.Digest);

    /// <summary>With what an earlier record knows of the repositories that the plan leaves out, if it is of the same release.</summary>
    /// <param name="before">Null when there is none.</param>
    public ReleaseRecord After(RecordedRelease? before)
    {
        bool isSame =
            before?.Image == Plan.Image && before.Release == Plan.Release && before.Subjects.FirstOrDefault() == Plan.Index.Digest;
        return isSame
            ? this with
            {
                Earlier =
                [
                    .. Plan
                        .LeftOut.Where(site => before!.Tags.TryGetValue(site.Name, out var tags) && IsWhole(tags))
                        .Select(site => new PublishedDestination(site, before!.Tags[site.Name], [], 0, 0)),
                ],
            }
            : this;
    }

    /// <summary>Whether every tag that never moves is there: what was only begun is left out still.</summary>
    private bool IsWhole(ImmutableSortedDictionary<string, Digest> tags) =>
        Plan.Tags.Where(tag => !tag.Moves).All(tag => tags.GetValueOrDefault(tag.Name) == Plan.SubjectOf(tag).Digest);

    /// <summary>Replaces a file in one step. Not to be cancelled: a record is worth most when the run was stopped.</summary>
    public async Task WriteAsync(string file)
    {
        await File.WriteAllBytesAsync(file + ".unfinished", ToBytes());
        File.Move(file + ".unfinished", file, overwrite: true);
    }

    public byte[] ToBytes() =>
        OciJson.WriteIndented(writer =>
        {
            writer.WriteStartObject();
            writer.WriteNumber("schema", 1);
            writer.WriteString("image", Plan.Image);
            writer.WriteString("release", Plan.Release);
            writer.WriteBoolean("complete", Phase == PublishPhase.Done);
            writer.WriteString("phase", JsonNamingPolicy.KebabCaseLower.ConvertName(Phase.ToString()));
            writer.WriteString("reference", Reference.ToString());
            writer.WriteStartArray("subjects");
            foreach (Descriptor subject in Plan.Subjects)
                ReleaseJson.WriteSubject(writer, subject);
            writer.WriteEndArray();
            writer.WriteStartArray("destinations");
            foreach (PublishedDestination destination in Destinations.Concat(Earlier))
            {
                writer.WriteStartObject();
                writer.WriteString("repository", destination.Repository.Name);
                writer.WriteStartObject("tags");
                foreach ((string tag, Digest digest) in destination.Tags)
                    writer.WriteString(tag, digest.ToString());
                writer.WriteEndObject();
                ReleaseJson.WriteStrings(writer, "unread", destination.Unread);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            ReleaseJson.WriteStrings(
                writer,
                "leftOut",
                Plan.LeftOut.Except(Earlier.Select(destination => destination.Repository)).Select(destination => destination.Name)
            );
            writer.WriteEndObject();
        });
}

/// <summary>One repository after a publication.</summary>
/// <param name="Repository">Without tag.</param>
/// <param name="Tags">The plan's tags that stand there, and what each names: as the plan wants it.</param>
/// <param name="Unread">Tags that may stand there or not, because the registry did not answer after a failure.</param>
/// <param name="BlobsSent">Blobs that were not there before.</param>
/// <param name="TagsWritten">Tags that were not there before, or moved.</param>
public sealed record PublishedDestination(
    Reference Repository,
    ImmutableSortedDictionary<string, Digest> Tags,
    ImmutableArray<string> Unread,
    int BlobsSent,
    int TagsWritten
);
