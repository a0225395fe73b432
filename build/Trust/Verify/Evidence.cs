using System.Collections.Immutable;
using Slipway.Http;
using Slipway.Oci;

namespace Slipway.Trust;

/// <summary>
/// What a place holds about one manifest, each form read when it is first asked for, and once. Anybody who may push can put more beside it:
/// what is beyond a limit is passed over and told, and what is slow or dead does not keep the rest waiting.
/// </summary>
/// <param name="reader">Reads from where signatures and statements are kept.</param>
/// <param name="digest">By which the subject was asked for.</param>
/// <param name="subject">The manifest or index, with this digest.</param>
internal sealed class Evidence(BundleReader reader, Digest digest, ManifestContent subject)
{
    /// <summary>More than this many bundles of one kind, attestations or signatures of one manifest are not looked at.</summary>
    internal const int MaximumBundles = 256,
        MaximumAttestations = 256,
        MaximumSignatures = 64;

    /// <summary>No manifest of a bundle is larger: it names one blob.</summary>
    private const int MaximumReferrer = 64 * 1024;

    private readonly IContentReader _place = reader.Place;
    private readonly Dictionary<Digest, StoredBundle> _bundles = [];
    private readonly SortedDictionary<string, HashSet<Digest>> _passedOver = new(StringComparer.Ordinal);
    private readonly List<string> _unlisted = [];
    private readonly ReadBudget _bundleBytes = new(),
        _envelopeBytes = new();
    private ImmutableArray<Descriptor> _referrers;
    private IReadOnlyList<StoredBundle>? _tagged;
    private ImmutableArray<Descriptor> _signatures;

    /// <summary>The place's name, for texts.</summary>
    public string Place => _place.Name;

    /// <summary>Whether the list of what refers to it was read.</summary>
    public bool IsListed => !_referrers.IsDefault;

    /// <summary>The manifest or index.</summary>
    public ManifestContent Subject => subject;

    /// <summary>Its digest.</summary>
    public Digest Digest => digest;

    /// <summary>What was not looked at, and why, each reason once.</summary>
    public ImmutableArray<string> PassedOver =>
        [
            .. _unlisted,
            .. _passedOver.Select(pair =>
                $"{Place}: {pair.Value.Count} {(pair.Value.Count == 1 ? "entry" : "entries")} beside {Digest} passed over: {pair.Key}"
            ),
        ];

    /// <summary>The bundles that refer to it, in the place's order.</summary>
    /// <param name="predicateType">Those alone that the list does not say are of another kind; null for all.</param>
    /// <exception cref="ContentException">The list of referrers cannot be read.</exception>
    public async Task<IReadOnlyList<StoredBundle>> BundlesAsync(string? predicateType, CancellationToken cancellationToken)
    {
        if (_referrers.IsDefault)
            _referrers = await ListAsync(cancellationToken);
        Descriptor[] wanted =
        [
            .. _referrers.Where(referrer => predicateType is null || (BundleManifest.KindOf(referrer) ?? predicateType) == predicateType),
        ];
        // Those whose kind the list tells come first: of the others there may be any number.
        wanted = [.. wanted.OrderBy(referrer => BundleManifest.KindOf(referrer) is null)];
        wanted = Within(wanted, MaximumBundles, $"more than {MaximumBundles} bundles of a kind");
        await ReadAsync([.. wanted.Where(referrer => !_bundles.ContainsKey(referrer.Digest))], cancellationToken);
        HashSet<Digest> looked = [.. wanted.Select(referrer => referrer.Digest)];
        return [.. _referrers.Where(referrer => looked.Contains(referrer.Digest)).Select(referrer => _bundles[referrer.Digest])];
    }

    /// <summary>The envelopes under cosign's attestation tag, in their order.</summary>
    /// <exception cref="ContentException">What the tag names is missing or no such manifest.</exception>
    public async Task<IReadOnlyList<StoredBundle>> TaggedAsync(CancellationToken cancellationToken)
    {
        if (_tagged is not null)
            return _tagged;
        Descriptor[] layers = await LayersAsync(
            AttestationLayer.TagOf(Digest),
            MediaType.DsseEnvelope,
            MaximumAttestations,
            cancellationToken
        );
        (List<Descriptor> readable, List<StoredBundle> found) = Readable(
            layers,
            layer => (layer, layer),
            DsseEnvelope.MaximumSize,
            _envelopeBytes
        );
        found.AddRange(
            await SideBySide.ReadAsync(readable, layer => layer.Size, layer => reader.EnvelopeAsync(layer, subject, cancellationToken))
        );
        return _tagged = found;
    }

    /// <summary>The layers of the signatures under cosign's signature tag; none where there is no such tag.</summary>
    /// <exception cref="ContentException">What the tag names is missing or no such manifest.</exception>
    public async Task<ImmutableArray<Descriptor>> SignaturesAsync(CancellationToken cancellationToken) =>
        _signatures.IsDefault
            ? _signatures = [
                .. await LayersAsync(SignatureManifest.TagOf(Digest), MediaType.SimpleSigning, MaximumSignatures, cancellationToken),
            ]
            : _signatures;

    /// <exception cref="ContentException">The layer has no signature, or its payload is missing, damaged or too large.</exception>
    public Task<StoredSignature> SignatureAsync(Descriptor layer, CancellationToken cancellationToken) =>
        StoredSignature.ReadAsync(_place, layer, cancellationToken);

    private async Task<ImmutableArray<Descriptor>> ListAsync(CancellationToken cancellationToken)
    {
        try
        {
            ReferrerList list = await _place.ListReferrersAsync(Digest, MediaType.SigstoreBundle, cancellationToken);
            _unlisted.AddRange(list.PassedOver);
            return list.Referrers;
        }
        catch (ContentException e)
        {
            _unlisted.Add(e.Message);
            throw;
        }
    }

    private async Task ReadAsync(IReadOnlyList<Descriptor> referrers, CancellationToken cancellationToken)
    {
        IReadOnlyList<Referrer> found = await SideBySide.ReadAsync(
            referrers,
            _ => MaximumReferrer,
            referrer => ReadManifestAsync(referrer, cancellationToken)
        );
        (List<Referrer> readable, List<StoredBundle> rest) = Readable(
            found.Where(one => one.Blob is not null),
            one => (one.Listed, one.Blob!),
            SigstoreBundle.MaximumSize,
            _bundleBytes
        );
        rest.AddRange(found.Select(one => one.Broken).OfType<StoredBundle>());
        rest.AddRange(
            await SideBySide.ReadAsync(
                readable,
                one => one.Blob!.Size,
                one => reader.BundleAsync(one.Listed, one.Blob!, subject, cancellationToken)
            )
        );
        foreach (StoredBundle read in rest)
            _bundles[read.Stored.Digest] = read;
    }

    private async Task<Referrer> ReadManifestAsync(Descriptor listed, CancellationToken cancellationToken)
    {
        try
        {
            ManifestContent manifest = await _place.ReadManifestAsync(listed.Digest, cancellationToken)
                ?? throw new ContentException($"{Place}: the referrer {listed.Digest} is missing");
            if (manifest.Bytes.Length > MaximumReferrer)
                throw new ContentException(
                    $"{Place}: the referrer {listed.Digest} wanted at most {MaximumReferrer} bytes, got {manifest.Bytes.Length}"
                );
            return new Referrer(listed, BundleManifest.BundleOf(manifest, Digest), null);
        }
        catch (ContentException e)
        {
            return new Referrer(listed, null, new StoredBundle { Stored = listed, Problem = e.Message });
        }
        catch (RemoteException e)
        {
            return new Referrer(
                listed,
                null,
                new StoredBundle
                {
                    Stored = listed,
                    Problem = e.Message,
                    Unknown = e,
                }
            );
        }
    }

    private async Task<Descriptor[]> LayersAsync(string tag, string mediaType, int limit, CancellationToken cancellationToken)
    {
        if (await _place.FindTagAsync(tag, cancellationToken) is not { } stored)
            return [];
        ManifestContent content = stored.Content
            ?? await _place.ReadManifestAsync(stored.Digest, cancellationToken)
            ?? throw new ContentException($"{Place}: {tag} names {stored.Digest}, which is missing");
        Descriptor[] layers = [.. SignatureManifest.Parse(content).Layers.Where(layer => layer.MediaType == mediaType)];
        return Within(layers, limit, $"more than {limit} of {mediaType}");
    }

    private Descriptor[] Within(Descriptor[] all, int limit, string reason)
    {
        foreach (Descriptor beyond in all.Skip(limit))
            PassOver(reason, beyond.Digest);
        return all.Length <= limit ? all : all[..limit];
    }

    /// <summary>Those that may be read, and what is said of the others.</summary>
    private (List<T> Readable, List<StoredBundle> Others) Readable<T>(
        IEnumerable<T> all,
        Func<T, (Descriptor Stored, Descriptor Blob)> parts,
        int largest,
        ReadBudget budget
    )
    {
        List<T> readable = [];
        List<StoredBundle> others = [];
        foreach (T each in all)
        {
            (Descriptor stored, Descriptor blob) = parts(each);
            string? reason =
                blob.Size > largest ? $"larger than {largest} bytes"
                : !budget.Takes(blob.Size) ? $"there are more than {ReadBudget.MaximumBytes} bytes of statements"
                : null;
            if (reason is null)
            {
                readable.Add(each);
                continue;
            }

            PassOver(reason, blob.Digest);
            others.Add(new StoredBundle { Stored = stored, Problem = $"{Place}: {blob.Digest} was not read: {reason}" });
        }

        return (readable, others);
    }

    private void PassOver(string reason, Digest which)
    {
        if (!_passedOver.TryGetValue(reason, out HashSet<Digest>? those))
            _passedOver.Add(reason, those = []);
        those.Add(which);
    }

    /// <param name="Blob">The bundle that its manifest names; null when that is none, and <paramref name="Broken"/> says why.</param>
    private sealed record Referrer(Descriptor Listed, Descriptor? Blob, StoredBundle? Broken);
}
