using System.Collections.Immutable;
using Slipway.Oci;
using Slipway.Trust;

namespace Slipway.Release;

/// <summary>A place, and manifests of some of its signatures that it does not hold itself. Their layers are read from it.</summary>
internal sealed class EvidenceContent(IContentReader place) : IContentReader
{
    private readonly Dictionary<Digest, ManifestContent> _manifests = [];
    private readonly Dictionary<Digest, ReadOnlyMemory<byte>> _configs = [];

    public string Name => place.Name;

    public Descriptor Add(SignatureManifest manifest)
    {
        ManifestContent content = manifest.Content;
        _manifests[content.Descriptor.Digest] = content;
        _configs[Digest.Of(manifest.Config.Span)] = manifest.Config;
        return content.Descriptor;
    }

    public Task<Descriptor?> ResolveAsync(string tag, CancellationToken cancellationToken) => place.ResolveAsync(tag, cancellationToken);

    public Task<ManifestContent?> ReadManifestAsync(Digest digest, CancellationToken cancellationToken) =>
        _manifests.TryGetValue(digest, out ManifestContent? content) ? Task.FromResult<ManifestContent?>(content) : place.ReadManifestAsync(digest, cancellationToken);

    public Task<Stream?> OpenBlobAsync(Descriptor descriptor, CancellationToken cancellationToken) =>
        _configs.TryGetValue(descriptor.Digest, out ReadOnlyMemory<byte> config)
            ? Task.FromResult<Stream?>(new MemoryStream(config.ToArray(), writable: false))
            : place.OpenBlobAsync(descriptor, cancellationToken);

    public Task<ImmutableArray<Descriptor>> ReferrersAsync(Digest subject, string? artifactType, CancellationToken cancellationToken) =>
        place.ReferrersAsync(subject, artifactType, cancellationToken);
}
