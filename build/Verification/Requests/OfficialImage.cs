using Slipway.Oci;

namespace Slipway.Verification;

/// <summary>What something must be.</summary>
/// <param name="Image">Null where nothing is known of it but its repository.</param>
/// <param name="Repository">What signatures must name.</param>
public sealed record OfficialImage(KnownImage? Image, Reference Repository);
