namespace Slipway.Trust;

/// <summary>
/// A key, private or public, cannot be used: not readable, a wrong password, an unfit kind. It is the configuration that
/// is wrong, not the content. The message names the key and the next step and never holds key material or a password.
/// </summary>
public sealed class SigningKeyException : Exception
{
    public SigningKeyException(string message)
        : base(message) { }

    /// <summary>Whether it is the program that is missing, and nothing is known of the key.</summary>
    public bool IsMissing { get; init; }
}
