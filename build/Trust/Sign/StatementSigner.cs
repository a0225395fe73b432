using System.Collections.Immutable;
using Slipway.Oci;

namespace Slipway.Trust;

/// <summary>
/// Signs what is not signed yet: looks in each place in turn for what the signer signed before, and asks the signer only where
/// none has it. Nothing is signed twice, since two signatures of the same bytes differ.
/// </summary>
/// <param name="subjects">What is signed: an image's index and manifests.</param>
/// <param name="places">Asked in this order.</param>
internal sealed class StatementSigner(
    Reference official,
    ImmutableArray<ManifestContent> subjects,
    ISigner signer,
    IReadOnlyList<IContentReader> places
)
{
    private readonly ClaimCheck _claims = new(signer.Trusted, official);
    private readonly Dictionary<(IContentReader, Digest), Evidence> _evidence = [];
    private readonly int[] _found = new int[places.Count];

    /// <summary>How many signatures and statements were signed.</summary>
    public int Made { get; private set; }

    /// <summary>How many a place had.</summary>
    public int Found(IContentReader place) => places.Zip(_found).Where(pair => pair.First == place).Sum(pair => pair.Second);

    /// <summary>The layer of a signature in cosign's tag form; null when the signer's do not fit it.</summary>
    public async Task<TrustLayer?> SignatureAsync(Digest subject, CancellationToken cancellationToken)
    {
        for (int i = 0; i < places.Count; i++)
        {
            (SignatureFinding finding, StoredSignature? there) = await _claims.FindAsync(About(places[i], subject), cancellationToken);
            if (finding.Failure is not null || there is null)
            {
                // One that could not be judged may be the signer's: nothing is signed twice.
                if (finding.Unknown is { } unknown)
                    throw unknown;
                continue;
            }

            _found[i]++;
            return new TrustLayer(there.Layer, there.Payload);
        }

        byte[] payload = SimpleSigning.For(official, subject).ToBytes();
        if (await signer.SignClaimAsync(payload, cancellationToken) is not { } layer)
            return null;
        Evidence about = About(places[0], subject);
        Require(await signer.Trusted.SignedAsync(StoredSignature.Of(layer, payload), cancellationToken), about);
        Made++;
        return new TrustLayer(layer, payload);
    }

    /// <summary>The statements, signed, in the same order.</summary>
    public async Task<IReadOnlyList<SignedStatement>> StatementsAsync(
        IReadOnlyList<WantedStatement> wanted,
        CancellationToken cancellationToken
    )
    {
        List<SignedStatement> signed = [];
        foreach (WantedStatement statement in wanted)
        {
            SigstoreBundle bundle = await FindAsync(statement, cancellationToken) ?? await MakeAsync(statement, cancellationToken);
            signed.Add(new SignedStatement(statement.About, statement.PredicateType, bundle));
        }

        return signed;
    }

    /// <summary>What the signer said before about the image, in all places together, each statement once.</summary>
    public async Task<IReadOnlyList<WantedStatement>> SaidAsync(CancellationToken cancellationToken)
    {
        Dictionary<Digest, WantedStatement> said = [];
        foreach (Evidence evidence in from place in places from subject in subjects select About(place, subject.Descriptor.Digest))
        {
            foreach (StoredBundle stored in await evidence.BundlesAsync(null, cancellationToken))
            {
                RequireKnown(stored);
                if (stored is { Bundle: { } bundle, Statement: { } statement } && statement.PredicateType != Statement.SignType)
                    said[Digest.Of(bundle.Envelope.Payload.Span)] = WantedStatement.Of(statement);
            }
        }

        return [.. said.Values];
    }

    private async Task<SigstoreBundle?> FindAsync(WantedStatement wanted, CancellationToken cancellationToken)
    {
        for (int i = 0; i < places.Count; i++)
        {
            Evidence evidence = About(places[i], wanted.About[0]);
            List<StoredBundle> bundles = [.. await evidence.BundlesAsync(wanted.PredicateType, cancellationToken)];
            foreach (StoredBundle stored in bundles)
            {
                if (stored is not { Bundle: { } bundle, Statement: { } statement } || !wanted.IsMetBy(statement, official))
                    continue;
                _found[i]++;
                return bundle;
            }

            bundles.ForEach(RequireKnown);
        }

        return null;
    }

    /// <summary>One that could not be judged may be the signer's: nothing is signed twice.</summary>
    private static void RequireKnown(StoredBundle stored)
    {
        if (stored.Unknown is { } unknown)
            throw unknown;
    }

    private async Task<SigstoreBundle> MakeAsync(WantedStatement wanted, CancellationToken cancellationToken)
    {
        SigstoreBundle bundle = await signer.SignStatementAsync(wanted.For(official), cancellationToken);
        Evidence about = About(places[0], wanted.About[0]);
        Require(await signer.Trusted.SignedAsync(bundle, about.Subject, cancellationToken) is not null, about);
        Made++;
        return bundle;
    }

    /// <summary>
    /// What was made is believed no more than what was found: a certificate may tell of another identity than the one wanted.
    /// </summary>
    private void Require(bool isBySigner, Evidence about)
    {
        if (!isBySigner)
            throw new SigningKeyException(
                $"{official.Name}: the signature of {about.Digest.Abbreviated} is not by {signer.Trusted.Name}; nothing was "
                    + "kept. Give the key, or --identity and --issuer, of the signer"
            );
    }

    private Evidence About(IContentReader place, Digest subject)
    {
        if (_evidence.TryGetValue((place, subject), out Evidence? known))
            return known;
        ManifestContent content = subjects.Single(one => one.Descriptor.Digest == subject);
        return _evidence[(place, subject)] = new Evidence(new BundleReader(place, signer.Trusted), subject, content);
    }
}

/// <summary>A blob that is going to be a layer, and its bytes.</summary>
internal sealed record TrustLayer(Descriptor Descriptor, ReadOnlyMemory<byte> Bytes);

/// <summary>A statement in the two forms in which it is stored.</summary>
/// <param name="About">The manifests it is stored with.</param>
/// <param name="Bundle">Holds the same envelope as the layer.</param>
internal sealed record SignedStatement(ImmutableArray<Digest> About, string PredicateType, SigstoreBundle Bundle)
{
    /// <summary>The envelope as cosign keeps it under a tag; null when what proves its signature does not fit that form.</summary>
    public TrustLayer? Attestation
    {
        get
        {
            byte[] envelope = Bundle.Envelope.ToBytes();
            return TagProof.Of(Bundle) is { } proof ? new TrustLayer(AttestationLayer.Of(envelope, PredicateType, proof), envelope) : null;
        }
    }
}
