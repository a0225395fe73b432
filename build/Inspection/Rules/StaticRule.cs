using Slipway.Layers;

namespace Slipway.Inspection;

/// <summary>
/// Programs that are copied to the host are static, since the host's libraries are unknown. Debian's builds, which stand in
/// for upstream's, are not.
/// </summary>
internal sealed class StaticRule : IInspectionRule
{
    public IEnumerable<Violation> Check(InspectedPlatform image)
    {
        foreach (
            string folder in image.Contract.HostPrograms.Where(folder =>
                !image.Found.Files.Any(file => InspectedPlatform.IsBelow(folder, file))
            )
        )
            yield return image.Violation(
                folder,
                "static",
                "the contract lists it in 'hostPrograms', but it holds no file",
                $"Correct 'hostPrograms' in images/{image.Definition.Name}/{Contract.FileName}"
            );
        if (image.HoldsStandIns)
            yield break;
        // What a link leads to is copied to the host under the link's name.
        foreach (FoundEntry entry in image.Found.Entries.Where(image.IsForHost))
        {
            if (image.Found.FileAt(entry.Path) is not { File.Elf.IsStatic: false } file || (entry.IsSymbolicLink && image.IsForHost(file)))
                continue;
            if (!image.Contract.Allows(ExceptionKey.DynamicHostPrograms, entry.Path))
                yield return image.Violation(
                    entry.Path,
                    "static",
                    "it runs on the host but needs a loader or libraries",
                    image.Allow(ExceptionKey.DynamicHostPrograms)
                );
        }
    }
}
