using System.Collections.Immutable;
using Slipway.Oci;

namespace Slipway.Trust;

/// <summary>An image that is to be signed, or whose signatures are wanted.</summary>
/// <param name="Content">Where its manifests are read.</param>
/// <param name="Root">Its index, or its manifest when it has one platform without an index.</param>
/// <param name="Official">The official repository, which every signature names.</param>
public sealed record SignedImage(IContentReader Content, Digest Root, Reference Official)
{
    /// <summary>What gets a signature each: the root, then the manifests that it names, in its order, each once.</summary>
    /// <exception cref="ContentException">A manifest is missing or broken, or an index names none.</exception>
    public async Task<ImmutableArray<ManifestContent>> SubjectsAsync(CancellationToken cancellationToken)
    {
        ManifestContent root = await ReadAsync(Root, cancellationToken);
        if (root.MediaType != MediaType.Index)
            return [root];
        Oci.Index index = Oci.Index.Parse(root.Bytes);
        if (index.Manifests.IsEmpty)
            throw new ContentException($"{Content.Name}: index {Root} names no manifest; nothing was signed");
        List<ManifestContent> subjects = [root];
        foreach (Descriptor child in index.Manifests)
            subjects.Add(await ReadAsync(child.Digest, cancellationToken));
        return [.. subjects.DistinctBy(subject => subject.Descriptor.Digest)];
    }

    private async Task<ManifestContent> ReadAsync(Digest digest, CancellationToken cancellationToken) =>
        await Content.ReadManifestAsync(digest, cancellationToken)
        ?? throw new ContentException($"{Content.Name}: manifest {digest} is missing; nothing was signed");
}
