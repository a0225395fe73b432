namespace Slipway.Trust;

/// <summary>The cosign program did not do what was asked; the message says why, with what it said itself.</summary>
public sealed class CosignException(string message, Exception? innerException = null) : Exception(message, innerException)
{
    /// <summary>Whether there is no cosign here that can be used at all.</summary>
    public bool IsMissing { get; init; }
}
