namespace Slipway.Trust;

/// <summary>Whoever can sign bytes. Two signatures of the same bytes differ, so what was made once is kept.</summary>
public interface ISigner
{
    /// <summary>What verifies this signer's signatures.</summary>
    VerificationKey Key { get; }

    /// <summary>An ECDSA signature over the SHA-256 of the bytes, DER encoded (RFC 3279, 2.2.3).</summary>
    Task<byte[]> SignAsync(ReadOnlyMemory<byte> content, CancellationToken cancellationToken);
}
