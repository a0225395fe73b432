using Slipway.Definitions;
using Slipway.Oci;

namespace Slipway.Images;

/// <summary>
/// Declared alternatives, with the two links that update-alternatives(1) makes for each. Its records below
/// <c>/var/lib/dpkg/alternatives</c> are not made: only that program reads them.
/// </summary>
internal sealed class AlternativesStep : IFinishingStep
{
    public const string StepName = "alternatives";

    public string Name => StepName;

    public IReadOnlyList<LayerEntry> Finish(UnfinishedLayer layer) =>
        [.. layer.Definition.Alternatives.SelectMany(choice => Links(layer, choice))];

    private LayerEntry[] Links(UnfinishedLayer layer, DefinedAlternative choice) =>
        layer.Resolve(choice.Target) is { Kind: LayerEntryKind.File }
            ?
            [
                LayerEntry.SymbolicLink(choice.Link, "/" + choice.Choice, ContentOwner.OfStep(Name)),
                LayerEntry.SymbolicLink(choice.Choice, "/" + choice.Target, ContentOwner.OfStep(Name)),
            ]
            : throw new DefinitionException(
                $"{layer.Image.Name} {layer.Platform}: alternative {choice.Name}: /{choice.Target} is not a file of "
                    + $"layer {layer.Definition.Name} or a lower one"
            );
}
