using System.Collections.Immutable;
using Nuke.Common;
using Slipway.Definitions;
using Slipway.Http;
using Slipway.Oci;
using Slipway.Reporting;
using Slipway.Workflows;

namespace Slipway.Graph;

/// <summary>What stands in the way of the targets that sign and publish, told before they begin.</summary>
internal sealed partial class Build
{
    /// <summary>What a host that is there answers at once; who is only busy is asked again by Publish.</summary>
    private static readonly RetryPolicy PreflightsRetryPolicy = new()
    {
        Attempts = 2,
        FirstWait = TimeSpan.FromMilliseconds(100),
        ResponseTimeLimit = TimeSpan.FromSeconds(5),
    };

    private Target Preflight =>
        _ =>
            _.Description("Find what blocks Sign, Publish and Release before they begin: keys, commit, tags, registries, rights")
                .Unlisted()
                .After(Tagged)
                .Before(Fetch, Assemble, BuildDockerfile, Inspect, Load, Smoke)
                .Executes(async () =>
                {
                    Report report = Reporting.Report.ToConsole();
                    using HttpTransport transport = NewTransport(report, PreflightsRetryPolicy);
                    ReleaseChecks checks = new(RootDirectory, RequestedTags, Connect(transport)) { Way = ChosenWorkspace.Way };
                    await new Preflight([.. PreflightChecks(checks, await DefinitionsAsync())]).RequireAsync(report.Line, Stop);
                });

    /// <summary>Those that the targets of this run need, the ones that cost nothing first.</summary>
    private IEnumerable<PreflightCheck> PreflightChecks(ReleaseChecks checks, IReadOnlyList<ImageDefinition> definitions)
    {
        bool signs = IsPlanned(nameof(Sign)),
            publishes = IsPlanned(nameof(Publish));
        yield return ReleaseChecks.Keys(RootDirectory);
        if (signs || IsPlanned(nameof(Release)))
            yield return ReleaseChecks.Signer(Signers);
        if (publishes)
            yield return ReleaseChecks.Trusted(Signers);
        foreach (ImageDefinition definition in definitions)
        {
            ImmutableArray<Reference> destinations = ChosenRegistries.Of(definition.Name, definition.Repositories).Chosen;
            yield return publishes ? checks.Publishable(definition, destinations) : checks.Commit(definition);
            if (publishes && !RepublishWithdrawnUnsafe)
                yield return checks.NotWithdrawn(definition, new ReleaseRecords(Workspace, Records));
            foreach (Reference destination in publishes ? destinations : [])
                yield return checks.Rights(definition, destination, PlatformsOf(definition));
        }
    }

    /// <summary>Whether a target is part of this run and not left out.</summary>
    private bool IsPlanned(string target) => ExecutionPlan.Except(SkippedTargets).Any(planned => planned.Name == target);
}
