using System.Collections.Immutable;
using Slipway.Oci;

namespace Slipway.Trust;

/// <summary>What a place holds about one manifest, each form read when it is first asked for, and once.</summary>
/// <param name="place">Where signatures and statements are kept.</param>
/// <param name="digest">By which the subject was asked for.</param>
/// <param name="subject">The manifest or index, with this digest.</param>
internal sealed class Evidence(IContentReader place, Digest digest, ManifestContent subject)
{
    /// <summary>More than this many bundles, attestations or signatures of one manifest are not looked at.</summary>
    private const int MaximumBundles = 256, MaximumAttestations = 256, MaximumSignatures = 64;

    private IReadOnlyList<StoredBundle>? _bundles;
    private IReadOnlyList<StoredBundle>? _tagged;

    /// <summary>The place's name, for texts.</summary>
    public string Place => place.Name;

    /// <summary>The manifest or index.</summary>
    public ManifestContent Subject => subject;

    /// <summary>Its digest.</summary>
    public Digest Digest => digest;

    /// <summary>The bundles that refer to it, in the place's order.</summary>
    /// <exception cref="ContentException">The list of referrers cannot be read, or is too long.</exception>
    public async Task<IReadOnlyList<StoredBundle>> BundlesAsync(CancellationToken cancellationToken) =>
        _bundles ??= await ReadBundlesAsync(cancellationToken);

    /// <summary>The envelopes under cosign's attestation tag, in their order.</summary>
    /// <exception cref="ContentException">What the tag names is missing or no such manifest, or has too many.</exception>
    public async Task<IReadOnlyList<StoredBundle>> TaggedAsync(CancellationToken cancellationToken) =>
        _tagged ??= await ReadTaggedAsync(cancellationToken);

    /// <summary>The layers of the signatures under cosign's signature tag; none where there is no such tag.</summary>
    /// <exception cref="ContentException">What the tag names is missing or no such manifest, or has too many.</exception>
    public Task<ImmutableArray<Descriptor>> SignaturesAsync(CancellationToken cancellationToken) =>
        LayersAsync(SignatureManifest.TagOf(Digest), MediaType.SimpleSigning, MaximumSignatures, cancellationToken);

    /// <exception cref="ContentException">The layer has no signature, or its payload is missing, damaged or too large.</exception>
    public Task<StoredSignature> SignatureAsync(Descriptor layer, CancellationToken cancellationToken) =>
        StoredSignature.ReadAsync(place, layer, cancellationToken);

    private async Task<IReadOnlyList<StoredBundle>> ReadBundlesAsync(CancellationToken cancellationToken)
    {
        var referrers = await place.ReferrersAsync(Digest, MediaType.SigstoreBundle, cancellationToken);
        if (referrers.Length > MaximumBundles)
            throw new ContentException($"{place.Name}: {Digest} has {referrers.Length} bundles; wanted at most {MaximumBundles}");
        List<StoredBundle> found = [];
        foreach (Descriptor referrer in referrers)
        {
            found.Add(await StoredBundle.OrProblemAsync(async () =>
            {
                ManifestContent manifest = await place.ReadManifestAsync(referrer.Digest, cancellationToken)
                    ?? throw new ContentException($"{place.Name}: the referrer {referrer.Digest} is not there");
                Descriptor blob = BundleManifest.BundleOf(manifest, Digest);
                return SigstoreBundle.Parse(await BoundedBlob.ReadAsync(place, blob, SigstoreBundle.MaximumSize, cancellationToken)
                    ?? throw new ContentException($"{place.Name}: the bundle {blob.Digest} is not there"));
            }));
        }

        return found;
    }

    private async Task<IReadOnlyList<StoredBundle>> ReadTaggedAsync(CancellationToken cancellationToken)
    {
        List<StoredBundle> found = [];
        foreach (Descriptor layer in await LayersAsync(AttestationLayer.TagOf(Digest), MediaType.DsseEnvelope, MaximumAttestations, cancellationToken))
        {
            found.Add(await StoredBundle.OrProblemAsync(async () => new SigstoreBundle(
                DsseEnvelope.Parse(await BoundedBlob.ReadAsync(place, layer, DsseEnvelope.MaximumSize, cancellationToken)
                    ?? throw new ContentException($"{place.Name}: the attestation {layer.Digest} is missing")),
                ReadOnlyMemory<byte>.Empty)));
        }

        return found;
    }

    private async Task<ImmutableArray<Descriptor>> LayersAsync(string tag, string mediaType, int limit, CancellationToken cancellationToken)
    {
        if (await place.ResolveAsync(tag, cancellationToken) is not { } stored)
            return [];
        ManifestContent content = await place.ReadManifestAsync(stored.Digest, cancellationToken)
            ?? throw new ContentException($"{place.Name}: {tag} names {stored.Digest}, which is not there");
        ImmutableArray<Descriptor> layers = [.. SignatureManifest.Parse(content).Layers.Where(layer => layer.MediaType == mediaType)];
        return layers.Length <= limit
            ? layers
            : throw new ContentException($"{place.Name}: {tag} holds {layers.Length} of {mediaType}; wanted at most {limit}");
    }
}

/// <summary>One of the bundles that a place holds: itself, or why it cannot be read.</summary>
internal sealed record StoredBundle(SigstoreBundle? Bundle, string Problem)
{
    /// <summary>What it claims to say, which a signature has to prove yet; null when it is no statement.</summary>
    public Statement? Claim { get; } = Bundle?.Envelope.Statement;

    public static async Task<StoredBundle> OrProblemAsync(Func<Task<SigstoreBundle>> read)
    {
        try
        {
            return new StoredBundle(await read(), "");
        }
        catch (ContentException e)
        {
            return new StoredBundle(null, e.Message);
        }
    }
}
