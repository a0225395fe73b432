namespace Slipway.Images;

/// <summary>
/// Programs that are copied to the host are static, since the host's libraries are unknown. Debian's builds, which stand in
/// for upstream's, are not.
/// </summary>
internal sealed class StaticRule : IInspectionRule
{
    public IEnumerable<Violation> Check(InspectedPlatform image)
    {
        if (image.HoldsStandIns)
            yield break;
        foreach (FoundEntry entry in image.Found.Entries)
        {
            if (entry.File?.Elf is { IsStatic: false } && image.IsForHost(entry) && !image.Contract.Allows(ExceptionKey.DynamicHostPrograms, entry.Path))
                yield return image.Violation(entry.Path, "static", "it runs on the host and needs a loader or libraries", image.Allow(ExceptionKey.DynamicHostPrograms));
        }
    }
}
