using Slipway.Http;
using Slipway.Oci;

namespace Slipway.Registry;

/// <summary>Reads the header fields that say what a registry holds: <c>Docker-Content-Digest</c> and <c>Content-Length</c>.</summary>
internal static class DigestHeader
{
    /// <summary>The digest; null when the response has none, as older registries do.</summary>
    /// <exception cref="RegistryException">The field is no digest.</exception>
    public static Digest? DigestOf(HttpResponseMessage response, RegistryOperation operation)
    {
        if (!response.Headers.NonValidated.TryGetValues("Docker-Content-Digest", out var values))
            return null;
        string field = values.ToString();
        // 64 digits without the name of an algorithm can be of one only.
        return Digest.TryParse(field, out Digest? digest) || (field.Length == 64 && Digest.TryParse("sha256:" + field, out digest))
            ? digest
            : throw RegistryException.Unsound(operation, "its Docker-Content-Digest is not a digest");
    }

    /// <summary>
    /// What the response to a HEAD tells of a manifest; null where it lacks a digest, a type that says anything, or a length.
    /// </summary>
    /// <exception cref="RegistryException">The digest is none.</exception>
    public static Descriptor? DescriptorOf(HttpResponseMessage response, RegistryOperation operation) =>
        DigestOf(response, operation) is { } digest
        && ContentType.Of(response) is { } type
        && !ContentType.IsGeneral(type)
        && response.Content.Headers.ContentLength is { } size
            ? new Descriptor(type, digest, size)
            : null;

    /// <summary>
    /// Compares with the digest that was asked for; one of another algorithm says nothing (distribution specification,
    /// "Pulling manifests").
    /// </summary>
    /// <exception cref="ContentException">The registry says that it holds something else.</exception>
    public static void Check(HttpResponseMessage response, Digest wanted, RegistryOperation operation)
    {
        if (DigestOf(response, operation) is { } got && got.Algorithm == wanted.Algorithm && got != wanted)
            throw new ContentException($"{operation.Place}: {operation.Name}: wanted {wanted}, the registry answered for {got}");
    }

    /// <summary>Compares the size that the registry tells, where it tells one, with the one that was asked for.</summary>
    /// <exception cref="ContentException">It is another.</exception>
    public static void CheckSize(HttpResponseMessage response, long wanted, RegistryOperation operation)
    {
        if (response.Content.Headers.ContentLength is { } size && size != wanted)
            throw new ContentException($"{operation.Place}: {operation.Name}: wanted {wanted} bytes, the registry has {size}");
    }
}
