using System.Collections.Immutable;
using Slipway.Oci;

namespace Slipway.Trust;

/// <summary>
/// Signs what is not signed yet: looks in each place in turn for a valid signature by the signer's key, and makes one only where
/// none has it. Nothing is signed twice, since two signatures of the same bytes differ.
/// </summary>
/// <param name="places">Asked in this order.</param>
internal sealed class Notary(Reference official, ISigner signer, IReadOnlyList<IContentReader> places)
{
    private readonly int[] _found = new int[places.Count];

    /// <summary>How many signatures and statements were signed.</summary>
    public int Made { get; private set; }

    /// <summary>How many a place had.</summary>
    public int Found(IContentReader place) => places.Zip(_found).Where(pair => pair.First == place).Sum(pair => pair.Second);

    /// <summary>The layer of a signature in cosign's tag form.</summary>
    public async Task<TrustLayer> SignatureAsync(Digest subject, CancellationToken cancellationToken)
    {
        for (int i = 0; i < places.Count; i++)
        {
            SignatureCheck check = new(VerificationPolicy.RequireKey(signer.Key), places[i], official);
            if ((await check.FindAsync(subject, cancellationToken)).Layer is not { } there)
                continue;
            byte[] bytes = await BoundedBlob.ReadAsync(places[i], there, SimpleSigning.MaximumSize, cancellationToken)
                ?? throw new ContentException($"{places[i].Name}: the payload {there.Digest} of a signature is missing");
            _found[i]++;
            return new TrustLayer(there, bytes);
        }

        byte[] payload = SimpleSigning.For(official, subject).ToBytes();
        Made++;
        return new TrustLayer(SignatureManifest.LayerOf(payload, await signer.SignAsync(payload, cancellationToken)), payload);
    }

    /// <summary>The statements, signed, in the same order.</summary>
    public async Task<IReadOnlyList<SignedStatement>> StatementsAsync(IReadOnlyList<WantedStatement> wanted, CancellationToken cancellationToken)
    {
        List<SignedStatement> signed = [];
        foreach (WantedStatement statement in wanted)
        {
            DsseEnvelope envelope = await FindAsync(statement, cancellationToken) ?? await MakeAsync(statement, cancellationToken);
            signed.Add(new SignedStatement(statement.About, statement.PredicateType, envelope.ToBytes(), SigstoreBundle.For(envelope, signer.Key).ToBytes()));
        }

        return signed;
    }

    private async Task<DsseEnvelope?> FindAsync(WantedStatement wanted, CancellationToken cancellationToken)
    {
        for (int i = 0; i < places.Count; i++)
        {
            foreach ((DsseEnvelope? envelope, string _) in await BundleReader.ReadAsync(places[i], wanted.About[0], cancellationToken))
            {
                if (envelope is null || !envelope.IsSignedBy(signer.Key) || envelope.Statement is not { } statement || !wanted.IsMetBy(statement, official))
                    continue;
                _found[i]++;
                return envelope;
            }
        }

        return null;
    }

    private Task<DsseEnvelope> MakeAsync(WantedStatement wanted, CancellationToken cancellationToken)
    {
        Made++;
        return DsseEnvelope.SignAsync(DsseEnvelope.InToto, wanted.For(official).ToBytes(), signer, cancellationToken);
    }
}

/// <summary>A blob that is going to be a layer, and its bytes.</summary>
internal sealed record TrustLayer(Descriptor Descriptor, ReadOnlyMemory<byte> Bytes);

/// <summary>A statement in the two forms in which it is stored.</summary>
/// <param name="About">The manifests it is stored with.</param>
/// <param name="Envelope">The bytes of its DSSE envelope.</param>
/// <param name="Bundle">The bytes of its Sigstore bundle, which holds the same envelope.</param>
internal sealed record SignedStatement(ImmutableArray<Digest> About, string PredicateType, ReadOnlyMemory<byte> Envelope, ReadOnlyMemory<byte> Bundle)
{
    public TrustLayer Attestation => new(AttestationLayer.Of(Envelope, PredicateType), Envelope);
}
