using Slipway.Images;
using Slipway.Inspection;
using Slipway.Oci;
using Slipway.Verification;

namespace Slipway.Workflows;

/// <summary>
/// Makes <c>NAME/layout</c> and what Assemble and Inspect leave beside it of layouts that were assembled apart, and keeps each one's
/// records in <c>NAME/parts</c>.
/// </summary>
/// <param name="origin">Where this runs.</param>
internal sealed class MergeWorkflow(Workspace workspace, AssemblyOrigin origin, Action<string> log)
{
    /// <param name="inputs">The images with all of their platforms.</param>
    /// <param name="folders">Artifacts folders, folders of images, or layouts.</param>
    /// <returns>A row for each image, in the order given.</returns>
    /// <exception cref="ContentException">Something does not fit; the results are as they were.</exception>
    public async Task<IReadOnlyList<MergedImage>> RunAsync(
        IReadOnlyList<AssemblyRequest> inputs,
        IEnumerable<string> folders,
        CancellationToken cancellationToken
    )
    {
        ILookup<string, LayoutPart> parts = (await ReadAsync(inputs, folders, cancellationToken)).ToLookup(part => part.Image.Name);
        // What does not fit is known before anything is copied, and copied for all images before anything is replaced.
        foreach (AssemblyRequest input in inputs)
            await RequireAsync(input, [.. parts[input.Name]], cancellationToken);
        List<StagedResults> staged = [];
        List<MergedImage> merged = [];
        try
        {
            foreach (AssemblyRequest input in inputs)
            {
                staged.Add(new StagedResults(workspace.Results(input.Name)));
                merged.Add(
                    await StageAsync(input, [.. parts[input.Name]], workspace with { Artifacts = staged[^1].Artifacts }, cancellationToken)
                );
            }

            foreach (StagedResults results in staged)
                results.TakeOver("layout", "contents", Workspace.PartsFolder);
        }
        finally
        {
            foreach (StagedResults results in staged)
                results.Dispose();
        }

        foreach (MergedImage image in merged)
            log($"{image.Image.Name}: {image.Image.Index.Digest}");
        return merged;
    }

    private async Task<List<LayoutPart>> ReadAsync(
        IReadOnlyList<AssemblyRequest> inputs,
        IEnumerable<string> folders,
        CancellationToken cancellationToken
    )
    {
        List<LayoutPart> parts = [];
        foreach (LayoutFolder folder in folders.SelectMany(LayoutFolder.Find).DistinctBy(folder => folder.Layout))
        {
            if (inputs.FirstOrDefault(input => workspace.Layout(input.Name) == folder.Layout) is { } own)
                throw new WorkflowException(
                    $"--layouts: {folder.Layout} is where the merged layout of {own.Name} goes. Assemble in another --artifacts-directory",
                    FailureKind.WrongUse
                );
            if (folder.Image is not null && inputs.All(input => input.Name != folder.Image))
            {
                log($"{folder.Results} is left out: {folder.Image} is not among the images of this run");
                continue;
            }

            LayoutPart part = await folder.ReadAsync(cancellationToken);
            if (inputs.All(input => input.Name != part.Image.Name))
                throw new ContentException(
                    $"{part.Folder}: it holds a layout of {part.Image.Name}, wanted one "
                        + $"of {string.Join(" or ", inputs.Select(input => input.Name))}; nothing was merged"
                );
            parts.Add(part);
        }

        return parts;
    }

    private async Task RequireAsync(AssemblyRequest input, IReadOnlyList<LayoutPart> parts, CancellationToken cancellationToken)
    {
        await new LayoutMerge(input) { Commit = origin.Commit }.RequireAsync(parts, cancellationToken);
        foreach (LayoutPart part in parts)
        {
            string record = Path.Combine(part.Folder, InspectionRecord.FileName);
            await InspectionRecord.RequireAsync(record, part.Image, cancellationToken, "nothing was merged");
            RequireSmoke(part);
        }

        var toolchains = parts.SelectMany(part => part.Record.Toolchains.Select(toolchain => (part, toolchain))).ToArray();
        foreach ((LayoutPart part, Toolchain toolchain) in toolchains.Where(one => one.toolchain != toolchains[0].toolchain))
            log(
                $"{input.Name}: assembled by different versions of .NET, so that one machine may compress layers to other bytes: "
                    + $"{toolchains[0].part.Folder} with SDK {toolchains[0].toolchain.Sdk}, runtime {toolchains[0].toolchain.Runtime}; "
                    + $"{part.Folder} with SDK {toolchain.Sdk}, runtime {toolchain.Runtime}"
            );
    }

    /// <summary>What was not tried is tried before it is published; what failed is not merged.</summary>
    private static void RequireSmoke(LayoutPart part)
    {
        string path = Path.Combine(part.Folder, SmokeRecord.FileName);
        if (!File.Exists(path))
            return;
        SmokeRecord record = SmokeRecord.Read(path);
        Digest[] manifests = [.. part.Image.Platforms.Select(platform => platform.Manifest.Digest)];
        if (record.Platforms.FirstOrDefault(one => !one.Failures.IsEmpty && manifests.Contains(one.Manifest)) is { } failed)
            throw new ContentException(
                $"{part.Image.Name}: {part.Folder}: {failed.Platform}: {failed.Failures.Length} commands of its contract failed in "
                    + $"containers; nothing was merged. The first: {Printable.Of(failed.Failures[0])}"
            );
    }

    private async Task<MergedImage> StageAsync(
        AssemblyRequest input,
        IReadOnlyList<LayoutPart> parts,
        Workspace there,
        CancellationToken cancellationToken
    )
    {
        string name = input.Name;
        LayoutMerge merge = new(input) { Commit = origin.Commit };
        log($"{name}: merging {string.Join(" and ", parts.Select(part => part.Folder))}");
        AssembledImage image = await merge.WriteAsync(parts, OciLayout.Create(there.Layout(name)), there.Contents(name), cancellationToken);
        AssemblyRecord record = merge.RecordOf(parts, image, origin);
        await record.WriteAsync(there.AssemblyRecord(name), cancellationToken);
        byte[] inspection = InspectionRecord.ToBytes(new InspectionResult(name, image.Index.Digest, [], []));
        await File.WriteAllBytesAsync(there.InspectionRecord(name), inspection, cancellationToken);
        foreach (LayoutPart part in parts)
        {
            foreach (AssembledPlatform platform in part.Image.Platforms)
                CopyRecords(part, there.Part(name, platform.Platform));
        }

        return new MergedImage(image, record);
    }

    private static void CopyRecords(LayoutPart part, string folder)
    {
        Directory.CreateDirectory(folder);
        string[] smoke = File.Exists(Path.Combine(part.Folder, SmokeRecord.FileName)) ? [SmokeRecord.FileName] : [];
        foreach (string file in (string[])[AssemblyRecord.FileName, InspectionRecord.FileName, .. smoke])
            File.WriteAllBytes(
                Path.Combine(folder, file),
                LayoutPart.ReadFile(Path.Combine(part.Folder, file), InspectionRecord.LongestRecord)
            );
    }
}

/// <summary>An image that was merged.</summary>
/// <param name="Record">Says who made each platform.</param>
internal sealed record MergedImage(AssembledImage Image, AssemblyRecord Record);
