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
        OnceAsync(stored, blob, isBundle: true, about, bytes => SigstoreBundle.Parse(bytes), cancellationToken);

    /// <summary>The envelope that is a layer under cosign's attestation tag.</summary>
    public Task<StoredBundle> EnvelopeAsync(Descriptor layer, ManifestContent about, CancellationToken cancellationToken) =>
        OnceAsync(
            layer,
            layer,
            isBundle: false,
            about,
            bytes => new SigstoreBundle(DsseEnvelope.Parse(bytes), ReadOnlyMemory<byte>.Empty),
            cancellationToken
        );

    private async Task<StoredBundle> OnceAsync(
        Descriptor stored,
        Descriptor blob,
        bool isBundle,
        ManifestContent about,
        Func<byte[], SigstoreBundle> parse,
        CancellationToken cancellationToken
    )
    {
        if (_signed.TryGetValue((blob.Digest, blob.Size, isBundle), out StoredBundle? known))
            return known with { Stored = stored };
        StoredBundle read = await ReadAsync(
            stored,
            blob,
            isBundle ? SigstoreBundle.MaximumSize : DsseEnvelope.MaximumSize,
            about,
            parse,
            cancellationToken
        );
        if (read.Bundle is not null)
            _signed[(blob.Digest, blob.Size, isBundle)] = read;
        return read;
    }

    private async Task<StoredBundle> ReadAsync(
        Descriptor stored,
        Descriptor blob,
        int limit,
        ManifestContent about,
        Func<byte[], SigstoreBundle> parse,
        CancellationToken cancellationToken
    )
    {
        try
        {
            byte[] bytes = await BoundedBlob.ReadAsync(place, blob, limit, cancellationToken)
                ?? throw new ContentException($"{place.Name}: {blob.Digest} ({blob.MediaType}) is missing");
            return await JudgeAsync(stored, blob.Digest, parse(bytes), about, cancellationToken);
        }
        catch (ContentException e)
        {
            return new StoredBundle { Stored = stored, Problem = e.Message };
        }
        catch (RemoteException e)
        {
            // Anybody's bundle can be one that a registry does not give away: it must not hide a good one behind it.
            return new StoredBundle
            {
                Stored = stored,
                Problem = e.Message,
                Unknown = e,
            };
        }
    }

    private async Task<StoredBundle> JudgeAsync(
        Descriptor stored,
        Digest blob,
        SigstoreBundle bundle,
        ManifestContent about,
        CancellationToken cancellationToken
    ) =>
        await signer.SignedAsync(bundle, about, cancellationToken) is { } proof
            ? new StoredBundle
            {
                Stored = stored,
                Bundle = bundle,
                Statement = bundle.Envelope.Statement is { } statement ? statement with { Proof = proof, Stored = blob } : null,
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
}
