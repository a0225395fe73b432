using Nuke.Common;
using Slipway.Images;
using Slipway.Oci;
using Slipway.Pages;
using Slipway.Release;
using Slipway.Trust;
using Slipway.Workflows;

namespace Slipway.Graph;

/// <summary>The report of releases as a page.</summary>
internal sealed partial class Build
{
    [Category("Publish")]
    [Example("Report", "from what lies in artifacts/")]
    [Example("Report --rehearsal", "of what was rehearsed last")]
    private Target Report =>
        _ =>
            _.Description("Write a release's report: one HTML page, artifacts/report/index.html")
                .After(Rehearse, Publish, Assets, Release)
                .Executes(async () =>
                {
                    Reporting.Report report = Reporting.Report.ToConsole();
                    Workspace workspace = Rehearsal ? Workspace.Rehearsal : Workspace;
                    List<ReleaseToReport> releases = [];
                    foreach (AssemblyRequest input in await InputsAsync())
                        releases.Add(new ReleaseToReport(input.Definition, await FactsAsync(workspace, input, report.Line), []));
                    report.Result(await new ReportWorkflow(workspace).RunAsync(releases, null, Stop));
                });

    /// <summary>What is known of a release on this machine: no registry is asked.</summary>
    private async Task<ReleaseFacts> FactsAsync(Workspace workspace, AssemblyRequest input, Action<string> log)
    {
        string key = Path.Combine(workspace.Assets(input.Name), VerifyCommands.KeyName);
        ITrustedSigner signer =
            (PublicKey ?? SigningKey ?? (object?)KmsKey ?? Identity ?? Issuer) is null && File.Exists(key)
                ? VerificationKey.Parse(await File.ReadAllTextAsync(key, Stop), key)
                : await Signers.TrustedAsync(Stop);
        ReleaseDescription description = new(workspace, RootDirectory, connect: null, log, TimeProvider.System)
        {
            Policy = definition => PolicyOf(signer, definition),
        };
        bool hasOpenPgp = File.Exists(Path.Combine(workspace.Assets(input.Name), ChecksumList.OpenPgpName));
        return await description.FactsAsync(input, signer, hasOpenPgp, Stop);
    }

    /// <summary>The targets of this run that began, each with its time of the monotonic clock.</summary>
    private readonly List<(string Target, long Time)> _begun = [];

    /// <summary>The targets of this run that had to be over before one began.</summary>
    private IEnumerable<string> WaitedFor(string target) =>
        ExecutionPlan
            .First(each => each.Name == target)
            .AllDependencies.Select(each => each.Name)
            .Where(name => _begun.Exists(each => each.Target == name));

    /// <summary>What a published release has is there whether or not a page can be made of it.</summary>
    private async Task TellReportAsync(Reporting.Report report, IReadOnlyList<ReleaseToReport> releases)
    {
        try
        {
            report.Line($"report: {await new ReportWorkflow(Workspace).RunAsync(releases, RunTimeline(), Stop)}");
        }
        catch (Exception e) when (e is ContentException or IOException or UnauthorizedAccessException)
        {
            report.Note($"the report was not written: {e.Message}. {new NextCommand("Report")} writes it again");
        }
    }

    /// <summary>When this run's targets began and what they took, the last one so far: each begins when the one before has ended.</summary>
    private Timeline RunTimeline()
    {
        long[] times = [.. _begun.Select(each => each.Time), TimeProvider.System.GetTimestamp()];
        return new Timeline([
            .. _begun.Select(
                (each, i) =>
                    new TimedStep(
                        each.Target,
                        null,
                        TimeProvider.System.GetElapsedTime(times[0], each.Time),
                        TimeProvider.System.GetElapsedTime(each.Time, times[i + 1])
                    )
                    {
                        After = [.. WaitedFor(each.Target)],
                    }
            ),
        ]);
    }
}
