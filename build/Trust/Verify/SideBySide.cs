namespace Slipway.Trust;

/// <summary>
/// Reads several things at once, so that a slow one does not keep the others waiting, and few enough of them to fit in memory.
/// </summary>
internal static class SideBySide
{
    private const int AtOnce = 8;

    /// <summary>Of this many bytes together there may be several at once; what is larger is read alone.</summary>
    private const long BytesAtOnce = 4L * 1024 * 1024;

    /// <summary>Reads all, in their order.</summary>
    /// <param name="size">Of one, in bytes.</param>
    public static async Task<List<TResult>> ReadAsync<T, TResult>(IEnumerable<T> all, Func<T, long> size, Func<T, Task<TResult>> read)
    {
        List<TResult> results = [];
        List<T> batch = [];
        long bytes = 0;
        foreach (T each in all)
        {
            if (batch.Count == AtOnce || (batch.Count > 0 && bytes + size(each) > BytesAtOnce))
            {
                results.AddRange(await Task.WhenAll(batch.Select(read)));
                batch = [];
                bytes = 0;
            }

            batch.Add(each);
            bytes += size(each);
        }

        results.AddRange(await Task.WhenAll(batch.Select(read)));
        return results;
    }
}
