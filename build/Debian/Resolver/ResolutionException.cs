namespace Slipway.Debian;

/// <summary>
/// What a definition wants cannot be had from its suites: a missing package, an unmet version, a conflict. The
/// definition must change; trying again cannot help.
/// </summary>
public sealed class ResolutionException : Exception
{
    /// <param name="message">Which package, for which architecture, and the chain that asked for it.</param>
    public ResolutionException(string message)
        : base(message) { }
}
