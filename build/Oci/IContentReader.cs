using System.Collections.Immutable;

namespace Slipway.Oci;

/// <summary>
/// A place that holds content of one repository by digest and tag: a layout folder or a registry's repository.
/// What is returned was checked against its digest and size, or is checked while it is read.
/// </summary>
public interface IContentReader
{
    /// <summary>Names the place in messages, <c>quay.io/poseidon/kubelet</c> or a folder.</summary>
    string Name { get; }

    /// <summary>The descriptor a tag points to; null only when the place definitely has no such tag.</summary>
    Task<Descriptor?> ResolveAsync(string tag, CancellationToken cancellationToken);

    /// <summary>
    /// What a tag points to, with its bytes where the place gives them in the same answer, so that they need no second one; null only
    /// when the place definitely has no such tag.
    /// </summary>
    /// <exception cref="ContentException">The place gave bytes that are not what it says, or exceed 4 MiB.</exception>
    async Task<TaggedManifest?> FindTagAsync(string tag, CancellationToken cancellationToken) =>
        await ResolveAsync(tag, cancellationToken) is { } found ? new TaggedManifest(found.Digest, null) : null;

    /// <summary>The exact bytes of a manifest or index; null only when the place definitely lacks it.</summary>
    /// <exception cref="ContentException">The bytes do not have this digest, or exceed 4 MiB.</exception>
    Task<ManifestContent?> ReadManifestAsync(Digest digest, CancellationToken cancellationToken);

    /// <summary>
    /// A stream of a blob's bytes that fails at its end when they do not fit the descriptor; null only when the place
    /// definitely lacks it. The caller disposes it.
    /// </summary>
    Task<Stream?> OpenBlobAsync(Descriptor descriptor, CancellationToken cancellationToken);

    /// <summary>
    /// The manifests that refer to a manifest, each once: claims of the place, which reading them proves. None when there are none.
    /// </summary>
    /// <param name="artifactType">Only those of this type; null for all.</param>
    Task<ImmutableArray<Descriptor>> ReferrersAsync(Digest subject, string? artifactType, CancellationToken cancellationToken);

    /// <summary>As <see cref="ReferrersAsync"/>, as far as the list can be read, and what of it cannot.</summary>
    async Task<ReferrerList> ListReferrersAsync(Digest subject, string? artifactType, CancellationToken cancellationToken) =>
        new(await ReferrersAsync(subject, artifactType, cancellationToken), []);
}

/// <summary>A list of what refers to a manifest.</summary>
/// <param name="PassedOver">What of the list was not read, and why: anybody who may push can add to it.</param>
public sealed record ReferrerList(ImmutableArray<Descriptor> Referrers, ImmutableArray<string> PassedOver);

/// <summary>What a tag points to.</summary>
/// <param name="Content">With this digest; null where it is to be read by it.</param>
public sealed record TaggedManifest(Digest Digest, ManifestContent? Content);

/// <summary>A manifest or index as stored: its media type and its exact bytes.</summary>
public sealed record ManifestContent(string MediaType, ReadOnlyMemory<byte> Bytes)
{
    public Descriptor Descriptor => Descriptor.Of(MediaType, Bytes.Span);
}
