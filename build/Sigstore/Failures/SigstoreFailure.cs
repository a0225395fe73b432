namespace Slipway.Sigstore;

/// <summary>
/// Why a bundle proves nothing. Each has its own name in tables and JSON, its words joined by hyphens. They stand in the order of the
/// steps.
/// </summary>
public enum SigstoreFailure
{
    /// <summary>The trusted root is no such document, or one of its keys or certificates cannot be read.</summary>
    TrustedRootMalformed,

    /// <summary>The bundle is no such document.</summary>
    BundleMalformed,

    /// <summary>The bundle says that it is of another version than 0.1, 0.2 or 0.3.</summary>
    BundleVersionUnsupported,

    /// <summary>The bundle is by a key, and an identity was asked for.</summary>
    CertificateMissing,

    /// <summary>The bundle is by an identity, and a key was asked for.</summary>
    KeyMissing,

    /// <summary>The bundle's certificate is none that can be read.</summary>
    CertificateMalformed,

    /// <summary>The bundle brings an authority's own root along, which is to be believed for no such reason.</summary>
    RootCertificateInBundle,

    /// <summary>No entry of a transparency log, or fewer than asked for.</summary>
    LogEntryMissing,

    /// <summary>The log is none that the trusted root names, or did not hold its key at that time.</summary>
    LogUntrusted,

    /// <summary>The entry is of a kind or version that is not known here.</summary>
    LogEntryUnsupported,

    /// <summary>The entry is about another signature, signer or content than the bundle's.</summary>
    LogEntryMismatch,

    /// <summary>The log has not promised to take the entry in, where the bundle's version wants it.</summary>
    InclusionPromiseMissing,

    /// <summary>The log's promise is not signed by the log.</summary>
    InclusionPromiseInvalid,

    /// <summary>There is no proof that the entry is in the log.</summary>
    InclusionProofMissing,

    /// <summary>The proof that the entry is in the log does not hold.</summary>
    InclusionProofInvalid,

    /// <summary>The checkpoint is no such note.</summary>
    CheckpointMalformed,

    /// <summary>The checkpoint is not signed by the log.</summary>
    CheckpointSignatureInvalid,

    /// <summary>The checkpoint is of another tree than the proof.</summary>
    CheckpointMismatch,

    /// <summary>A timestamp is no such token, or was refused by its authority.</summary>
    TimestampMalformed,

    /// <summary>A timestamp is about another signature.</summary>
    TimestampMismatch,

    /// <summary>A timestamp is by no authority that the trusted root names.</summary>
    TimestampUntrusted,

    /// <summary>A timestamp is of a time at which its authority, or its certificate, was not to be believed.</summary>
    TimestampOutsideValidity,

    /// <summary>Nobody who is believed says when the signature was made, or fewer than asked for.</summary>
    SigningTimeMissing,

    /// <summary>The certificate is by no authority that the trusted root names.</summary>
    CertificateUntrusted,

    /// <summary>The certificate was not valid when the signature was made.</summary>
    CertificateExpired,

    /// <summary>The certificate is not for signing code.</summary>
    CertificateUsageMismatch,

    /// <summary>No log of certificates that the trusted root names has seen the certificate, or fewer than asked for.</summary>
    CertificateTimestampMissing,

    /// <summary>The certificate is for somebody else.</summary>
    IdentityMismatch,

    /// <summary>Another issuer has vouched for the identity.</summary>
    IssuerMismatch,

    /// <summary>The signature is not by the certificate's or the given key over the content.</summary>
    SignatureInvalid,

    /// <summary>The bundle says that it is about content with another digest.</summary>
    DigestMismatch,

    /// <summary>The signature can be verified with the bytes alone, and a digest was given.</summary>
    ContentNeeded,

    /// <summary>What is signed is no in-toto statement.</summary>
    StatementMalformed,

    /// <summary>The statement is not about this content.</summary>
    SubjectMismatch,
}

/// <summary>The reasons as words.</summary>
public static class SigstoreFailures
{
    /// <summary>As in <c>certificate-expired</c>.</summary>
    public static string Name(this SigstoreFailure failure) =>
        string.Concat(failure.ToString().Select((c, i) => char.IsUpper(c) ? (i == 0 ? "" : "-") + char.ToLowerInvariant(c) : c.ToString()));
}
