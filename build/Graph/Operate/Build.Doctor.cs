using Nuke.Common;
using Slipway.Definitions;
using Slipway.Http;
using Slipway.Images;
using Slipway.Oci;
using Slipway.Registry;
using Slipway.Reporting;
using Slipway.Views;
using Slipway.Workflows;

namespace Slipway.Graph;

/// <summary>Whether a release could be made from here, told before any work.</summary>
internal sealed partial class Build
{
    /// <summary>What is wanted is an answer, not success in the end.</summary>
    private static readonly RetryPolicy DoctorsRetryPolicy = new() { Attempts = 2, ResponseTimeLimit = TimeSpan.FromSeconds(20) };

    [Category("Look after")]
    [Example("Doctor", "before the first release")]
    [Example("Doctor --images kubelet --json", "for a program")]
    private Target Doctor =>
        _ =>
            _.Description(
                    "Find what blocks a release: registries and rights, signer, tokens, commits, upstream, mirror, " + "programs, space"
                )
                .Executes(async () =>
                {
                    Report report = Reporting.Report.ToConsole();
                    using HttpTransport transport = NewTransport(report, DoctorsRetryPolicy);
                    using SourceFetcher sources = NewSources(report);
                    IReadOnlyList<DoctorLine> lines = await new Preflight([
                        .. DoctorsChecks(await DefinitionsAsync(), Connect(transport), sources),
                    ]).LookAsync(Stop);
                    if (Json)
                        report.Result(DoctorView.Json(lines));
                    else
                        DoctorView.Show(report, lines);
                    DoctorView.RequireWell(lines);
                });

    /// <summary>All that <c>Sign</c>, <c>Publish</c> and <c>Release</c> begin with, and what only a person wants to know.</summary>
    private IEnumerable<PreflightCheck> DoctorsChecks(
        IReadOnlyList<ImageDefinition> definitions,
        RegistryClient client,
        SourceFetcher sources
    )
    {
        ReleaseChecks checks = new(RootDirectory, RequestedTags, client) { Way = ChosenWorkspace.Way };
        MachineDoctor machine = new(Workspace, Environment.GetEnvironmentVariable, TimeProvider.System);
        foreach (ImageDefinition definition in definitions)
        {
            foreach (Reference destination in ChosenRegistries.Of(definition.Name, definition.Repositories).Chosen)
                yield return new PreflightCheck(destination.Name, "reachable", new RegistryDoctor(client, destination).LookAsync);
            yield return checks.Publishable(definition, []);
            yield return checks.NotWithdrawn(definition, new ReleaseRecords(Workspace, Records));
            yield return new PreflightCheck(definition.Name, "upstream", async cancellationToken =>
            {
                AssemblyRequest input = await new ImageInputs(Workspace).ReadAsync(definition.Name, PlatformsOf, cancellationToken);
                return await new SourceDoctor(sources).LookAsync(input, cancellationToken);
            });
        }

        yield return ReleaseChecks.Keys(RootDirectory);
        yield return Signers.IsChosen
            ? ReleaseChecks.Signer(Signers)
            : PreflightCheck.Of("this checkout", "signer", _ =>
                Task.FromResult(
                    DoctorLine.Unknown(
                        "this checkout",
                        "signer",
                        "not checked: no signer was given",
                        "Sign needs --signing-key FILE, --kms-key URI, or a CI job with an OIDC identity"
                    )
                )
            );
        yield return PreflightCheck.Of("GitHub", "token", _ => Task.FromResult(machine.Token()));
        yield return new PreflightCheck("this machine", "programs", machine.LookAsync);
    }
}
