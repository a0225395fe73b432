namespace Slipway.Sigstore;

/// <summary>A bundle proves nothing, for one reason.</summary>
/// <param name="failure">The reason.</param>
/// <param name="message">What was found, for people.</param>
public sealed class SigstoreException(SigstoreFailure failure, string message, Exception? innerException = null)
    : Exception(message, innerException)
{
    /// <summary>The reason.</summary>
    public SigstoreFailure Failure { get; } = failure;
}
