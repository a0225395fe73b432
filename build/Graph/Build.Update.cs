using Nuke.Common;
using Nuke.Common.IO;
using Slipway.Definitions;
using Slipway.GitHub;
using Slipway.Images;
using Slipway.Updates;

namespace Slipway.Graph;

/// <summary>Staying current: what is newer, and taking it in.</summary>
internal sealed partial class Build
{
    [Parameter("Outdated, Update: newer minor versions of upstream, too; default: within the minor")]
    private readonly bool Minor;

    [Parameter("Outdated, Update: newer major versions of upstream, too")]
    private readonly bool Major;

    [Parameter(
        "Outdated, Update, Assets, Release: Debian security tracker JSON or OSV, a file, folder or zip: tells what the newer packages fix",
        Name = "Advisories"
    )]
    private readonly AbsolutePath? AdvisoryPath;

    [Parameter("Update: leave upstream's files alone and do not ask for newer ones")]
    private readonly bool PackagesOnly;

    [Parameter("Update: propose each image's update by a pull request instead of writing it here")]
    private readonly bool PullRequest;

    [Parameter("Outdated: fail when there is something newer (any), or a security update (security)")]
    private readonly FailOn? FailOn;

    private Target Outdated =>
        _ =>
            _.Description("Compare the locks with what upstream and Debian have now; changes nothing")
                .Executes(async () =>
                {
                    Report report = Report.ToConsole();
                    using SourceFetcher supply = NewSupply(report);
                    UpdateChecker lookout = NewLookout(supply);
                    List<AvailableUpdates> outlooks = [];
                    foreach (AssemblyRequest input in await InputsAsync(report))
                    {
                        report.Line($"{input.Name}: asking what is newer");
                        outlooks.Add(await lookout.LookAsync(input.Definition, input.Lock, Reach, ReadAdvisories(), Stop));
                    }

                    if (Json)
                        report.Result(OutdatedView.Json(outlooks));
                    else
                        OutdatedView.Show(report, outlooks);
                    OutdatedView.Require(outlooks, FailOn);
                });

    private Target Update =>
        _ =>
            _.Description(
                    "Write definition and lock for what Outdated finds, verified, assembled, inspected and compared before "
                        + "anything is written"
                )
                .Executes(async () =>
                {
                    Report report = Report.ToConsole();
                    using SourceFetcher supply = NewSupply(report);
                    UpdateRun run = new(
                        Workspace,
                        RootDirectory,
                        supply,
                        NewVersionSource(supply),
                        NewLookout(supply),
                        report,
                        TimeProvider.System
                    );
                    UpdateRequest wanted = NewUpdateRequest();
                    List<UpdatedImage> images = [];
                    Failures failures = new(report);
                    PullRequestRun? proposals = PullRequest
                        ? new PullRequestRun(await FindGitHubAsync(supply.Transport), RootDirectory, report)
                        : null;
                    foreach (string image in ImageNames())
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

    private UpdateRequest NewUpdateRequest()
    {
        if (To is not null && (Images.Length != 1 || PackagesOnly))
            throw new TargetFailedException("Update --to VERSION: wanted one image, --images NAME, and no --packages-only", Exit.WrongUse);
        return new UpdateRequest
        {
            Reach = Reach,
            To = To is null ? null : Given(() => ReleaseVersion.Parse(To)),
            PackagesOnly = PackagesOnly,
            AcceptUnsignedUnsafe = AcceptUnsignedUpstreamUnsafe,
            Advisories = ReadAdvisories(),
        };
    }

    private VersionReach Reach =>
        Major ? VersionReach.Major
        : Minor ? VersionReach.Minor
        : VersionReach.Patch;

    private UpdateChecker NewLookout(SourceFetcher supply) =>
        new(NewVersionSource(supply), supply.NewLockMaker(), LifecycleFile.Read(Workspace.Images), TimeProvider.System);

    private VersionSource NewVersionSource(SourceFetcher supply) =>
        supply.NewVersionSource(new GitHubReleaseList(ConnectGitHub(supply.Transport, new HttpResponseCache(Workspace.Cache / "github"))));

    private Func<AdvisoryScope, Advisories>? ReadAdvisories()
    {
        if (AdvisoryPath is not { } path)
            return null;
        return File.Exists(path) || Directory.Exists(path)
            ? scope => AdvisoryFile.Read(path, scope, Stop)
            : throw new TargetFailedException($"--advisories {path}: there is no such file or folder", Exit.WrongUse);
    }
}
