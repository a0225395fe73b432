namespace Slipway.GitHub;

/// <summary>
/// Remembers answers with their tags, so that what did not change is asked for with If-None-Match (RFC 9110, section 13.1.2): the response
/// 304 does not count against the primary limit of who has a token. Safe for concurrent use.
/// </summary>
public interface IResponseStore
{
    /// <summary>What is kept for an address; null when nothing is, or nothing sound.</summary>
    Task<KeptResponse?> FindAsync(Uri address, CancellationToken cancellationToken);

    /// <summary>Keeps a response in place of the one before; where that cannot be done, nothing is kept and nothing fails.</summary>
    Task KeepAsync(Uri address, KeptResponse response, CancellationToken cancellationToken);
}

/// <summary>A response that may still hold.</summary>
/// <param name="ETag">As it came.</param>
/// <param name="Next">Where the list went on; null after its last page.</param>
public sealed record KeptResponse(string ETag, Uri? Next, ReadOnlyMemory<byte> Body);
