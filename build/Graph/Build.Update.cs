using Nuke.Common;
using Nuke.Common.IO;
using Slipway.Images;
using Slipway.Sources;

namespace Slipway.Graph;

/// <summary>Staying current: what is newer, and taking it in.</summary>
internal sealed partial class Build
{
    [Parameter("Outdated, Update: newer minor versions of upstream, too; default: within the minor")]
    private readonly bool Minor;

    [Parameter("Outdated, Update: newer major versions of upstream, too")]
    private readonly bool Major;

    [Parameter("Outdated, Update: Debian security tracker JSON or OSV, a file, folder or zip: tells what the newer packages fix", Name = "Advisories")]
    private readonly AbsolutePath? AdvisoryPath;

    [Parameter("Outdated: fail when there is something newer (any), or a security update (security)")]
    private readonly FailOn? FailOn;

    private Target Outdated => _ => _
        .Description("Compare the locks with what upstream and Debian have now; changes nothing")
        .Executes(async () =>
        {
            Report report = Report.ToConsole();
            using Supply supply = NewSupply(report);
            Lookout lookout = NewLookout(supply);
            List<ImageOutlook> outlooks = [];
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

    private VersionReach Reach => Major ? VersionReach.Major : Minor ? VersionReach.Minor : VersionReach.Patch;

    private Lookout NewLookout(Supply supply) =>
        new(supply.NewVersionSource(new NoReleaseList()), supply.NewLockMaker(), LifecycleFile.Read(Workspace.Images), TimeProvider.System);

    private Func<AdvisoryScope, Advisories>? ReadAdvisories()
    {
        if (AdvisoryPath is not { } path)
            return null;
        return File.Exists(path) || Directory.Exists(path)
            ? scope => AdvisoryFile.Read(path, scope, Stop)
            : throw new TargetFailedException($"--advisories {path}: there is no such file or folder", Exit.WrongUse);
    }
}
