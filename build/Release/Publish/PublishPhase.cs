namespace Slipway.Release;

/// <summary>The steps of a publication, in their order; each is complete on every registry before the next begins on any.</summary>
public enum PublishPhase
{
    /// <summary>Whether everything may be written; nothing is yet.</summary>
    Check,

    Blobs,

    /// <summary>By digest, children before the index.</summary>
    Manifests,

    Signatures,

    ReadBack,

    /// <summary>Children's before the index's.</summary>
    Tags,

    /// <summary>Every tag stands, and was read back.</summary>
    Done,
}
