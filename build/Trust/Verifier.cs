namespace Slipway.Trust;

/// <summary>
/// Judges an image and each of its platforms: stored whole as far as manifests and configurations go, consistent, and
/// signed as the policy wants. Layers are not read. What is unreachable is an exception of the reader, never a verdict.
/// </summary>
public sealed class Verifier(VerificationPolicy policy)
{
    /// <summary>Reads each manifest, configuration and signature at most once.</summary>
    /// <exception cref="Http.RemoteException">A place could not be read, so nothing is known.</exception>
    public Task<VerificationResult> VerifyAsync(VerificationRequest request, CancellationToken cancellationToken) =>
        new Verification(policy, request).RunAsync(cancellationToken);
}
