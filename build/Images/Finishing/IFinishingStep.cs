using Slipway.Oci;

namespace Slipway.Images;

/// <summary>
/// Something that a package's maintainer scripts would have done when it was installed, done from what lies in the layer:
/// the same layer gives the same entries. It executes nothing.
/// </summary>
internal interface IFinishingStep
{
    /// <summary>As in <c>finish</c>; its entries are owned by <see cref="ContentOwner.OfStep"/> it.</summary>
    string Name { get; }

    /// <summary>What the step adds to a layer that lies complete but for it.</summary>
    /// <exception cref="Slipway.Definitions.DefinitionException">The layer lacks what the step is made from.</exception>
    /// <exception cref="ContentException">What it is made from is broken.</exception>
    IReadOnlyList<LayerEntry> Finish(UnfinishedLayer layer);
}
