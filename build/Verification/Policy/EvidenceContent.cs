using System.Collections.Immutable;
using Slipway.Oci;
using Slipway.Trust;

namespace Slipway.Verification;

/// <summary>A place, and manifests of some of its signatures that it does not hold itself. Their layers are read from it.</summary>
internal sealed class EvidenceContent(IContentReader place) : IContentReader
{
    private readonly Dictionary<Digest, ManifestContent> _manifests = [];
    private readonly Dictionary<Digest, ReadOnlyMemory<byte>> _configs = [];

    public string Name => place.Name;

    /// <summary>Takes in what is to be added under a tag.</summary>
    /// <param name="whole">What the tag is to hold then: it is its configuration that goes along, since no other will be named.</param>
    public Descriptor Add(SignatureManifest added, SignatureManifest whole)
    {
        Descriptor config = Descriptor.Of(MediaType.Config, whole.Config.Span);
        ManifestContent content = new(MediaType.Manifest, new Manifest(config, added.Layers).ToBytes());
        _manifests[content.Descriptor.Digest] = content;
        _configs[config.Digest] = whole.Config;
        return content.Descriptor;
    }

    public Task<Descriptor?> ResolveAsync(string tag, CancellationToken cancellationToken) => place.ResolveAsync(tag, cancellationToken);

    public Task<ManifestContent?> ReadManifestAsync(Digest digest, CancellationToken cancellationToken) =>
        _manifests.TryGetValue(digest, out ManifestContent? content)
            ? Task.FromResult<ManifestContent?>(content)
            : place.ReadManifestAsync(digest, cancellationToken);

    public Task<Stream?> OpenBlobAsync(Descriptor descriptor, CancellationToken cancellationToken) =>
        _configs.TryGetValue(descriptor.Digest, out ReadOnlyMemory<byte> config)
            ? Task.FromResult<Stream?>(new MemoryStream(config.ToArray(), writable: false))
            : place.OpenBlobAsync(descriptor, cancellationToken);

    public Task<ImmutableArray<Descriptor>> ReferrersAsync(Digest subject, string? artifactType, CancellationToken cancellationToken) =>
        place.ReferrersAsync(subject, artifactType, cancellationToken);
}
