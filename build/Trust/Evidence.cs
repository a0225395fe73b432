using System.Collections.Immutable;
using Slipway.Oci;

namespace Slipway.Trust;

/// <summary>What a place holds about one manifest, each form read when it is first asked for, and once.</summary>
/// <param name="reader">Reads from where signatures and statements are kept.</param>
/// <param name="digest">By which the subject was asked for.</param>
/// <param name="subject">The manifest or index, with this digest.</param>
internal sealed class Evidence(BundleReader reader, Digest digest, ManifestContent subject)
{
    /// <summary>More than this many bundles, attestations or signatures of one manifest are not looked at.</summary>
    internal const int MaximumBundles = 256, MaximumAttestations = 256, MaximumSignatures = 64;

    private readonly IContentReader _place = reader.Place;
    private readonly Dictionary<Digest, StoredBundle> _bundles = [];
    private ImmutableArray<Descriptor> _referrers;
    private IReadOnlyList<StoredBundle>? _tagged;

    /// <summary>The place's name, for texts.</summary>
    public string Place => _place.Name;

    /// <summary>The manifest or index.</summary>
    public ManifestContent Subject => subject;

    /// <summary>Its digest.</summary>
    public Digest Digest => digest;

    /// <summary>The bundles that refer to it, in the place's order.</summary>
    /// <param name="predicateType">Those alone that the list does not say are of another kind; null for all.</param>
    /// <exception cref="ContentException">The list of referrers cannot be read, or is too long.</exception>
    public async Task<IReadOnlyList<StoredBundle>> BundlesAsync(string? predicateType, CancellationToken cancellationToken)
    {
        if (_referrers.IsDefault)
            _referrers = await ListAsync(cancellationToken);
        List<StoredBundle> found = [];
        foreach (Descriptor referrer in _referrers.Where(referrer => predicateType is null || (BundleManifest.KindOf(referrer) ?? predicateType) == predicateType))
        {
            if (!_bundles.TryGetValue(referrer.Digest, out StoredBundle? stored))
                _bundles.Add(referrer.Digest, stored = await ReadBundleAsync(referrer.Digest, cancellationToken));
            found.Add(stored with { Stored = referrer });
        }

        return found;
    }

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
        StoredSignature.ReadAsync(_place, layer, cancellationToken);

    private async Task<ImmutableArray<Descriptor>> ListAsync(CancellationToken cancellationToken)
    {
        var referrers = await _place.ReferrersAsync(Digest, MediaType.SigstoreBundle, cancellationToken);
        return referrers.Length <= MaximumBundles
            ? referrers
            : throw new ContentException($"{_place.Name}: {Digest} has {referrers.Length} bundles; wanted at most {MaximumBundles}");
    }

    private async Task<StoredBundle> ReadBundleAsync(Digest referrer, CancellationToken cancellationToken)
    {
        try
        {
            ManifestContent manifest = await _place.ReadManifestAsync(referrer, cancellationToken)
                ?? throw new ContentException($"{_place.Name}: the referrer {referrer} is not there");
            return await reader.BundleAsync(BundleManifest.BundleOf(manifest, Digest), cancellationToken);
        }
        catch (ContentException e)
        {
            return new StoredBundle(null, e.Message);
        }
    }

    private async Task<IReadOnlyList<StoredBundle>> ReadTaggedAsync(CancellationToken cancellationToken)
    {
        List<StoredBundle> found = [];
        foreach (Descriptor layer in await LayersAsync(AttestationLayer.TagOf(Digest), MediaType.DsseEnvelope, MaximumAttestations, cancellationToken))
            found.Add(await reader.EnvelopeAsync(layer, cancellationToken) with { Stored = layer });
        return found;
    }

    private async Task<ImmutableArray<Descriptor>> LayersAsync(string tag, string mediaType, int limit, CancellationToken cancellationToken)
    {
        if (await _place.FindTagAsync(tag, cancellationToken) is not { } stored)
            return [];
        ManifestContent content = stored.Content ?? await _place.ReadManifestAsync(stored.Digest, cancellationToken)
            ?? throw new ContentException($"{_place.Name}: {tag} names {stored.Digest}, which is not there");
        ImmutableArray<Descriptor> layers = [.. SignatureManifest.Parse(content).Layers.Where(layer => layer.MediaType == mediaType)];
        return layers.Length <= limit
            ? layers
            : throw new ContentException($"{_place.Name}: {tag} holds {layers.Length} of {mediaType}; wanted at most {limit}");
    }
}

/// <summary>One of the bundles that a place holds: itself, or why it cannot be read.</summary>
internal sealed record StoredBundle(SigstoreBundle? Bundle, string Problem)
{
    /// <summary>The layer or the referrer that it was found by; null before that.</summary>
    public Descriptor? Stored { get; init; }

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
