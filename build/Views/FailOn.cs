namespace Slipway.Views;

/// <summary>What makes the target <c>Outdated</c> fail.</summary>
public enum FailOn
{
    /// <summary>Anything newer.</summary>
    Any,

    /// <summary>A newer version of a package in the security suite, or one that fixes what the advisories name.</summary>
    Security,
}
