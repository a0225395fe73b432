namespace Slipway.Trust;

/// <summary>
/// Why a manifest is not trusted. Each has its own name in tables and JSON: <see cref="FailureReasons.Name"/>.
/// </summary>
public enum FailureReason
{
    /// <summary>The place has no such tag.</summary>
    TagMissing,

    /// <summary>The place lacks the manifest that a tag or an index names.</summary>
    ManifestMissing,

    /// <summary>The manifest is malformed, or its bytes do not have its digest.</summary>
    ManifestUnreadable,

    /// <summary>Size or media type of a child differ from what the index says.</summary>
    DescriptorMismatch,

    /// <summary>Neither an OCI image manifest nor an OCI image index, or an index inside an index.</summary>
    MediaTypeUnsupported,

    /// <summary>The index names no manifest.</summary>
    IndexEmpty,

    /// <summary>The index names more manifests than an image has platforms.</summary>
    IndexTooLarge,

    /// <summary>The index does not say for which platform a manifest is, or the image's configuration does not.</summary>
    PlatformMissing,

    /// <summary>The index names two manifests for one platform.</summary>
    PlatformDuplicate,

    /// <summary>The image's configuration is for another platform than the index says.</summary>
    PlatformMismatch,

    /// <summary>The place lacks the image's configuration.</summary>
    ConfigMissing,

    /// <summary>The image's configuration is malformed, too large, of another type or size, or not of its digest.</summary>
    ConfigUnreadable,

    /// <summary>The configuration names another number of layers than the manifest.</summary>
    LayersMismatch,

    /// <summary>No signature is stored for what was asked for.</summary>
    SignatureMissing,

    /// <summary>The index is signed or not, but this manifest that it names has no signature.</summary>
    ChildUnsigned,

    /// <summary>A signature is stored, but it or its payload cannot be read.</summary>
    SignatureUnreadable,

    /// <summary>There are signatures, none by the wanted key over its payload.</summary>
    SignedByOtherKey,

    /// <summary>The wanted key signed something that is no claim about an image.</summary>
    PayloadMalformed,

    /// <summary>The wanted key's claim is about another manifest.</summary>
    PayloadDigestMismatch,

    /// <summary>The wanted key's claim is about another repository.</summary>
    ReferenceMismatch,

    /// <summary>A wanted kind of attestation is not stored.</summary>
    AttestationMissing,

    /// <summary>An attestation is stored, but it cannot be read.</summary>
    AttestationUnreadable,

    /// <summary>There are attestations, none of the wanted kind by the wanted key.</summary>
    AttestationSignedByOtherKey,

    /// <summary>The wanted key signed something that is no statement.</summary>
    StatementMalformed,

    /// <summary>The wanted key's statement is about other manifests.</summary>
    AttestationSubjectMismatch,

    /// <summary>The wanted key's statement is about another repository.</summary>
    AttestationReferenceMismatch,

    /// <summary>The provenance cannot be read.</summary>
    ProvenanceUnreadable,

    /// <summary>The provenance tells of another build than the one expected.</summary>
    ProvenanceMismatch,

    /// <summary>The signer's certificate tells of another repository, commit, tag or workflow than the provenance.</summary>
    CertificateMismatch,

    /// <summary>The signer was accepted at another time than that of the release.</summary>
    SignerOutsidePeriod,

    /// <summary>Some of the signers have signed, and fewer than the policy wants.</summary>
    SignersTooFew,

    /// <summary>The SBOM cannot be read.</summary>
    SbomUnreadable,

    /// <summary>A layer is missing, damaged, or another than the configuration says.</summary>
    LayerUnreadable,

    /// <summary>The SBOM is not that of the layers.</summary>
    SbomMismatch,

    /// <summary>Somebody who was to build it again has not said that the same came out.</summary>
    ReproductionMissing,

    /// <summary>Somebody built it again from another source than the release says it is of.</summary>
    ReproductionMismatch,

    /// <summary>Another registry of the image has another digest.</summary>
    DigestDiffersBetweenRegistries,

    /// <summary>The tag reads like that of a release and is none, so nothing can prove what it claims.</summary>
    TagUnreadable,

    /// <summary>The tag says that it names an index and names a platform's manifest, or the other way round.</summary>
    TagShapeMismatch,

    /// <summary>The tag says that it names the manifest of one platform and names that of another.</summary>
    TagPlatformMismatch,

    /// <summary>The release is older than whoever asked takes.</summary>
    ReleaseTooOld,

    /// <summary>How old the release is cannot be told from what is verified, and somebody asked.</summary>
    ReleaseAgeUnknown,
}

/// <summary>The reasons as words.</summary>
public static class FailureReasons
{
    /// <summary>As in <c>signed-by-other-key</c>: the same in every table, document and release.</summary>
    public static string Name(this FailureReason reason) =>
        string.Concat(reason.ToString().Select((c, i) => char.IsUpper(c) ? (i == 0 ? "" : "-") + char.ToLowerInvariant(c) : c.ToString()));
}
