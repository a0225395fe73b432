using Nuke.Common;
using Slipway.Definitions;
using Slipway.Git;
using Slipway.Reporting;
using Slipway.Updates;
using Slipway.Verification;
using Slipway.Views;
using Slipway.Workflows;

namespace Slipway.Graph;

/// <summary>Taking in what is newer.</summary>
internal sealed partial class Build
{
    [Parameter("Update: leave upstream's files alone and do not look for newer ones")]
    private readonly bool PackagesOnly;

    [Parameter("Update: propose each image's update by a pull request instead of writing it here")]
    private readonly bool PullRequest;

    [Category("Keep current")]
    [Example("Update --images kubelet", "to what is newest within its channel")]
    [Example("Update --images kubelet --to v1.36.5", "to this version")]
    [Example("Update --pull-request", "propose it on GitHub")]
    private Target Update =>
        _ =>
            _.Description(
                    "Write definition and lock for what Outdated finds: verified, assembled, inspected and compared "
                        + "before anything is written"
                )
                .Executes(async () =>
                {
                    Report report = Reporting.Report.ToConsole();
                    using SourceFetcher sources = NewSources(report);
                    UpdateWorkflow run = new(Workspace, new GitRepository(RootDirectory), sources, report.Line)
                    {
                        Versions = NewVersionSource(sources),
                        Checker = NewUpdateChecker(sources),
                    };
                    UpdateRequest wanted = await NewUpdateRequestAsync(report);
                    List<UpdatedImage> images = [];
                    ImageFailures failures = new(report);
                    PullRequestWorkflow? proposals = PullRequest
                        ? new PullRequestWorkflow(await FindGitHubAsync(sources.Transport), RootDirectory, report.Line)
                        : null;
                    foreach (string image in await ImagesAsync())
                    {
                        await failures.CollectAsync(image, async () =>
                        {
                            if (proposals is not null)
                                await proposals.RequireCurrentAsync(ImageDefinitionFile.Read(Workspace.Definition(image)), Stop);
                            StagedUpdate? update = await run.StageAsync(image, wanted, Stop);
                            if (update is not null && proposals is null)
                                await update.PutAsync(Stop);
                            string? address = update is null || proposals is null ? null : await proposals.ProposeAsync(update, Stop);
                            images.Add(new UpdatedImage(image, update?.Report, address));
                        });
                    }

                    if (Json)
                        report.Result(UpdateView.Json(images));
                    else
                        UpdateView.Show(report, images);
                    failures.Require();
                });

    private async Task<UpdateRequest> NewUpdateRequestAsync(Report report)
    {
        if (To is not null && (Images.Length != 1 || PackagesOnly))
            throw new WorkflowException(
                "Update --to VERSION: wanted one image, --images NAME, and no --packages-only",
                FailureKind.WrongUse
            );
        return new UpdateRequest
        {
            Reach = Reach,
            To = To is null ? null : ParseArgument(() => ReleaseVersion.Parse(To)),
            PackagesOnly = PackagesOnly,
            AcceptUnsignedUnsafe = AcceptUnsignedUpstreamUnsafe,
            Advisories = await AdvisoriesAsync(report),
        };
    }
}
