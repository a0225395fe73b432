using System.Collections.Immutable;
using Slipway.Definitions;
using Slipway.Http;
using Slipway.Images;
using Slipway.Inspection;
using Slipway.Oci;
using Slipway.Pages;
using Slipway.Release;
using Slipway.Spdx;
using Slipway.Verification;

namespace Slipway.Workflows;

/// <summary>Writes the report of released images, <c>report/index.html</c>, from what targets left below the artifacts folder.</summary>
internal sealed class ReportWorkflow(Workspace workspace)
{
    /// <param name="images">In the order to tell them.</param>
    /// <param name="timeline">When the steps of this run began; null for what the last run noted that made a report.</param>
    /// <returns>Where the page is.</returns>
    public async Task<string> RunAsync(IReadOnlyList<ReleaseToReport> images, Timeline? timeline, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(workspace.Report);
        string record = Path.Combine(workspace.Report, Timeline.FileName);
        if (timeline is not null)
            await ReplaceAsync(record, timeline.ToBytes());
        List<ReportedImage> reported = [];
        foreach (ReleaseToReport image in images)
            reported.Add(await ReadAsync(image, cancellationToken));
        string page = Path.Combine(workspace.Report, ReportPage.FileName);
        await ReplaceAsync(page, new ReportPage([.. reported]) { Timeline = timeline ?? Recorded(record) }.ToBytes());
        return page;
    }

    private async Task<ReportedImage> ReadAsync(ReleaseToReport image, CancellationToken cancellationToken)
    {
        string name = image.Definition.Name;
        List<ReportedPlatform> platforms = [];
        foreach (AssembledPlatform platform in image.Facts.Image.Platforms)
            platforms.Add(
                new ReportedPlatform(
                    platform,
                    await workspace.Contents(name).ReadAsync(name, platform.Platform, cancellationToken),
                    SpdxDocument.Parse(await workspace.Sbom(name).ReadAsync(name, platform.Platform, cancellationToken))
                )
            );
        RecordedInspection inspection = InspectionRecord.Read(workspace.InspectionRecord(name));
        NextCommand inspect = new("Inspect") { Image = name };
        if (inspection.Index != image.Facts.Image.Index.Digest)
            throw inspect.After(
                new ContentException($"{name}: {workspace.InspectionRecord(name)} is of {inspection.Index}, another image. Run {inspect}")
            );
        return new ReportedImage
        {
            Facts = image.Facts,
            Platforms = [.. platforms],
            Contract = ContractFile.Read(image.Definition),
            Inspection = inspection,
            Smoke = Smoke(name, image.Facts.Image),
            Verdicts = image.Verdicts,
        };
    }

    /// <summary>What containers of these very manifests did; null where none ran.</summary>
    private SmokeRecord? Smoke(string name, AssembledImage image)
    {
        string path = workspace.SmokeRecord(name);
        if (!File.Exists(path))
            return null;
        SmokeRecord record = SmokeRecord.Read(path);
        SmokedPlatform[] same = [.. record.Platforms.Where(smoked => image.Platforms.Any(made => made.Manifest.Digest == smoked.Manifest))];
        return same.Length == 0 ? null : record with { Platforms = [.. same] };
    }

    private static Timeline? Recorded(string path)
    {
        try
        {
            return File.Exists(path) ? Timeline.Parse(RegularFile.ReadBytes(path, (int)Timeline.LongestRecord), path) : null;
        }
        catch (UnfitFileException e)
        {
            throw new ContentException(e.Message, e);
        }
    }

    private static async Task ReplaceAsync(string path, byte[] content)
    {
        await File.WriteAllBytesAsync(path + ".unfinished", content);
        File.Move(path + ".unfinished", path, overwrite: true);
    }
}

/// <summary>A release to be reported.</summary>
/// <param name="Verdicts">What this run found when it verified the release; none where it did not.</param>
internal sealed record ReleaseToReport(ImageDefinition Definition, ReleaseFacts Facts, ImmutableArray<PlaceVerdict> Verdicts);
