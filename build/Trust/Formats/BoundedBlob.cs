using Slipway.Oci;

namespace Slipway.Trust;

/// <summary>Small blobs that are parsed whole.</summary>
internal static class BoundedBlob
{
    /// <summary>All bytes of a blob, proven; null when the place definitely lacks it.</summary>
    /// <exception cref="ContentException">It is larger than <paramref name="limit"/> bytes, or not what its descriptor says.</exception>
    public static async Task<byte[]?> ReadAsync(IContentReader place, Descriptor blob, int limit, CancellationToken cancellationToken)
    {
        if (blob.Size > limit)
            throw new ContentException($"{blob.Digest} ({blob.MediaType}): wanted at most {limit} bytes, got {blob.Size}");
        await using Stream? stream = await place.OpenBlobAsync(blob, cancellationToken);
        if (stream is null)
            return null;

        // A reader proves its stream already; a second proof here costs nothing and trusts no implementation.
        await using VerifyingStream proven = VerifyingStream.Over(stream, blob, $"{place.Name}: {blob.Digest}");
        byte[] bytes = new byte[blob.Size];
        await proven.ReadExactlyAsync(bytes, cancellationToken);
        // The end is what proves it.
        return await proven.ReadAsync(new byte[1], cancellationToken) == 0
            ? bytes
            : throw new ContentException($"{place.Name}: {blob.Digest}: wanted {blob.Size} bytes, got more");
    }
}
