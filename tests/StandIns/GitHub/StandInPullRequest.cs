namespace Slipway.StandIns;

/// <summary>A pull request of a <see cref="StandInRepository"/>, from a branch of the repository itself.</summary>
public sealed class StandInPullRequest(int number, string head, string target)
{
    public int Number => number;

    /// <summary>The branch that it brings.</summary>
    public string Head => head;

    /// <summary>The branch that takes it.</summary>
    public string Target { get; set; } = target;

    public string Title { get; set; } = "";

    public string? Text { get; set; }

    public bool IsOpen { get; set; } = true;

    /// <summary>The commit that brought it into its target; null while it is not merged.</summary>
    public string? MergedAs { get; set; }

    /// <summary>What its branch was at when people closed it without a merge; null while that did not happen.</summary>
    public string? ClosedAt { get; set; }

    public List<string> Labels { get; } = [];

    public DateTimeOffset CreatedAt { get; init; }
}
