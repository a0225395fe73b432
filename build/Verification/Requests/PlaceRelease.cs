using Slipway.Oci;
using Slipway.Trust;

namespace Slipway.Verification;

/// <summary>A release in a repository as what is verified: content and signatures are read from the same place.</summary>
public static class PlaceRelease
{
    /// <param name="wanted">Tag or digest.</param>
    /// <param name="official">What signatures must name.</param>
    public static VerificationRequest Release(this IContentReader repository, string wanted, Reference official) =>
        new()
        {
            Content = repository,
            Signatures = repository,
            Wanted = wanted,
            Official = official,
        };
}
