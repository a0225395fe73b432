namespace Slipway.Verification;

/// <summary>A release cannot be made from this repository as it stands: dirty, shallow, or with a git tag that disagrees.</summary>
public sealed class ReleaseException(string message) : Exception(message)
{
    /// <summary>Whether git itself is missing.</summary>
    public bool IsMissingTool { get; init; }
}
