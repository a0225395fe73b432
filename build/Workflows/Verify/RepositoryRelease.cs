using Slipway.Oci;
using Slipway.Registry;
using Slipway.Trust;

namespace Slipway.Workflows;

/// <summary>A release in a registry as what is verified: content and signatures are read from the same repository.</summary>
internal static class RepositoryRelease
{
    /// <param name="wanted">Tag or digest.</param>
    /// <param name="official">What signatures must name.</param>
    public static VerificationRequest Release(this Repository repository, string wanted, Reference official) =>
        new()
        {
            Content = repository,
            Signatures = repository,
            Wanted = wanted,
            Official = official,
        };
}
