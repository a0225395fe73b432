using System.Collections.Immutable;
using Slipway.Definitions;
using Slipway.Git;
using Slipway.Images;
using Slipway.Oci;
using Slipway.Release;

namespace Slipway.Workflows;

/// <summary>Makes <c>NAME/plan.json</c>: every destination, digest and tag of a publication.</summary>
/// <param name="git">Says which tags the commit has.</param>
/// <param name="registries">Where to.</param>
internal sealed class PreviewWorkflow(Workspace workspace, GitRepository git, RegistryChoice registries)
{
    public async Task<ReleasePlan> RunAsync(ImageDefinition definition, CancellationToken cancellationToken)
    {
        (ImmutableArray<Reference> chosen, ImmutableArray<Reference> leftOut) = registries.Of(definition.Name, definition.Repositories);
        OciLayout layout = workspace.OpenLayout(definition.Name);
        ReleaseSource source = new()
        {
            Image = await ImageReader.ReadAsync(definition.Name, layout, cancellationToken),
            Layout = layout,
            Trust = workspace.OpenTrust(definition.Name),
            Git = await git.ReadAsync(definition.Name, cancellationToken),
            Way = workspace.Way,
            Version = definition.Version,
            Official = definition.Official,
            Destinations = chosen,
            LeftOut = leftOut,
            Siblings = [.. SiblingsOf(definition)],
        };
        ReleasePlan plan = await ReleasePlan.ForAsync(source, cancellationToken);
        string file = Path.Combine(workspace.Results(definition.Name), PlanDocument.FileName);
        await File.WriteAllBytesAsync(file, PlanDocument.ToBytes(plan), cancellationToken);
        return plan;
    }

    private IEnumerable<Reference> SiblingsOf(ImageDefinition definition) =>
        ImageDefinitionFile
            .Names(workspace.Images)
            .Where(name => name != definition.Name)
            .SelectMany(name => ImageDefinitionFile.Read(workspace.Definition(name)).Repositories);
}
