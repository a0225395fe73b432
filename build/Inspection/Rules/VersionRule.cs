using Slipway.Layers;

namespace Slipway.Inspection;

/// <summary>Upstream's files say that they are of the version they are released as; a stand-in says what it likes.</summary>
internal sealed class VersionRule : IInspectionRule
{
    public IEnumerable<Violation> Check(InspectedPlatform image)
    {
        foreach (ExpectedVersion expected in image.Contract.Versions)
        {
            FoundEntry? file = image.Found.FileAt(expected.Path);
            if (file is null || (!image.HoldsStandIns && !file.File!.Contains.Contains(expected.Contains, StringComparer.Ordinal)))
            {
                yield return image.Violation(
                    expected.Path,
                    "version",
                    file is null ? "wanted a file, got none" : $"wanted the text '{expected.Contains}' in it, got none",
                    $"Compare version and checksums in images/{image.Definition.Name}/image.yaml with what upstream released"
                );
            }
        }
    }
}
