using Slipway.Definitions;
using Slipway.Testing;

namespace Slipway.Inspection.Tests;

/// <summary>What was assembled in a fixture, inspected.</summary>
internal static class InspectedFixture
{
    /// <summary>Inspects the layout <c>layout</c> by the fixture's contract.</summary>
    public static async Task<InspectionResult> InspectAsync(this AssemblyFixture shop)
    {
        ImageDefinition definition = shop.Definition();
        File.WriteAllText(Path.Combine(shop.Folder, Contract.FileName), shop.Contract);
        return await new ImageInspection(shop.Layout(), shop.Contents(), Path.Combine(shop.Root, "inspection")).RunAsync(
            definition,
            shop.Lock,
            ContractFile.Read(definition),
            TestContext.Current.CancellationToken
        );
    }
}
