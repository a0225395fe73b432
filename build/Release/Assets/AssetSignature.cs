using Slipway.Oci;
using Slipway.Trust;

namespace Slipway.Release;

/// <summary>
/// A file of a release that proves who made others. Made again it has other bytes, so one that is there and holds stays; the list of
/// checksums names none of them.
/// </summary>
/// <param name="Name">As of every released file.</param>
/// <param name="MediaType">As a server is told.</param>
/// <param name="MostBytes">A longer one is none.</param>
public sealed record AssetSignature(string Name, string MediaType, long MostBytes)
{
    /// <summary>Whether some bytes are this signature, whoever had it made and when.</summary>
    public required Func<ReadOnlyMemory<byte>, CancellationToken, Task<bool>> Holds { get; init; }

    private Func<CancellationToken, Task<ReadOnlyMemory<byte>>> Make { get; init; } = null!;

    /// <summary>Sigstore's bundle over the list of checksums.</summary>
    public static AssetSignature Of(ReleasedFile list, ISigner signer)
    {
        ArgumentNullException.ThrowIfNull(list);
        ArgumentNullException.ThrowIfNull(signer);
        return new AssetSignature(ChecksumList.SignatureName, ReleasedFile.Json, BlobSignature.MaximumSize)
        {
            Holds = (bytes, cancellationToken) =>
                UnlessMalformedAsync(() => signer.Trusted.SignedAsync(BlobSignature.Parse(bytes), list.Content, cancellationToken)),
            Make = async cancellationToken => (await signer.SignBlobAsync(list.Content, cancellationToken)).Bytes,
        };
    }

    /// <summary>The OpenPGP signature of the list of checksums.</summary>
    public static AssetSignature Of(ReleasedFile list, OpenPgpSigner signer)
    {
        ArgumentNullException.ThrowIfNull(list);
        ArgumentNullException.ThrowIfNull(signer);
        return new AssetSignature(ChecksumList.OpenPgpName, ReleasedFile.Binary, BlobSignature.MaximumSize)
        {
            Holds = (bytes, cancellationToken) => signer.IsSignedAsync(list.Content, bytes, cancellationToken),
            Make = async cancellationToken => await signer.SignAsync(list.Content, cancellationToken),
        };
    }

    /// <summary>A signed statement about files, as a bundle that <c>cosign verify-blob-attestation</c> reads.</summary>
    public static AssetSignature Of(string name, Statement statement, ISigner signer)
    {
        ArgumentNullException.ThrowIfNull(statement);
        ArgumentNullException.ThrowIfNull(signer);
        byte[] payload = statement.ToBytes();
        // A key and an identity ask what a statement is about where they know more of it; here the payload says all.
        ManifestContent about = new(DsseEnvelope.InToto, payload);
        return new AssetSignature(name, ReleasedFile.Json, SigstoreBundle.MaximumSize)
        {
            Holds = (bytes, cancellationToken) =>
                UnlessMalformedAsync(async () =>
                {
                    SigstoreBundle bundle = SigstoreBundle.Parse(bytes);
                    return bundle.Envelope.PayloadType == DsseEnvelope.InToto
                        && bundle.Envelope.Payload.Span.SequenceEqual(payload)
                        && await signer.Trusted.SignedAsync(bundle, about, cancellationToken) is not null;
                }),
            Make = async cancellationToken => (await signer.SignStatementAsync(statement, cancellationToken)).ToBytes(),
        };
    }

    /// <summary>The file: the one that is there already, where it holds, or a new one.</summary>
    /// <param name="kept">What may be it; null where nothing is there.</param>
    /// <exception cref="ContentException">What was made is not the signer's.</exception>
    public async Task<ReleasedFile> SignAsync(byte[]? kept, CancellationToken cancellationToken)
    {
        if (kept is not null && kept.Length <= MostBytes && await Holds(kept, cancellationToken))
            return new ReleasedFile(Name, MediaType, kept);
        ReadOnlyMemory<byte> made = await Make(cancellationToken);
        return await Holds(made, cancellationToken)
            ? new ReleasedFile(Name, MediaType, made)
            : throw new ContentException($"{Name}: the result is not a signature by the signer that was asked for; nothing was kept");
    }

    private static async Task<bool> UnlessMalformedAsync(Func<Task<bool>> judge)
    {
        try
        {
            return await judge();
        }
        catch (ContentException)
        {
            return false;
        }
    }
}
