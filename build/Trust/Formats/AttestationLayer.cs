using System.Collections.Immutable;
using Slipway.Oci;

namespace Slipway.Trust;

/// <summary>Attestations as cosign stores them under a tag beside what they are about (cosign's ATTESTATION_SPEC.md).</summary>
public static class AttestationLayer
{
    /// <summary>The annotation that says what kind of statement an envelope holds, so that a reader need not open each.</summary>
    private const string PredicateTypeKey = "predicateType";

    /// <summary>The tag under which the attestations of <paramref name="subject"/> are found.</summary>
    /// <exception cref="ContentException">The digest is no SHA-256, the only one whose hex fits a tag.</exception>
    public static string TagOf(Digest subject) => SignatureManifest.TagOf(subject).Replace(".sig", ".att", StringComparison.Ordinal);

    /// <summary>The layer of one envelope. Its signature is inside; cosign wants the annotation all the same, empty.</summary>
    /// <param name="proof">Annotations that prove who signed it; none when a key does.</param>
    public static Descriptor Of(ReadOnlyMemory<byte> envelope, string predicateType, ImmutableSortedDictionary<string, string> proof) =>
        Descriptor.Of(MediaType.DsseEnvelope, envelope.Span) with
        {
            Annotations = proof.Add(SignatureManifest.SignatureKey, "").Add(PredicateTypeKey, predicateType),
        };
}
