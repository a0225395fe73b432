using System.Collections.Immutable;
using Slipway.Definitions;
using Slipway.Engine;
using Slipway.Images;
using Slipway.Inspection;
using Slipway.Oci;

namespace Slipway.Workflows;

/// <summary>Runs images in the Engines of their platforms, by their contracts.</summary>
internal sealed class SmokeWorkflow(Workspace workspace, EngineChoice engines, Action<string> log)
{
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
            foreach (AssembledPlatform platform in image.Platforms.Where(platform => platforms(definition).Contains(platform.Platform)))
            {
                EngineClient engine = await engines.ConnectAsync(platform.Platform, cancellationToken);
                log($"{definition.Name} {platform.Platform}: running it in the Engine at {engine.Address}, {engine.Version}");
                results.Add(
                    await new SmokeTest(engine).RunAsync(
                        new SmokeSubject(definition.Name, definition.Version, platform, contract.Commands),
                        layout,
                        cancellationToken
                    )
                );
            }
        }

        return results;
    }
}
