using Slipway.Testing;

namespace Slipway.StandIns;

/// <summary>What a job did.</summary>
/// <param name="Folder">Its clone.</param>
public sealed record JobRun(string Id, string Folder)
{
    /// <summary>The workflow that it would run; null for a job of steps.</summary>
    public string? Called { get; init; }

    /// <summary>Of its commands, in order.</summary>
    public List<ChildResult> Results { get; } = [];

    public bool Succeeded => Results.All(result => result.ExitCode == 0);

    /// <summary>What its steps wrote for later ones, as they wrote it.</summary>
    public string Outputs { get; set; } = "";

    /// <summary>The variables that its commands saw, by name.</summary>
    public Dictionary<string, string> Seen { get; } = [];

    /// <summary>All that its commands said.</summary>
    public string Log => string.Concat(Results.Select(result => result.Output + result.Error));
}
