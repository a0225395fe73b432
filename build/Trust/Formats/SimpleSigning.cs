using System.Text.Json;
using Slipway.Oci;

namespace Slipway.Trust;

/// <summary>
/// What a signature of cosign's key-based form signs: this manifest is this repository's (cosign SIGNATURE_SPEC.md,
/// "Simple Signing", on containers-signature(5), "JSON data format").
/// </summary>
/// <param name="DockerReference">The repository the signer claims, as <c>quay.io/poseidon/kubelet</c>.</param>
/// <param name="ManifestDigest">The manifest or index that is signed.</param>
public sealed record SimpleSigning(string DockerReference, Digest ManifestDigest)
{
    /// <summary>More than this many bytes are no payload.</summary>
    public const int MaximumSize = 64 * 1024;

    private const string SignatureType = "cosign container image signature";

    /// <summary>The claim that a manifest is of a repository; tag and digest of the reference play no part.</summary>
    public static SimpleSigning For(Reference repository, Digest manifest) => new(repository.Name, manifest);

    /// <summary>
    /// Reads a payload strictly: the members of the specification, each once, and no others but inside <c>optional</c>.
    /// Parse only what a signature was verified over.
    /// </summary>
    /// <exception cref="ContentException">It is no such payload.</exception>
    public static SimpleSigning Parse(ReadOnlyMemory<byte> json) => OciJson.Read(json, "signature payload", root =>
        {
            RequireMembers(root, "critical", "optional");
            // It may be null, as cosign writes it, and has to be there.
            if (
                !root.TryGetProperty("optional", out JsonElement optional)
                || optional.ValueKind is not (JsonValueKind.Null or JsonValueKind.Object)
            )
                throw new ContentException("'optional' is neither null nor an object");
            JsonElement critical = root.Required("critical");
            RequireMembers(critical, "identity", "image", "type");
            JsonElement identity = critical.Required("identity");
            RequireMembers(identity, "docker-reference");
            JsonElement image = critical.Required("image");
            RequireMembers(image, "docker-manifest-digest");
            string type = critical.RequiredString("type");
            if (type != SignatureType)
                throw new ContentException($"type wanted '{SignatureType}', got '{type}'");
            return new SimpleSigning(
                identity.RequiredString("docker-reference"),
                Digest.Parse(image.RequiredString("docker-manifest-digest"))
            );
        });

    /// <summary>The bytes that cosign makes of the same claim.</summary>
    public byte[] ToBytes() =>
        OciJson.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteStartObject("critical");
            writer.WriteStartObject("identity");
            writer.WriteString("docker-reference", DockerReference);
            writer.WriteEndObject();
            writer.WriteStartObject("image");
            writer.WriteString("docker-manifest-digest", ManifestDigest.ToString());
            writer.WriteEndObject();
            writer.WriteString("type", SignatureType);
            writer.WriteEndObject();
            writer.WriteNull("optional");
            writer.WriteEndObject();
        });

    /// <summary>
    /// Refuses members that are not known; one that is missing shows when it is read, one that comes twice in the parser.
    /// </summary>
    private static void RequireMembers(JsonElement element, params ReadOnlySpan<string> known)
    {
        foreach (JsonProperty property in element.EnumerateObject())
        {
            if (!known.Contains(property.Name))
                throw new ContentException($"unknown member '{property.Name}'");
        }
    }
}
