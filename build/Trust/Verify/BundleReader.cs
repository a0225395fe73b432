using System.Collections.Concurrent;
using Slipway.Http;
using Slipway.Oci;

namespace Slipway.Trust;

/// <summary>
/// Reads bundles and envelopes from a place and judges at once whose they are: what the signer did not sign is neither looked into nor
/// kept. What the signer signed is read once, however many manifests it is about.
/// </summary>
/// <param name="signer">Whose statements are looked for.</param>
internal sealed class BundleReader(IContentReader place, ITrustedSigner signer)
{
    private readonly ConcurrentDictionary<(Digest, long, bool), StoredBundle> _signed = [];

    public IContentReader Place => place;

    /// <summary>Whether what others said is of interest, too, as far as it is told without believing it.</summary>
    public bool TellsForeign { get; init; }

    /// <summary>The bundle that a referrer's manifest holds.</summary>
    public Task<StoredBundle> BundleAsync(Descriptor stored, Descriptor blob, ManifestContent about, CancellationToken cancellationToken) =>
        OnceAsync(new StoredBlob(stored, blob, IsBundle: true), about, cancellationToken);

    /// <summary>The envelope that is a layer under cosign's attestation tag.</summary>
    public Task<StoredBundle> EnvelopeAsync(Descriptor layer, ManifestContent about, CancellationToken cancellationToken) =>
        OnceAsync(new StoredBlob(layer, layer, IsBundle: false), about, cancellationToken);

    private async Task<StoredBundle> OnceAsync(StoredBlob blob, ManifestContent about, CancellationToken cancellationToken)
    {
        if (_signed.TryGetValue(blob.Key, out StoredBundle? known))
            return known with { Stored = blob.Stored };
        StoredBundle read = await ReadAsync(blob, about, cancellationToken);
        if (read.Bundle is not null)
            _signed[blob.Key] = read;
        return read;
    }

    private async Task<StoredBundle> ReadAsync(StoredBlob blob, ManifestContent about, CancellationToken cancellationToken)
    {
        try
        {
            byte[] bytes = await BoundedBlob.ReadAsync(place, blob.Blob, blob.Limit, cancellationToken)
                ?? throw new ContentException($"{place.Name}: {blob.Blob.Digest} ({blob.Blob.MediaType}) is missing");
            return await JudgeAsync(blob.Stored, blob.Parse(bytes), about, cancellationToken);
        }
        catch (ContentException e)
        {
            return new StoredBundle { Stored = blob.Stored, Problem = e.Message };
        }
        catch (RemoteException e)
        {
            // Anybody's bundle can be one that a registry does not give away: it must not hide a good one behind it.
            return new StoredBundle
            {
                Stored = blob.Stored,
                Problem = e.Message,
                Unknown = e,
            };
        }
    }

    private async Task<StoredBundle> JudgeAsync(
        Descriptor stored,
        SigstoreBundle bundle,
        ManifestContent about,
        CancellationToken cancellationToken
    ) =>
        await signer.SignedAsync(bundle, about, cancellationToken) is { } proof
            ? new StoredBundle
            {
                Stored = stored,
                Bundle = bundle,
                Statement = bundle.Envelope.Statement is { } statement ? statement with { Proof = proof } : null,
            }
            : new StoredBundle { Stored = stored, Foreign = TellsForeign ? Foreign(bundle.Envelope, about) : null };

    private static ForeignStatement? Foreign(DsseEnvelope envelope, ManifestContent about)
    {
        try
        {
            Statement said = Statement.Parse(envelope.Payload);
            return new ForeignStatement(
                envelope.Identity,
                said.PredicateType,
                said.Subjects.Any(subject => subject.ProblemWith(about) is "")
            );
        }
        catch (ContentException)
        {
            return null;
        }
    }

    /// <summary>A blob that is to hold a signed statement.</summary>
    /// <param name="Stored">What a place lists it as: a manifest, or the layer itself.</param>
    /// <param name="IsBundle">Whether it is a bundle; else it is an envelope alone.</param>
    private sealed record StoredBlob(Descriptor Stored, Descriptor Blob, bool IsBundle)
    {
        public (Digest, long, bool) Key => (Blob.Digest, Blob.Size, IsBundle);

        public int Limit => IsBundle ? SigstoreBundle.MaximumSize : DsseEnvelope.MaximumSize;

        public SigstoreBundle Parse(byte[] bytes) =>
            IsBundle ? SigstoreBundle.Parse(bytes) : new SigstoreBundle(DsseEnvelope.Parse(bytes), ReadOnlyMemory<byte>.Empty);
    }
}
