using System.Collections.Immutable;
using Slipway.Rehearsal;

namespace Slipway.StandIns;

/// <summary>
/// What goes wrong with one request. A closed set of values: each stands between the wire and the end-points, and decides
/// what they get to see and what the client gets to see of their answer.
/// </summary>
public abstract record Fault
{
    private protected Fault() { }

    /// <summary>How many bytes of the request's body are read, and lost, before it happens.</summary>
    public long AfterBytes { get; init; }

    /// <summary>Resets the connection before any byte of an answer; nothing was done.</summary>
    public static Fault Reset { get; } = new ResetFault();

    /// <summary>Handles the request, then resets the connection in the middle of the answer's header.</summary>
    public static Fault ResetInHeader { get; } = new HeaderFault();

    /// <summary>Handles the whole request, then resets the connection instead of answering.</summary>
    public static Fault LostAnswer { get; } = new CutFault(long.MaxValue);

    /// <summary>Ends the connection after half of the answer's body; an answer without body is lost.</summary>
    public static Fault TruncatedHalfway { get; } = new TruncationFault(null);

    /// <summary>From now on the token of this request is worth nothing: 401 with a challenge, whatever it would have been.</summary>
    public static Fault TokenRevoked { get; } = new RevocationFault();

    /// <summary>A mount is not carried out but answered as the beginning of an upload (202).</summary>
    public static Fault MountIgnored { get; } = new MountFault();

    /// <summary>A chunk, or the end of an upload, is taken for out of order: 416 with the true offset; nothing of it is kept.</summary>
    public static Fault ChunkRefused { get; } = new ChunkFault();

    /// <summary>The request is handled, but <c>Docker-Content-Digest</c> on the answer names other content.</summary>
    public static Fault WrongDigest { get; } = new DigestFault();

    /// <summary>What is pushed is read and answered with 201, and is not there afterwards.</summary>
    public static Fault CreatedInName { get; } = new CreationFault();

    /// <summary>As a registry of distribution 1.0: no referrers API (404), no <c>OCI-Subject</c>.</summary>
    public static Fault NoReferrers { get; } = new ReferrersFault();

    /// <summary>Right before the request is handled, everything that no tag reaches is collected.</summary>
    public static Fault Collected { get; } = new CollectionFault();

    /// <summary>
    /// Every kind of fault once, with a name for reports, as mild as it can be: who is told to wait is told to wait for 0
    /// seconds. A kind does something to the requests that it <see cref="AppliesTo"/>.
    /// </summary>
    public static ImmutableArray<FaultKind> Kinds { get; } =
    [
        new("429", Answer(429)),
        new("429 with seconds", Answer(429, "0")),
        new("429 with a date", AnswerUntil(429, TimeSpan.Zero)),
        new("500", Answer(500)),
        new("502", Answer(502)),
        new("503", Answer(503)),
        new("reset", Reset),
        new("reset in the header", ResetInHeader),
        new("truncated answer", TruncatedHalfway),
        new("cut request", Cut(1)),
        new("lost answer", LostAnswer),
        new("token revoked", TokenRevoked),
        new("mount ignored", MountIgnored),
        new("chunk refused", ChunkRefused),
        new("wrong digest", WrongDigest),
        new("created in name", CreatedInName),
        new("slow answer", Slow(64 * 1024, TimeSpan.FromMilliseconds(1))),
        new("no referrers", NoReferrers),
        new("collected", Collected),
    ];

    /// <summary>Answers with a status and the specification's error document; nothing was done.</summary>
    /// <param name="retryAfter">The value of a Retry-After field; null for none.</param>
    public static Fault Answer(int status, string? retryAfter = null) => new ResponseFault(status, retryAfter);

    /// <summary>As <see cref="Answer"/>, with a Retry-After that is a date: so long after it happens, to the second.</summary>
    public static Fault AnswerUntil(int status, TimeSpan wait) => new DateFault(status, wait);

    /// <summary>Handles the request with the first bytes of its body, then resets the connection.</summary>
    public static Fault Cut(long afterBytes) => new CutFault(afterBytes);

    /// <summary>Ends the connection after so many bytes of the answer's body, whose Content-Length says more.</summary>
    public static Fault Truncated(long afterBytes) => new TruncationFault(afterBytes);

    /// <summary>Waits before each part of the answer's body.</summary>
    /// <param name="bytes">The size of a part.</param>
    public static Fault Slow(int bytes, TimeSpan pause) => new SlowFault(bytes, pause);

    /// <summary>Both: <paramref name="inner"/> nearer to the end-points, this one nearer to the wire.</summary>
    public Fault And(Fault inner) => new BothFault(this, inner);

    /// <summary>For <see cref="FaultInjection.WithFaults"/>: this at the n-th request, counted from 1, and nothing else.</summary>
    public Func<RehearsalRequest, Fault?> At(long number) => request => request.Number == number ? this : null;

    /// <summary>Whether the fault can make a difference to such a request; else the request is handled as always.</summary>
    public virtual bool AppliesTo(RehearsalRequest request) => true;

    /// <summary>Handles the request, or does not, as the fault has it.</summary>
    /// <exception cref="ErrorResponse">The answer that the fault asks for.</exception>
    /// <exception cref="IOException">The connection is to be reset.</exception>
    internal abstract Task HappenAsync(HttpExchange exchange);
}

/// <summary>A fault and its name.</summary>
public sealed record FaultKind(string Name, Fault Fault)
{
    public override string ToString() => Name;
}
