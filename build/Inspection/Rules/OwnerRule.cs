using Slipway.Images;
using Slipway.Layers;
using Slipway.Oci;

namespace Slipway.Inspection;

/// <summary>
/// Layers and list of contents say the same, entry by entry and in both directions, so each file has the one owner that the
/// list names: a package of the lock, an upstream file, the definition, or a finishing step.
/// </summary>
internal sealed class OwnerRule : IInspectionRule
{
    public IEnumerable<Violation> Check(InspectedPlatform image)
    {
        string mend = $"Run {new NextCommand("Assemble") { Image = image.Definition.Name }}";
        if (image.Contents.Layers.Length != image.Assembled.Layers.Length || image.Contents.Layers.Length != image.Definition.Layers.Length)
        {
            yield return image.ViolationOf(
                "layers",
                "owner",
                $"the definition has {image.Definition.Layers.Length}, the image {image.Assembled.Layers.Length}, the list of "
                    + $"contents {image.Contents.Layers.Length}",
                mend
            );
            yield break;
        }

        HashSet<string> owners =
        [
            ContentOwner.Definition,
            .. image.Lock.Packages.Select(package => ContentOwner.OfPackage(package.Name)),
            .. image.Definition.Upstream.Select(file => ContentOwner.OfUpstream(file.Name, file.Version)),
        ];
        Dictionary<string, int> files = new(StringComparer.Ordinal);
        ILookup<int, FoundEntry> found = image.Found.All.ToLookup(entry => entry.Layer);
        for (int i = 0; i < image.Contents.Layers.Length; i++)
        {
            LayerContents listed = image.Contents.Layers[i];
            // A folder that a step made lower stands in every layer that has something in it.
            owners.UnionWith(Finishing.StepsOf(image.Definition.Layers[i]).Select(ContentOwner.OfStep));
            foreach (Violation violation in Compare(image, i, listed, found[i], mend))
                yield return violation;
            foreach (ContentEntry entry in listed.Entries)
            {
                if (entry.Kind != LayerEntryKind.Directory && !files.TryAdd(entry.Path, i))
                    yield return image.Violation(
                        entry.Path,
                        "owner",
                        $"layers {image.Definition.Layers[files[entry.Path]].Name} and {listed.Name} both hold it",
                        mend
                    );
                if (!owners.Contains(entry.Owner))
                    yield return image.Violation(
                        entry.Path,
                        "owner",
                        $"its owner '{entry.Owner}' is neither in the lock nor a step of the definition",
                        mend
                    );
            }
        }
    }

    private static IEnumerable<Violation> Compare(
        InspectedPlatform image,
        int number,
        LayerContents listed,
        IEnumerable<FoundEntry> found,
        string mend
    )
    {
        string layer = image.Definition.Layers[number].Name;
        if (listed.Name != layer || listed.DiffId != image.Assembled.Layers[number].DiffId)
            yield return image.ViolationOf(
                $"layer {layer}",
                "owner",
                $"the list of contents describes layer {listed.Name} {listed.DiffId}",
                mend
            );
        Dictionary<string, ContentEntry> left = new(StringComparer.Ordinal);
        foreach (ContentEntry entry in listed.Entries)
        {
            if (!left.TryAdd(entry.Path, entry))
                yield return image.Violation(
                    entry.Path,
                    "owner",
                    $"{left[entry.Path].Owner} and {entry.Owner} both put it into layer {layer}",
                    mend
                );
        }

        foreach (FoundEntry entry in found)
        {
            if (FoundImage.IsWhiteout(entry))
                yield return image.Violation(entry.Path, "whiteout", $"layer {layer} deletes a file of another layer", mend);
            else if (!left.Remove(entry.Path, out ContentEntry? wanted))
                yield return image.Violation(
                    entry.Path,
                    "owner",
                    $"layer {layer} holds it more often than the list of contents names it",
                    mend
                );
            else if (Difference(wanted, entry) is { } difference)
                yield return image.Violation(entry.Path, "owner", difference, mend);
        }

        foreach (ContentEntry entry in left.Values)
            yield return image.Violation(entry.Path, "owner", $"the list of contents names it, but layer {layer} does not hold it", mend);
    }

    private static string? Difference(ContentEntry wanted, FoundEntry got)
    {
        EntryFacts one = new(wanted.Kind, wanted.Mode, wanted.UserId, wanted.GroupId, wanted.LinkTarget, wanted.Size, wanted.Digest);
        EntryFacts other = new(got.Kind, got.Mode, got.UserId, got.GroupId, got.LinkTarget, got.File?.Size ?? 0, got.File?.Digest);
        return one == other ? null : $"the list of contents wanted {one}, got {other}";
    }

    /// <summary>What a list of contents says of an entry, and a layer has of it.</summary>
    /// <param name="Kind">Null for what no list names, as a device.</param>
    private sealed record EntryFacts(LayerEntryKind? Kind, int Mode, int User, int Group, string? Target, long Size, Digest? Digest)
    {
        public override string ToString() =>
            $"{Kind?.ToString() ?? "a special file"} {Convert.ToString(Mode, 8).PadLeft(4, '0')} {User}:{Group} {Size} "
            + $"bytes{(Target is null ? "" : " -> " + Target)}{(Digest is null ? "" : " " + Digest)}";
    }
}
