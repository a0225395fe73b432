namespace Slipway.Trust;

/// <summary>
/// Checks an image and each of its platforms: stored whole as far as manifests and configurations go, consistent, and
/// signed as the policy wants. Layers are not read. What is unreachable is an exception of the reader, never a verdict.
/// </summary>
/// <remarks>
/// Half of a verdict on a release: of what a tag claims and what a statement says it knows nothing. So it is made by what judges both
/// halves, Release's policy, and by nobody who merely reads a release.
/// </remarks>
public sealed class Verifier
{
    private readonly VerificationPolicy _policy;

    internal Verifier(VerificationPolicy policy) => _policy = policy;

    /// <summary>Reads each manifest, configuration and signature at most once.</summary>
    /// <exception cref="Http.RemoteException">A place could not be read, so nothing is known.</exception>
    public Task<VerificationResult> VerifyAsync(VerificationRequest request, CancellationToken cancellationToken) =>
        new Verification(_policy, request).RunAsync(cancellationToken);
}
