using Nuke.Common;
using Slipway.Authoring;
using Slipway.Reporting;
using Slipway.Verification;
using Slipway.Workflows;

namespace Slipway.Graph;

/// <summary>The beginning of an image.</summary>
internal sealed partial class Build
{
    [Parameter("NewImage: name of the image; the word after NewImage is one, too", Name = "Name")]
    private readonly string? NewName;

    [Parameter("NewImage: what its lowest layer is")]
    private readonly ImageBase From = ImageBase.Busybox;

    [Category("Build")]
    [Example("NewImage hello", "a folder images/hello, with busybox")]
    [Example("NewImage hello --from debian", "with bash and coreutils")]
    [Example("NewImage hello --from scratch", "with its own files alone")]
    private Target NewImage =>
        _ =>
            _.Description("Write a new image's folder; it assembles and rehearses as it is")
                .Before(Check, Lock, Fetch, Assemble, Rehearse)
                .Executes(() =>
                {
                    Report report = Reporting.Report.ToConsole();
                    if (NewName is null)
                        throw new WorkflowException("NewImage: wanted a name: ./build.sh NewImage NAME", FailureKind.WrongUse);
                    foreach (string file in new NewImageWorkflow(Workspace.Images).Run(NewName, From))
                        report.Line($"wrote images/{file}");
                    report.Line($"next: ./build.sh Lock --images {NewName}, then ./build.sh Rehearse --images {NewName}");
                });
}
