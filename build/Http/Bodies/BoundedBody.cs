namespace Slipway.Http;

/// <summary>Reads the bodies that are small by their nature (errors, tokens, manifests) without trusting that they are.</summary>
public static class BoundedBody
{
    /// <summary>At most the first <paramref name="limit"/> + 1 bytes: more than the limit means that it was exceeded.</summary>
    /// <exception cref="IOException">The connection broke.</exception>
    public static async Task<ReadOnlyMemory<byte>> ReadAsync(HttpResponseMessage response, int limit, CancellationToken cancellationToken)
    {
        await using Stream body = await response.Content.ReadAsStreamAsync(cancellationToken);
        using MemoryStream kept = new();
        byte[] buffer = new byte[16 * 1024];
        int count;
        while (kept.Length <= limit && (count = await body.ReadAsync(buffer, cancellationToken)) > 0)
            kept.Write(buffer, 0, (int)Math.Min(count, limit + 1 - kept.Length));
        return kept.ToArray();
    }
}
