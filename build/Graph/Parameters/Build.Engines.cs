using Nuke.Common;
using Slipway.Reporting;
using Slipway.Workflows;

namespace Slipway.Graph;

/// <summary>Which Docker Engines.</summary>
internal sealed partial class Build
{
    [Parameter(
        "Load, Smoke, Publish: [PLATFORM=]ADDRESS of a Docker Engine, as unix:///PATH, tcp://HOST:PORT, ssh://HOST; default: docker's own"
    )]
    private readonly string[] DockerHost = [];

    [Parameter("Publish, Smoke: fail where there is no Docker Engine, or a platform that it cannot run")]
    private readonly bool RequireSmoke;

    private EngineChoice NewEngines(Report report) =>
        ParseArgument(() => new EngineChoice(DockerHost, Environment.GetEnvironmentVariable, report.Line, TimeProvider.System));
}
