using Nuke.Common;
using Nuke.Common.IO;
using Slipway.Rehearsal;
using Slipway.Reporting;
using Slipway.Verification;
using Slipway.Workflows;

namespace Slipway.Graph;

/// <summary>The registry of rehearsals for people, other programs and outside test suites.</summary>
internal sealed partial class Build
{
    [Parameter("ServeRegistry: port on 127.0.0.1; default: a free one")]
    private readonly int Port;

    [Parameter("ServeRegistry: folder that keeps what is pushed; default: memory")]
    private readonly AbsolutePath? Storage;

    [Parameter("ServeRegistry: who may push: none (anonymous), basic or token (the user below)")]
    private readonly string Auth = "none";

    [Parameter("ServeRegistry: user for basic and token")]
    private readonly string? RegistryUser;

    [Parameter("ServeRegistry: password of that user"), Secret]
    private readonly string? RegistryPassword;

    [Category("Try it")]
    [Example("ServeRegistry --port 5000", "on a port of your choice")]
    [Example("ServeRegistry --port 5000 --storage artifacts/registry", "keep what is pushed")]
    private Target ServeRegistry =>
        _ =>
            _.Description("Serve an OCI registry on 127.0.0.1 until Ctrl-C; print its address")
                .Executes(async () =>
                {
                    Report report = Reporting.Report.ToConsole();
                    await using RehearsalRegistry registry = await StartAsync(RegistryOptions(report));
                    report.Result(registry.Address.ToString());
                    report.Line(
                        $"registry: {registry.Address.Authority}, {(Storage is null ? "in memory" : $"in {Storage}")}; Ctrl-C ends it"
                    );
                    await Task.Delay(Timeout.Infinite, Stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                });

    /// <summary>Takes whatever the specification lets a registry take.</summary>
    private RehearsalOptions RegistryOptions(Report report)
    {
        RehearsalAuthentication authentication = Auth switch
        {
            "none" => RehearsalAuthentication.None,
            "basic" => RehearsalAuthentication.Basic,
            "token" => RehearsalAuthentication.Token,
            _ => throw new WorkflowException($"--auth {Auth}: wanted none, basic or token", FailureKind.WrongUse),
        };
        if (Port is < 0 or > 65535)
            throw new WorkflowException($"--port {Port}: wanted 1 to 65535, or 0 for a free one", FailureKind.WrongUse);
        bool asks = authentication != RehearsalAuthentication.None;
        return new RehearsalOptions
        {
            Storage = Storage is null ? RehearsalStorage.InMemory() : RehearsalStorage.InFolder(Storage),
            Port = Port,
            Authentication = authentication,
            User = asks ? Needed(RegistryUser, "SLIPWAY_REGISTRY_USER") : "",
            Password = asks ? Needed(RegistryPassword, "SLIPWAY_REGISTRY_PASSWORD") : "",
            AcceptsSparse = true,
            Responded = Verbosity == Verbosity.Verbose ? request => report.Line(request.ToString()) : _ => { },
        };
    }

    private string Needed(string? value, string variable) =>
        value is { Length: > 0 }
            ? value
            : throw new WorkflowException($"--auth {Auth}: {variable} is not set, so no user could push", FailureKind.WrongConfiguration);

    private async Task<RehearsalRegistry> StartAsync(RehearsalOptions options)
    {
        try
        {
            return await RehearsalRegistry.StartAsync(options, Stop);
        }
        catch (IOException e)
        {
            throw new WorkflowException($"registry: {e.Message}", FailureKind.Unavailable);
        }
    }
}
