namespace Slipway.StandIns;

/// <summary>An issue of a <see cref="StandInRepository"/>.</summary>
public sealed class StandInIssue(int number)
{
    public int Number => number;

    public string Title { get; set; } = "";

    public string? Text { get; set; }

    public bool IsOpen { get; set; } = true;

    /// <summary>Why it was closed, as its writer said; null while it is open.</summary>
    public string? Reason { get; set; }

    public List<string> Labels { get; } = [];

    public DateTimeOffset CreatedAt { get; init; }
}
