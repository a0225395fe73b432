namespace Slipway.Inspection;

/// <summary>What the image starts with is an executable file of it.</summary>
internal sealed class ProgramRule : IInspectionRule
{
    public IEnumerable<Violation> Check(InspectedPlatform image)
    {
        string? program = image.Config.Entrypoint.Concat(image.Config.Command).FirstOrDefault();
        if (program is null)
            yield break;
        bool there = program.Contains('/', StringComparison.Ordinal)
            ? image.HasExecutable(program)
            : image.SearchPath.Any(folder => image.HasExecutable($"{folder}/{program}"));
        if (!there)
            yield return image.ViolationOf(
                program,
                "program",
                "the image starts it, but it is not an executable file of the image",
                $"Compare 'config' in images/{image.Definition.Name}/image.yaml with the files of the image"
            );
    }
}
