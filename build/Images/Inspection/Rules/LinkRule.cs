namespace Slipway.Images;

/// <summary>Every symbolic link leads to something in the image.</summary>
internal sealed class LinkRule : IInspectionRule
{
    public IEnumerable<Violation> Check(InspectedPlatform image)
    {
        foreach (FoundEntry link in image.Found.Entries.Where(entry => entry.IsSymbolicLink))
        {
            if (image.Found.Resolve(link.Path) is null && !image.Contract.Allows(ExceptionKey.DanglingLinks, link.Path))
                yield return image.Violation(link.Path, "link", $"it leads to {link.LinkTarget}, which is not in the image", image.Allow(ExceptionKey.DanglingLinks));
        }
    }
}
