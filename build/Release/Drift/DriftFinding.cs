using Slipway.Oci;

namespace Slipway.Release;

/// <summary>What can be wrong with a published release, each told apart by name: <see cref="DriftKinds.Name"/>.</summary>
public enum DriftKind
{
    /// <summary>A tag that never moves names another digest than its record, or than on another registry.</summary>
    TagMoved,

    /// <summary>A tag that is recorded, or on another registry, is definitely not there.</summary>
    TagMissing,

    /// <summary>A tag that was withdrawn stands.</summary>
    TagWithdrawn,

    /// <summary>A moving tag names different digests on the registries.</summary>
    MovingTagDiffers,

    /// <summary>A manifest or blob that a tag leads to is definitely not there.</summary>
    ChildMissing,

    /// <summary>A manifest is there but is not what its digest says, or cannot be read.</summary>
    ContentDamaged,

    /// <summary>A manifest has no signature there.</summary>
    SignatureMissing,

    /// <summary>A signature is there but does not hold by the key that was given.</summary>
    SignatureInvalid,

    /// <summary>An SBOM or a provenance is missing there, or does not hold by the key that was given.</summary>
    AttestationInvalid,

    /// <summary>What a tag claims of what it names is not so, or its provenance tells of something that no release is.</summary>
    ClaimFalse,

    /// <summary>The registry answers as no sound registry does.</summary>
    RegistryUnsound,

    /// <summary>More tags are there than are looked at; what is beyond them was not compared.</summary>
    TagsBeyondLimit,

    /// <summary>More stands behind tags than is looked at; what is beyond it was not looked for.</summary>
    ContentBeyondLimit,

    /// <summary>The registry could not be asked, or shows the repository to nobody: neither fine nor missing.</summary>
    RegistryUnreachable,
}

/// <summary>The kinds as words.</summary>
public static class DriftKinds
{
    /// <summary>As in <c>tag-moved</c>: the same in every table, document and release.</summary>
    public static string Name(this DriftKind kind) =>
        string.Concat(kind.ToString().Select((c, i) => char.IsUpper(c) ? (i == 0 ? "" : "-") + char.ToLowerInvariant(c) : c.ToString()));
}

/// <summary>One thing that is not as it was published.</summary>
/// <param name="Image">The image's name.</param>
/// <param name="Repository">Where, <c>quay.io/poseidon/kubelet</c>.</param>
/// <param name="Tag">The tag it is about; null when it is about content or the registry.</param>
/// <param name="Digest">What is there, or what is missing when it is about content; null when there is none.</param>
/// <param name="Text">What was wanted and what was found, for people.</param>
public sealed record DriftFinding(DriftKind Kind, string Image, string Repository, string? Tag, Digest? Digest, string Text)
{
    /// <summary>Why it is not trusted, by the word that Verify has for it; null for what is no question of trust.</summary>
    public Trust.FailureReason? Reason { get; init; }
}
