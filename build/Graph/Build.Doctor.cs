using Nuke.Common;
using Slipway.Http;
using Slipway.Oci;
using Slipway.Registry;
using Slipway.Sources;

namespace Slipway.Graph;

/// <summary>Whether a release could be made from here, told before any work.</summary>
internal sealed partial class Build
{
    /// <summary>What is wanted is an answer, not success in the end.</summary>
    private static readonly Patience DoctorsPatience = new() { Attempts = 2, AnswerWithin = TimeSpan.FromSeconds(20) };

    private Target Doctor => _ => _
        .Description("Tell what stands in the way of a release: registries and rights, commits, programs, space")
        .Executes(async () =>
        {
            Report report = Report.ToConsole();
            using HttpTransport transport = NewTransport(report, DoctorsPatience);
            RegistryClient client = Connect(transport);
            MachineDoctor machine = new(Workspace, RootDirectory, Environment.GetEnvironmentVariable);
            List<DoctorLine> lines = [];
            foreach (ImageDefinition definition in Definitions())
            {
                foreach (Reference destination in ChosenRegistries.Of(definition.Name, definition.Repositories).Chosen)
                    lines.AddRange(await new RegistryDoctor(client, destination).LookAsync(Stop));
                lines.Add(await machine.CommitAsync(definition, Stop));
            }

            lines.AddRange(await machine.LookAsync(Stop));
            if (Json)
                report.Result(DoctorView.Json(lines));
            else
                DoctorView.Show(report, lines);
            DoctorView.RequireWell(lines);
        });
}
