using System.Collections.Immutable;
using System.Globalization;
using Slipway.Images;
using Slipway.Inspection;
using Slipway.Oci;
using Slipway.Verification;

namespace Slipway.Workflows;

/// <summary>Checks <c>NAME/layout</c> by the image's contract, or sets it beside another image.</summary>
internal sealed class InspectWorkflow(Workspace workspace, Action<string> log)
{
    /// <summary>Makes <c>NAME/inspection.json</c>; throws nothing for a violation.</summary>
    public async Task<InspectionResult> RunAsync(AssemblyRequest input, CancellationToken cancellationToken)
    {
        log($"{input.Name}: inspecting");
        string results = workspace.Results(input.Name);
        Contract contract = ContractFile.Read(input.Definition);
        OciLayout layout = workspace.OpenLayout(input.Name);
        File.Delete(workspace.InspectionRecord(input.Name));
        ImageInspection inspection = new(layout, workspace.Contents(input.Name), Path.Combine(results, ".inspection"))
        {
            HasDefinedLayers = workspace.Way == BuildMethod.Assembled,
        };
        InspectionResult result = await inspection.RunAsync(input.Definition, input.Lock, contract, cancellationToken);
        await File.WriteAllBytesAsync(workspace.InspectionRecord(input.Name), InspectionRecord.ToBytes(result), cancellationToken);
        return result;
    }

    /// <summary>What <c>NAME/layout</c> has otherwise than another image; neither is judged.</summary>
    public async Task<ImmutableArray<ImageDifference>> CompareAsync(string image, OtherImage other, CancellationToken cancellationToken)
    {
        log($"{image}: comparing with {other}");
        OciLayout layout = workspace.OpenLayout(image);
        ComparisonSpool spool = new(Path.Combine(workspace.Results(image), ".comparison"));
        AssembledImage ours = await ImageReader.ReadAsync(image, layout, cancellationToken);
        Descriptor theirs = await other.ResolveAsync(cancellationToken);
        var differences = ImmutableArray.CreateBuilder<ImageDifference>();
        foreach (AssembledPlatform platform in ours.Platforms)
        {
            ComparedImage now = (await ComparedImage.ReadAsync(layout, ours.Index, platform.Platform, spool, cancellationToken))!;
            now = now with { Packages = (await workspace.Contents(image).ReadAsync(image, platform.Platform, cancellationToken)).Packages };
            ComparedImage? was = await ComparedImage.ReadAsync(other.Place, theirs, platform.Platform, spool, cancellationToken);
            if (was is not null && other.Contents is { } lists)
                was = was with { Packages = (await lists.ReadAsync(image, platform.Platform, cancellationToken)).Packages };
            differences.AddRange(ImageDifference.Between(platform.Platform, was, now));
        }

        return differences.ToImmutable();
    }

    /// <summary>What an inspection found, a line for each violation or one for the image.</summary>
    public static IEnumerable<string> Lines(InspectionResult result)
    {
        foreach (Violation violation in result.Violations)
            yield return violation.ToString();
        if (result.Passed)
            yield return $"{result.Image}: holds its contract on {string.Join(" and ", result.Platforms.Select(Counts))}";
    }

    private static string Counts(InspectedCount platform) =>
        string.Create(CultureInfo.InvariantCulture, $"{platform.Platform} ({platform.Files} files, {platform.Links} links)");
}
