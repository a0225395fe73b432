namespace Slipway.Inspection;

/// <summary>What programs load while they run, and no file names, is there because the contract says so.</summary>
internal sealed class RequirementRule : IInspectionRule
{
    public IEnumerable<Violation> Check(InspectedPlatform image)
    {
        foreach (Requirement required in image.Contract.Requires)
        {
            bool there = required.Path is { } path
                ? image.Found.Resolve(path) is not null
                : image.Libraries.FindByDefault(required.SoName!) is not null;
            if (!there)
            {
                yield return image.ViolationOf(
                    required.Path is null ? required.SoName! : "/" + required.Path,
                    "required",
                    $"it is needed but not in the image: {required.Reason}",
                    $"Add the package that has it to images/{image.Definition.Name}/image.yaml"
                );
            }
        }
    }
}
