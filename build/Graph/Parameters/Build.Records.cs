using Nuke.Common;
using Nuke.Common.IO;
using Slipway.Oci;
using Slipway.Workflows;

namespace Slipway.Graph;

/// <summary>What was published and withdrawn before.</summary>
internal sealed partial class Build
{
    [Parameter("Drift, Withdraw, Publish: folder of release.json files, at any depth; default: artifacts/NAME/release.json")]
    private readonly AbsolutePath? Records;

    [Parameter("Drift, Mirror: only tags of this pattern, as v1.36.*", Name = "Tags")]
    private readonly string? TagPattern;

    [Parameter("Publish, Mirror: publish a withdrawn release again")]
    private readonly bool RepublishWithdrawnUnsafe;

    /// <exception cref="ContentException">It was withdrawn, by a record that is here.</exception>
    private async Task RequireNotWithdrawnAsync(string image, string release, Digest? index)
    {
        if (!RepublishWithdrawnUnsafe)
            (await new ReleaseRecords(Workspace, Records).AllWithdrawnAsync(image, Stop)).RequireNotWithdrawn(release, index);
    }
}
