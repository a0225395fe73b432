using System.Globalization;
using Slipway.Oci;

namespace Slipway.Inspection;

/// <summary>No layer is larger than its budget, packed or unpacked.</summary>
internal sealed class BudgetRule : IInspectionRule
{
    private const double MebiByte = 1024 * 1024;

    public IEnumerable<Violation> Check(InspectedPlatform image)
    {
        for (int i = 0; i < image.Assembled.Layers.Length && i < image.Definition.Layers.Length; i++)
        {
            string name = image.Definition.Layers[i].Name;
            LayerBudget budget = image.Contract.Budgets.Single(budget => budget.Layer == name);
            foreach (
                (string kind, long size, int limit) in new[]
                {
                    ("compressed", image.Assembled.Layers[i].Blob.Size, budget.CompressedMiB),
                    ("unpacked", image.Found.UnpackedSizes[i], budget.UnpackedMiB),
                }
            )
            {
                if (size > limit * MebiByte)
                {
                    string got = (size / MebiByte).ToString("0.0", CultureInfo.InvariantCulture);
                    yield return image.ViolationOf(
                        $"layer {name}",
                        "budget",
                        $"wanted at most {limit} MiB {kind}, got {got}",
                        $"Find what grew with {new NextCommand("Inspect") { Options = ["--against"] }}, or raise the budget in "
                            + $"images/{image.Definition.Name}/contract.yaml"
                    );
                }
            }
        }
    }
}
