using Slipway.Oci;

namespace Slipway.Trust;

/// <summary>What to take over from where.</summary>
public sealed record Adoption
{
    /// <summary>Whose signatures count.</summary>
    public required ITrustedSigner Signer { get; init; }

    /// <summary>Places that have the image; the first one that has something wins.</summary>
    public required IReadOnlyList<IContentReader> Elsewhere { get; init; }

    /// <summary>Says of a statement of ours which others will do as well: <see cref="WantedStatement.Accepts"/>.</summary>
    public required Func<WantedStatement, WantedStatement> Understand { get; init; }
}
