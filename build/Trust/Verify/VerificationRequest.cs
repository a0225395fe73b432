using Slipway.Oci;

namespace Slipway.Trust;

/// <summary>What is to be verified and where it is read.</summary>
public sealed record VerificationRequest
{
    /// <summary>Where manifests and configurations are read.</summary>
    public required IContentReader Content { get; init; }

    /// <summary>Where signatures are read: for a registry the same place, for a layout folder the one beside it.</summary>
    public required IContentReader Signatures { get; init; }

    /// <summary>A tag or a digest of an index or image.</summary>
    public required string Wanted { get; init; }

    /// <summary>The official repository, which every signature has to name, wherever the content is read.</summary>
    public required Reference Official { get; init; }
}
