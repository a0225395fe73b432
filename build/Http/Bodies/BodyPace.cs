namespace Slipway.Http;

/// <summary>
/// Checks how fast a body moves: over each <see cref="RetryPolicy.RateWindow"/> of waiting for the other side, at least
/// <see cref="RetryPolicy.LeastRate"/>. Silence is judged elsewhere. For one body at a time.
/// </summary>
internal sealed class BodyPace(RetryPolicy retryPolicy)
{
    private TimeSpan _waited;
    private long _bytes;

    /// <summary>Takes note of some bytes and of how long the other side was waited for them.</summary>
    /// <exception cref="IOException">It is too slow; says by how much, and which option changes the limit.</exception>
    public void Note(TimeSpan waited, int bytes)
    {
        _waited += waited;
        _bytes += bytes;
        if (_waited < retryPolicy.RateWindow)
            return;
        if (_bytes < retryPolicy.LeastRate * _waited.TotalSeconds)
            throw new IOException(
                $"too slow: {_bytes} bytes in {Exchange.Seconds(_waited)}, wanted at least {retryPolicy.LeastRate} a second "
                    + "(--minimum-rate)"
            );
        (_waited, _bytes) = (TimeSpan.Zero, 0);
    }
}
