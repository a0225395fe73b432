namespace Slipway.Verification;

/// <summary>What was asked for contradicts itself or cannot be: nothing was looked at.</summary>
public sealed class WrongUseException(string message) : Exception(message);
