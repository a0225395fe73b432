using System.Net;

namespace Slipway.Http;

/// <summary>
/// No usable answer came, and no further attempt helps or is left; carries what the last one said, for a client that knows the protocol.
/// </summary>
public sealed class ExhaustedException : RemoteException
{
    /// <param name="fault"><see cref="RemoteFault.TryAgain"/>, or <see cref="RemoteFault.Untrusted"/>.</param>
    /// <param name="request">Method and redacted address.</param>
    /// <param name="outcome">What happened, how often and how long: <c>429 after 6 tries over 190 s</c>.</param>
    public ExhaustedException(RemoteFault fault, string request, string outcome, Exception? innerException = null)
        : base(fault, $"{request}: {outcome}", innerException)
    {
        Outcome = outcome;
    }

    public string Outcome { get; }

    /// <summary>Whether a further attempt could have helped.</summary>
    public bool IsWorthWaiting { get; init; } = true;

    /// <summary>The last response's status; null when there was no answer.</summary>
    public HttpStatusCode? Status { get; init; }

    /// <summary>The beginning of the last response's body, as it came: not fit for a log before someone has cleaned it.</summary>
    public ReadOnlyMemory<byte> Body { get; init; }
}
