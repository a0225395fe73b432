namespace Slipway.Oci;

/// <summary>
/// A finished layer: its compressed blob and the digest of what that holds uncompressed
/// (OCI image specification, layer.md and config.md, "Layer DiffID").
/// </summary>
/// <param name="Blob">The gzip blob's descriptor.</param>
/// <param name="DiffId">The digest of the tar archive in it.</param>
/// <param name="UnpackedSize">The tar archive's size in bytes.</param>
/// <param name="Title">What the layer is, for people and the image's history.</param>
public sealed record Layer(Descriptor Blob, Digest DiffId, long UnpackedSize, string Title);
