namespace Slipway.Definitions;

/// <summary>
/// Tells of a file's signature what its files alone cannot: who issued the certificate, and that a transparency log saw it used in time.
/// </summary>
public interface ISignatureLog
{
    /// <param name="signature">Holds already as far as the files show.</param>
    /// <param name="path">The signed content.</param>
    Task<LogResponse> AskAsync(FileSignature signature, UpstreamSigner signer, string path, CancellationToken cancellationToken);
}

/// <summary>What came of asking.</summary>
/// <param name="Verdict">Nothing is presumed: what could not be asked is neither good nor bad.</param>
/// <param name="Reason">Why it is refused, or could not be asked; empty when it is verified.</param>
public sealed record LogResponse(LogVerdict Verdict, string Reason)
{
    public static LogResponse Verified { get; } = new(LogVerdict.Verified, "");

    /// <summary>The log was not asked.</summary>
    public static LogResponse NotAsked(string reason) => new(LogVerdict.NotAsked, reason);

    /// <summary>The signature does not hold.</summary>
    public static LogResponse Refused(string reason) => new(LogVerdict.Refused, reason);
}

/// <summary>The kinds of answers.</summary>
public enum LogVerdict
{
    NotAsked,
    Refused,
    Verified,
}
