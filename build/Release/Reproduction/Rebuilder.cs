using Slipway.Trust;
using Slipway.Verification;

namespace Slipway.Release;

/// <summary>Who built a release again, and says so.</summary>
/// <param name="Builder">Where it was built.</param>
public sealed record Rebuilder(ISigner Signer, Builder Builder);
