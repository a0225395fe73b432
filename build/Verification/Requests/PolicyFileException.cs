namespace Slipway.Verification;

/// <summary>A file is not a policy: what is asked for is not known, so nothing is verified.</summary>
/// <param name="message">Which file, where in it, what was wanted and what it has.</param>
public sealed class PolicyFileException(string message, Exception? innerException = null) : Exception(message, innerException);
