namespace Slipway.Engine;

/// <summary>How long an Engine's answer may take and how much of it may come, whoever reads it.</summary>
internal sealed record ResponseLimits
{
    private static readonly TimeSpan Usual = TimeSpan.FromMinutes(2);

    /// <summary>A few values, read whole before anybody sees them.</summary>
    public static ResponseLimits Small { get; } = new() { TimeLimit = Usual, Size = 4 * 1024 * 1024 };

    /// <summary>Lines that tell of a load: each is held to its form before the library sees it.</summary>
    public static ResponseLimits Messages { get; } = new() { IsMessages = true };

    /// <summary>Bytes that keep coming: one who stands still is let go.</summary>
    public static ResponseLimits Archive { get; } = new() { Moves = true };

    /// <summary>A program's output, a build's progress, a wait for something to happen; its reader has limits of its own.</summary>
    public static ResponseLimits Open { get; } = new();

    /// <summary>How long it may take to begin, and how long to end where it has a size; null for as long as it takes.</summary>
    public TimeSpan? TimeLimit { get; init; }

    /// <summary>The most bytes of all of it; null where it is not read at once.</summary>
    public int? Size { get; init; }

    public bool Moves { get; init; }

    public bool IsMessages { get; init; }
}
