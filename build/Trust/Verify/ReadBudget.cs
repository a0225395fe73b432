namespace Slipway.Trust;

/// <summary>How much is read of the statements about one manifest, in one form: many times what a release has.</summary>
internal sealed class ReadBudget
{
    /// <summary>Of all together.</summary>
    public const long MaximumBytes = 64L * 1024 * 1024;

    private long _taken;

    /// <summary>Whether so many more bytes may be read; then they count.</summary>
    public bool Takes(long size)
    {
        if (size > MaximumBytes - _taken)
            return false;
        _taken += size;
        return true;
    }
}
