using System.Collections.Immutable;
using Nuke.Common;
using Slipway.Definitions;
using Slipway.Http;
using Slipway.Oci;
using Slipway.Release;

namespace Slipway.Graph;

/// <summary>What stands in the way of the targets that sign and publish, told before they begin.</summary>
internal sealed partial class Build
{
    [Parameter(
        "Sign, Preview, Publish, Release, Doctor: the git tag to release, as kubelet/v1.36.4; default: the commit's own, or what "
            + "the CI runs for where there are two"
    )]
    private readonly string[] Tag = [];

    /// <summary>What a host that is there answers at once; who is only busy is asked again by Publish.</summary>
    private static readonly RetryPolicy PreflightsRetryPolicy = new()
    {
        Attempts = 2,
        FirstWait = TimeSpan.FromMilliseconds(100),
        ResponseTimeLimit = TimeSpan.FromSeconds(5),
    };

    private Target Preflight =>
        _ =>
            _.Description(
                    "Find what stands in the way of Sign, Publish and Release before they begin: keys, commit, tags, registries, rights"
                )
                .Unlisted()
                .After(Tagged)
                .Before(Fetch, Assemble, BuildDockerfile, Inspect, Load, Smoke)
                .Executes(async () =>
                {
                    Report report = Report.ToConsole();
                    using HttpTransport transport = NewTransport(report, PreflightsRetryPolicy);
                    await new Preflight([
                        .. PreflightChecks(new ReleaseChecks(RootDirectory, Asked, Connect(transport)) { Way = ChosenWorkspace.Way }),
                    ]).RequireAsync(report, Stop);
                });

    /// <summary>Those that the targets of this run need, the ones that cost nothing first.</summary>
    private IEnumerable<PreflightCheck> PreflightChecks(ReleaseChecks checks)
    {
        bool signs = IsPlanned(nameof(Sign)),
            publishes = IsPlanned(nameof(Publish));
        yield return ReleaseChecks.Keys(RootDirectory);
        if (signs || IsPlanned(nameof(Release)))
            yield return ReleaseChecks.Signer(Signers);
        if (publishes)
            yield return ReleaseChecks.Trusted(Signers);
        foreach (ImageDefinition definition in Definitions())
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

    /// <summary>The git tags that were asked for, each of an image that there is.</summary>
    private AskedTags Asked
    {
        get
        {
            AskedTags asked = Given(() => AskedTags.Of(Tag, Environment.GetEnvironmentVariable));
            IReadOnlyList<string> images = ImageDefinitionFile.Names(Workspace.Images);
            return
                Tag.Length > 0
                && asked.Names.FirstOrDefault(name => !images.Contains(name.Split('/')[0], StringComparer.Ordinal)) is { } unknown
                ? throw new TargetFailedException($"--tag {unknown}: unknown image; there are: {string.Join(", ", images)}", Exit.WrongUse)
                : asked;
        }
    }
}
