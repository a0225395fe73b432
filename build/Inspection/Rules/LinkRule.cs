using Slipway.Layers;
using Slipway.Oci;

namespace Slipway.Inspection;

/// <summary>
/// Every symbolic link leads to something in the image, and every hard link was one when it was laid: else nothing can unpack it.
/// </summary>
internal sealed class LinkRule : IInspectionRule
{
    public IEnumerable<Violation> Check(InspectedPlatform image)
    {
        foreach (FoundEntry link in image.Found.Entries.Where(entry => entry.Real.IsSymbolicLink))
        {
            if (image.Found.Resolve(link.Path) is null && !image.Contract.Allows(ExceptionKey.DanglingLinks, link.Path))
                yield return image.Violation(
                    link.Path,
                    "link",
                    $"it points to {link.Real.LinkTarget}, which is not in the image",
                    image.Allow(ExceptionKey.DanglingLinks)
                );
        }

        foreach (
            FoundEntry link in image.Found.All.Where(entry =>
                entry is { Kind: Oci.LayerEntryKind.HardLink, Linked: null } && !FoundImage.IsWhiteout(entry)
            )
        )
            yield return image.Violation(
                link.Path,
                "link",
                $"it is a hard link to {link.LinkTarget}, which is not an earlier file of this or a lower layer",
                $"Run {new NextCommand("Assemble") { Image = image.Definition.Name }}"
            );
    }
}
