using Nuke.Common;
using Slipway.Definitions;
using Slipway.Workflows;

namespace Slipway.Graph;

/// <summary>Tidying up.</summary>
internal sealed partial class Build
{
    [Category("Look after")]
    [Example("Clean", "delete results")]
    [Example("Clean Assemble", "begin anew, from the cache")]
    private Target Clean =>
        _ => _.Description("Delete artifacts/; the cache stays").Before(Lock, Fetch, Assemble, Rehearse, Test).Executes(DeleteResults);

    private void DeleteResults()
    {
        Workspace.DeleteResults(ImageDefinitionFile.Names(Workspace.Images));
        foreach (ArtifactsLock held in _locks ?? [])
            held.RemovesFolder = true;
    }
}
