using System.Globalization;
using Slipway.Definitions;
using Slipway.Fetching;
using Slipway.Images;
using Slipway.Oci;

namespace Slipway.Workflows;

/// <summary>Makes <c>NAME/layout</c> from the cache, and <c>NAME/assembly.json</c>, which says from what, by what and when.</summary>
/// <param name="cache">Has every locked file.</param>
/// <param name="time">When assembling began and ended.</param>
internal sealed class AssembleWorkflow(Workspace workspace, ContentCache cache, Action<string> log, TimeProvider time)
{
    /// <inheritdoc cref="Assembler.PlatformsAtOnce"/>
    public int PlatformsAtOnce { get; init; } = 2;

    /// <summary>Where this runs, for the record; null says nothing of it.</summary>
    public AssemblyOrigin? Origin { get; init; }

    /// <summary>
    /// Whether the layout is one that Merge left and that is of these inputs: it has come from other machines, and is not made again where
    /// it is only needed on the way.
    /// </summary>
    public static async Task<bool> IsMergedAsync(Workspace workspace, AssemblyRequest input, CancellationToken cancellationToken)
    {
        try
        {
            AssemblyRecord record = await AssemblyRecord.ReadAsync(workspace.AssemblyRecord(input.Name), cancellationToken);
            return !record.Parts.IsEmpty
                && record.Input == AssemblyInput.Of(input)
                && (await ImageReader.ReadAsync(input.Name, workspace.OpenLayout(input.Name), cancellationToken)).Index.Digest
                    == record.Index;
        }
        catch (ContentException)
        {
            return false;
        }
    }

    public async Task<AssembledImage> RunAsync(AssemblyRequest input, CancellationToken cancellationToken)
    {
        string without = input.Lock.LeftOut.IsEmpty ? "" : $", without optional {string.Join(", ", input.Lock.LeftOut)}";
        log($"{input.Name}: assembling {string.Join(" and ", input.Platforms)}{without}");
        foreach (LockedUpstream file in input.Lock.Upstream.Where(file => file.Signature?.State == SignatureState.AcceptedUnsigned))
            log($"{input.Name}: {file.Name} {file.Version}: signature {file.Signature}");
        // Bounded memory is a promise: what publishing the image before needed goes back first.
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive);
        AssemblyInput from = AssemblyInput.Of(input);
        DateTimeOffset started = time.GetUtcNow();
        OciLayout layout = OciLayout.Create(workspace.Layout(input.Name));
        File.Delete(workspace.AssemblyRecord(input.Name));
        workspace.DeleteParts(input.Name);
        AssembledImage image = await new Assembler(cache, new AssemblyCache(workspace.Assembled, cache))
        {
            PlatformsAtOnce = PlatformsAtOnce,
        }.AssembleAsync(input, layout, workspace.Contents(input.Name), cancellationToken);
        AssemblyRecord record = new(image.Index.Digest, from, Toolchain.Running, started, time.GetUtcNow())
        {
            Image = input.Name,
            Origin = Origin,
        };
        await record.WriteAsync(workspace.AssemblyRecord(input.Name), cancellationToken);
        foreach (AssembledPlatform platform in image.Platforms)
            log($"{input.Name} {platform.Platform}: {Describe(platform.Totals)}");
        log($"{input.Name}: {image.Index.Digest}");
        return image;
    }

    /// <summary>What a platform's layers were made of.</summary>
    internal static string Describe(PlatformTotals? totals)
    {
        if (totals is null)
            return "layers come from an earlier run";
        string packages = totals.Packages == 1 ? "package" : "packages";
        string made = string.Create(CultureInfo.InvariantCulture, $"{totals.Packages:N0} {packages}, {totals.Files:N0} files");
        return totals.LeftOut == 0
            ? made
            : made + string.Create(CultureInfo.InvariantCulture, $", {totals.LeftOut:N0} left out ({totals.LeftOutBytes / 1e6:0.0} MB)");
    }
}
