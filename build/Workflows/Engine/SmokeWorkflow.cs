using System.Collections.Immutable;
using Slipway.Definitions;
using Slipway.Engine;
using Slipway.Images;
using Slipway.Inspection;
using Slipway.Oci;

namespace Slipway.Workflows;

/// <summary>
/// Runs images in the Engines of their platforms, by their contracts, and makes <c>NAME/smoke.json</c> of what they did.
/// </summary>
internal sealed class SmokeWorkflow(Workspace workspace, EngineChoice engines, Action<string> log)
{
    /// <summary>Whether what was tried where it was assembled is tried again; a row is then made for each platform.</summary>
    public bool TriesAgain { get; init; }

    /// <summary>A row for each platform of each image, also of what could not be tried; throws nothing for what fails.</summary>
    /// <param name="images">Whose layouts are there.</param>
    /// <param name="platforms">Which of an image's platforms are wanted.</param>
    /// <exception cref="EngineException">There is no Engine, or it went away.</exception>
    public async Task<IReadOnlyList<PlatformSmoke>> RunAsync(
        IEnumerable<ImageDefinition> images,
        Func<ImageDefinition, ImmutableArray<Platform>> platforms,
        CancellationToken cancellationToken
    )
    {
        List<PlatformSmoke> results = [];
        foreach (ImageDefinition definition in images)
        {
            Contract contract = ContractFile.Read(definition);
            if (contract.Commands.IsEmpty)
            {
                log($"{definition.Name}: {Contract.FileName} has no commands to run");
                continue;
            }

            OciLayout layout = OciLayout.Open(workspace.Layout(definition.Name));
            AssembledImage image = await ImageReader.ReadAsync(definition.Name, layout, cancellationToken);
            List<SmokedPlatform> done = [];
            foreach (AssembledPlatform platform in image.Platforms.Where(platform => platforms(definition).Contains(platform.Platform)))
            {
                if (!TriesAgain && TriedElsewhere(definition, platform) is { } tried)
                {
                    log($"{definition.Name} {platform.Platform}: {tried.Commands} commands were run in containers where it was assembled");
                    continue;
                }

                EngineClient engine = await engines.ConnectAsync(platform.Platform, cancellationToken);
                log($"{definition.Name} {platform.Platform}: running it in the Engine at {engine.Address}, {engine.Version}");
                results.Add(
                    await new SmokeTest(engine).RunAsync(
                        new SmokeSubject(definition.Name, definition.Version, platform, contract.Commands),
                        layout,
                        cancellationToken
                    )
                );
                done.Add(SmokedPlatform.Of(platform, results[^1]));
            }

            if (done.Count > 0)
                await File.WriteAllBytesAsync(
                    workspace.SmokeRecord(definition.Name),
                    new SmokeRecord(definition.Name, SmokeRecord.ContractOf(definition), [.. done]).ToBytes(),
                    cancellationToken
                );
        }

        return results;
    }

    /// <summary>
    /// What the machine says that assembled this very platform and tried it by the present contract; null when none says it.
    /// </summary>
    private SmokedPlatform? TriedElsewhere(ImageDefinition definition, AssembledPlatform platform)
    {
        string path = Path.Combine(workspace.Part(definition.Name, platform.Platform), SmokeRecord.FileName);
        if (!File.Exists(path))
            return null;
        try
        {
            SmokeRecord record = SmokeRecord.Read(path);
            return record.Covers(definition, platform.Manifest.Digest)
                ? record.Platforms.First(one => one.Manifest == platform.Manifest.Digest && one.Passed)
                : null;
        }
        catch (ContentException)
        {
            // It is tried here.
            return null;
        }
    }
}
