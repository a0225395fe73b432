using Slipway.Definitions;
using Slipway.Oci;

namespace Slipway.Images;

/// <summary>
/// The finishing of one platform's layers, lowest first: declared copies and alternatives, then the steps that a layer names.
/// </summary>
public sealed class Finishing
{
    private readonly LinkerCacheStep _linker = new();
    private readonly Dictionary<string, IFinishingStep> _steps;

    internal Finishing() =>
        _steps = (
            (IFinishingStep[])
                [new AccountsStep(), new BaseFilesStep(), new CertificatesStep(), _linker, new PackageDatabaseStep(), new ShellsStep()]
        ).ToDictionary(step => step.Name, StringComparer.Ordinal);

    /// <summary>The names of the steps that can add to a layer, in their order.</summary>
    public static IEnumerable<string> StepsOf(LayerDefinition layer)
    {
        ArgumentNullException.ThrowIfNull(layer);
        return [CopiesStep.StepName, AlternativesStep.StepName, .. layer.Finish];
    }

    /// <summary>Finishes the layer that <paramref name="tree"/> is at.</summary>
    /// <exception cref="DefinitionException">The layer lacks what a step is made from.</exception>
    /// <exception cref="ContentException">What it is made from is broken, or another has a path that it writes.</exception>
    internal void Finish(UnfinishedLayer layer, ImageTree tree)
    {
        if (layer.Image.Layers.Any(other => other.Finish.Contains(_linker.Name)))
            _linker.Gather(layer);
        IFinishingStep[] steps = [new CopiesStep(), new AlternativesStep(), .. layer.Definition.Finish.Select(name => _steps[name])];
        foreach (IFinishingStep step in steps)
        {
            foreach (LayerEntry entry in step.Finish(layer))
                tree.Add(entry);
        }
    }
}
