namespace Slipway.Processes;

/// <summary>How much of an output is kept, and what becomes of the rest.</summary>
public sealed record OutputLimit
{
    private const int Least = 2;

    private OutputLimit(long bytes, bool keepsEnds)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bytes, keepsEnds ? Least : 0);
        Bytes = bytes;
        KeepsEnds = keepsEnds;
    }

    public long Bytes { get; }

    /// <summary>Whether more is read, and its middle let go; else a program that says more is ended.</summary>
    public bool KeepsEnds { get; }

    /// <summary>A program that says more is ended.</summary>
    public static OutputLimit Refuse(long bytes) => new(bytes, keepsEnds: false);

    /// <summary>Of more the two ends are kept, half as much each, with a line between them that tells how much is missing.</summary>
    public static OutputLimit KeepEnds(int bytes) => new(bytes, keepsEnds: true);
}
