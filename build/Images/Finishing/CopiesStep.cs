using Slipway.Oci;

namespace Slipway.Images;

/// <summary>Declared copies: what postinst scripts put in place with cp or ucf(1), a package's template as the configuration.</summary>
internal sealed class CopiesStep : IFinishingStep
{
    public const string StepName = "copies";

    public string Name => StepName;

    public IReadOnlyList<LayerEntry> Finish(UnfinishedLayer layer) =>
        [
            .. layer.Definition.Copies.Select(copy =>
                LayerEntry.File(copy.To, layer.Read(copy.From, Name), ContentOwner.OfStep(Name), copy.Mode)
            ),
        ];
}
