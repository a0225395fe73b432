using System.Collections.Immutable;
using Nuke.Common;
using Slipway.Definitions;
using Slipway.Images;
using Slipway.Oci;
using Slipway.Verification;
using Slipway.Workflows;

namespace Slipway.Graph;

/// <summary>Which images and platforms.</summary>
internal sealed partial class Build
{
    [Parameter("Images to work on; default: all under images/")]
    private readonly string[] Images = [];

    [Parameter("Platforms as OS/ARCH; default: those of the image")]
    private readonly string[] Platforms = [];

    private Task<IReadOnlyList<string>>? _imagesOfRun;

    /// <summary>
    /// The images that every target of this run works on: those that the commit is tagged for where <see cref="Release"/> is among the
    /// targets, else those that were named. Found once.
    /// </summary>
    private Task<IReadOnlyList<string>> ImagesAsync() =>
        _imagesOfRun ??= IsPlanned(nameof(Release)) ? TaggedImagesAsync() : Task.FromResult(NamedImages());

    /// <summary>The images asked for, in the order asked for; an unknown name is wrong use.</summary>
    private IReadOnlyList<string> NamedImages()
    {
        IReadOnlyList<string> all = ImageDefinitionFile.Names(Workspace.Images);
        if (all.Count == 0)
            throw new DefinitionException($"{Workspace.Images}: no folder here holds an {ImageDefinition.FileName}");
        return Images.FirstOrDefault(name => !all.Contains(name, StringComparer.Ordinal)) is { } unknown
                ? throw new WorkflowException($"unknown image '{unknown}'; there are: {string.Join(", ", all)}", FailureKind.WrongUse)
            : Images.Length == 0 ? all
            : [.. Images.Distinct(StringComparer.Ordinal)];
    }

    private ImmutableArray<Platform> PlatformsOf(ImageDefinition definition)
    {
        ImmutableArray<Platform> asked =
        [
            .. Platforms
                .Select(text => ParseArgument(() => Platform.Parse(text)))
                .Select(platform =>
                    definition.Platforms.FirstOrDefault(platform.IsSameAs)
                    ?? throw new WorkflowException(
                        $"{definition.Name} has no platform {platform}; it has: {string.Join(", ", definition.Platforms)}",
                        FailureKind.WrongUse
                    )
                )
                .Distinct(),
        ];
        return asked.IsEmpty ? definition.Platforms : asked;
    }

    /// <summary>Definitions and locks of the images of this run.</summary>
    private async Task<IReadOnlyList<AssemblyRequest>> InputsAsync() =>
        await new ImageInputs(Workspace).ReadAllAsync(await ImagesAsync(), PlatformsOf, Stop);

    private async Task<IReadOnlyList<ImageDefinition>> DefinitionsAsync() =>
        [.. (await ImagesAsync()).Select(image => ImageDefinitionFile.Read(Workspace.Definition(image)))];

    private IEnumerable<ImageDefinition> AllDefinitions() =>
        ImageDefinitionFile.Names(Workspace.Images).Select(image => ImageDefinitionFile.Read(Workspace.Definition(image)));
}
