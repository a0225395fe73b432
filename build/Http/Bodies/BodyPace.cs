namespace Slipway.Http;

/// <summary>
/// Judges how fast a body moves: over each <see cref="Patience.RateWindow"/> of waiting for the other side, at least
/// <see cref="Patience.LeastRate"/>. Silence is judged elsewhere. For one body at a time.
/// </summary>
internal sealed class BodyPace(Patience patience)
{
    private TimeSpan _waited;
    private long _bytes;

    /// <summary>Takes note of some bytes and of how long the other side was waited for them.</summary>
    /// <exception cref="IOException">It is too slow; says by how much, and which option changes the limit.</exception>
    public void Note(TimeSpan waited, int bytes)
    {
        _waited += waited;
        _bytes += bytes;
        if (_waited < patience.RateWindow)
            return;
        if (_bytes < patience.LeastRate * _waited.TotalSeconds)
            throw new IOException($"too slow: {_bytes} bytes in {Exchange.Seconds(_waited)}, wanted at least {patience.LeastRate} a second (--minimum-rate)");
        (_waited, _bytes) = (TimeSpan.Zero, 0);
    }
}
