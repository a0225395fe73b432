using Slipway.Images;

namespace Slipway.Release;

/// <summary>What was built again from a release's source.</summary>
/// <param name="Contents">Whose its files are.</param>
public sealed record RebuiltImage(AssembledImage Image, ContentsFolder Contents)
{
    /// <summary>Whether all that the release is to have was built.</summary>
    public required bool IsWhole { get; init; }
}
