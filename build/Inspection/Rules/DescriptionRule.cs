using Slipway.Images;
using Slipway.Oci;

namespace Slipway.Inspection;

/// <summary>Labels and annotations are those that definition and lock give, on index, manifest and configuration alike.</summary>
internal sealed class DescriptionRule : IInspectionRule
{
    public IEnumerable<Violation> Check(InspectedPlatform image)
    {
        var wanted = ImageDescription.Of(image.Definition, image.Lock);
        foreach (
            (string what, IReadOnlyDictionary<string, string> got) in new (string, IReadOnlyDictionary<string, string>)[]
            {
                ("index", image.IndexAnnotations),
                ("manifest", image.Manifest.Annotations),
                ("configuration", image.Config.Labels),
            }
        )
        {
            foreach ((string key, string value) in what == "configuration" ? image.Definition.Config.Labels.SetItems(wanted) : wanted)
            {
                if (got.GetValueOrDefault(key) is var there && there != value)
                {
                    yield return image.ViolationOf(
                        $"{what} {key}",
                        "description",
                        $"wanted '{value}', got {(there is null ? "nothing" : $"'{there}'")}",
                        $"Run {new NextCommand("Assemble") { Image = image.Definition.Name }}"
                    );
                }
            }

            if (StandInMark.Key is var mark && got.ContainsKey(mark) != wanted.ContainsKey(mark))
                yield return image.ViolationOf(
                    $"{what} {mark}",
                    "description",
                    "the stand-in mark does not match the lock",
                    $"Run {new NextCommand("Assemble") { Image = image.Definition.Name }}"
                );
        }
    }
}
