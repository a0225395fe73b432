using System.Collections.Immutable;
using Slipway.Definitions;
using Slipway.Images;
using Slipway.Inspection;
using Slipway.Oci;
using Slipway.Verification;

namespace Slipway.Workflows;

/// <summary>Sets the two builds of an image side by side.</summary>
/// <param name="workspace">Of assembled images.</param>
internal sealed class CompareWorkflow(Workspace workspace, Action<string> log)
{
    private readonly Workspace _second = workspace with { Way = BuildMethod.Dockerfile };

    /// <exception cref="ContentException">One of the two is not there, broken, or they were built from other things.</exception>
    public async Task<Comparison> RunAsync(
        ImageDefinition definition,
        ImmutableArray<Platform> platforms,
        CancellationToken cancellationToken
    )
    {
        ImmutableArray<ExcusedDifference> entries = CompareFile.Read(definition);
        (OciLayout ours, AssembledImage image) = await OpenAsync(workspace, definition.Name, cancellationToken);
        (OciLayout theirs, AssembledImage other) = await OpenAsync(_second, definition.Name, cancellationToken);
        await RequireSameInputAsync(definition.Name, cancellationToken);
        string folder = Path.Combine(_second.Results(definition.Name), ".comparison");
        var counts = ImmutableArray.CreateBuilder<ComparedCount>();
        List<ImageDifference> differences = [];
        foreach (Platform platform in platforms)
        {
            log(
                $"{definition.Name} {platform}: comparing {image.Index.Digest.Abbreviated} with the "
                    + $"Dockerfile's {other.Index.Digest.Abbreviated}"
            );
            ComparedImage first = await ReadAsync(ours, image, platform, folder, cancellationToken),
                second = await ReadAsync(theirs, other, platform, folder, cancellationToken);
            counts.Add(new ComparedCount(platform, first.Found.Entries.Count(), first.Packages.Count));
            differences.AddRange(ImageDifference.Between(platform, first, second));
        }

        return Comparison.Of(definition.Name, counts.ToImmutable(), differences, entries);
    }

    private static async Task<(OciLayout, AssembledImage)> OpenAsync(Workspace place, string image, CancellationToken cancellationToken)
    {
        if (!Directory.Exists(place.Layout(image)))
            throw place
                .Assemble(image)
                .After(new ContentException($"{image}: {place.Layout(image)} is missing. Run {place.Assemble(image)}"));
        OciLayout layout = OciLayout.Open(place.Layout(image));
        return (layout, await ImageReader.ReadAsync(image, layout, cancellationToken));
    }

    private static async Task<ComparedImage> ReadAsync(
        OciLayout layout,
        AssembledImage image,
        Platform platform,
        string folder,
        CancellationToken cancellationToken
    ) =>
        await ComparedImage.ReadAsync(layout, image.Index, platform, new ComparisonSpool(folder), cancellationToken)
        ?? throw new ContentException(
            $"{layout.Name}: the image has no {platform}. Build both ways for the same platforms, or name some with --platforms"
        );

    /// <summary>Two builds of different things differ, and nobody learns why.</summary>
    private async Task RequireSameInputAsync(string image, CancellationToken cancellationToken)
    {
        AssemblyInput first = (
            await AssemblyRecord.ReadAsync(Path.Combine(workspace.Results(image), AssemblyRecord.FileName), cancellationToken)
        ).Input;
        AssemblyInput second = (
            await AssemblyRecord.ReadAsync(Path.Combine(_second.Results(image), AssemblyRecord.FileName), cancellationToken)
        ).Input;
        if (first != second with { Dockerfile = null })
        {
            NextCommand both = new("Assemble", "BuildDockerfile") { Image = image };
            throw both.After(new ContentException($"{image}: the two builds are not of the same definition, lock and files. Run {both}"));
        }
    }
}
