namespace Slipway.Views;

/// <summary>
/// What makes the targets <c>Outdated</c> and <c>Scan</c> fail: the first two are about what is newer, the others about findings.
/// </summary>
public enum FailOn
{
    /// <summary>Anything newer.</summary>
    Any,

    /// <summary>A newer version of a package in the security suite, or one that fixes what the advisories name.</summary>
    Security,

    /// <summary>What is critical.</summary>
    Critical,

    /// <summary>What is high, or worse.</summary>
    High,

    /// <summary>What is medium, or worse.</summary>
    Medium,

    /// <summary>What is low, or worse, and what nobody rated.</summary>
    Low,

    /// <summary>What a new lock would have fixed.</summary>
    Fixable,
}
