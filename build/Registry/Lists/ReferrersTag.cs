using System.Collections.Immutable;
using System.Text.Json;
using Slipway.Oci;

namespace Slipway.Registry;

/// <summary>
/// The list of a manifest's referrers under a tag beside it, for registries without the referrers API (distribution
/// specification, "Referrers Tag Schema", "Pushing Manifests with Subject"). It only grows.
/// </summary>
internal sealed class ReferrersTag(ManifestStore manifests)
{
    private const int LongestReference = 64;

    /// <summary>How often to add to a list that others change at the same time.</summary>
    private const int MaximumWrites = 3;

    public static string Of(Digest subject) =>
        $"{subject.Algorithm}-{(subject.Hex.Length <= LongestReference ? subject.Hex : subject.Hex[..LongestReference])}";

    /// <summary>What is said of entries that were passed over.</summary>
    public static string Malformed(string place, Digest subject, int count) =>
        $"{place}: {count} malformed {(count == 1 ? "entry" : "entries")} of the list of what refers to {subject}";

    /// <summary>
    /// What the list holds, as far as it is sound; nothing when the tag is absent or names something else than an image index, or the
    /// subject itself.
    /// </summary>
    /// <exception cref="ContentException">The index is damaged.</exception>
    public async Task<ReferrerList> ReadAsync(Digest subject, CancellationToken cancellationToken)
    {
        if (
            await manifests.ReadTagAsync(Of(subject), cancellationToken) is not { MediaType: MediaType.Index } list
            || subject.Matches(list.Bytes.Span)
        )
            return new ReferrerList([], []);
        (ImmutableArray<Descriptor> referrers, int malformed) = Oci.Index.ParseReferrers(list.Bytes);
        return new ReferrerList(referrers, malformed == 0 ? [] : [Malformed(manifests.RepositoryName, subject, malformed)]);
    }

    /// <summary>
    /// Puts a referrer into the list unless it is there, and reads the list back: registries have no compare-and-set, and
    /// another's write may have undone ours. What others wrote stays as it is.
    /// </summary>
    /// <exception cref="ContentException">
    /// The tag names something else than an image index, or the list does not keep the referrer.
    /// </exception>
    public async Task AddAsync(Digest subject, Descriptor referrer, CancellationToken cancellationToken)
    {
        string tag = Of(subject);
        for (int writes = 0; ; writes++)
        {
            ManifestContent list = await manifests.ReadTagAsync(tag, cancellationToken)
                ?? new ManifestContent(MediaType.Index, new Oci.Index([]).ToBytes());
            if (list.MediaType != MediaType.Index)
                throw new ContentException(
                    $"{manifests.RepositoryName}:{tag}: wanted {MediaType.Index}, got another media type; the list of referrers was left "
                        + "alone"
                );
            // GitLab was seen to answer so; what an index holds does not refer to it.
            if (subject.Matches(list.Bytes.Span))
                throw new ContentException(
                    $"{manifests.RepositoryName}:{tag}: wanted a list of what refers to the image, but it names the image itself; it was "
                        + "left alone"
                );
            if (Oci.Index.ParseReferrers(list.Bytes).Referrers.Any(there => there.Digest == referrer.Digest))
                return;
            if (writes == MaximumWrites)
                throw new ContentException(
                    $"{manifests.RepositoryName}:{tag}: {referrer.Digest} does not stay in the list of referrers; find out who else "
                        + "writes it, "
                        + "then run the same command again"
                );
            await manifests.PushAsync(list with { Bytes = With(list.Bytes, referrer) }, tag, cancellationToken);
        }
    }

    /// <summary>What describes a pushed manifest in a list of referrers.</summary>
    /// <param name="subject">What it is about.</param>
    /// <exception cref="ContentException">The manifest has no subject.</exception>
    public static Descriptor Describe(ManifestContent manifest, out Digest subject)
    {
        (subject, Descriptor described) = OciJson.Read(manifest.Bytes, "referrer", root =>
        {
            JsonElement about = root.Find("subject") ?? throw new ContentException("it has no subject");
            string? type = root.OptionalString("artifactType") is { Length: > 0 } own
                ? own
                : root.Find("config")?.RequiredString("mediaType");
            Descriptor descriptor = manifest.Descriptor with { ArtifactType = type, Annotations = root.Map("annotations") };
            return (OciJson.ReadDescriptor(about).Digest, descriptor);
        });
        return described;
    }

    /// <summary>The same document with one more entry; what this client does not know stays in it.</summary>
    private static byte[] With(ReadOnlyMemory<byte> list, Descriptor referrer) =>
        OciJson.Read(list, "list of referrers", root => OciJson.Write(writer =>
            {
                writer.WriteStartObject();
                foreach (JsonProperty property in root.EnumerateObject().Where(property => property.Name != "manifests"))
                    property.WriteTo(writer);
                writer.WriteStartArray("manifests");
                foreach (JsonElement there in root.Items("manifests"))
                    there.WriteTo(writer);
                writer.WriteDescriptor(referrer);
                writer.WriteEndArray();
                writer.WriteEndObject();
            }));
}
