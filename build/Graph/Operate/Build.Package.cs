using System.Collections.Immutable;
using Nuke.Common;
using Slipway.Development;
using Slipway.Reporting;
using Slipway.Spdx;
using Slipway.Workflows;

namespace Slipway.Graph;

/// <summary>What this program is made of.</summary>
internal sealed partial class Build
{
    private Target Package =>
        _ =>
            _.Description(
                    "Say what this program is made of: docs/dependencies.md with licences, and its own SBOM, artifacts/slipway.spdx.json"
                )
                .Executes(async () =>
                {
                    Report report = Report.ToConsole();
                    NuGetPackages packages = new(RootDirectory);
                    ImmutableArray<NuGetPackage> program = packages.OfProgram(),
                        tests = packages.OfTestsAlone();
                    string versions = await File.ReadAllTextAsync(RootDirectory / "Directory.Packages.props", Stop);
                    await File.WriteAllTextAsync(
                        RootDirectory / "docs" / DependenciesDocument.FileName,
                        new DependenciesDocument(program, tests, versions).ToString(),
                        Stop
                    );
                    string version = typeof(Build).Assembly.GetName().Version!.ToString(3);
                    SpdxDocument sbom = ProgramSbom.Of(
                        "slipway",
                        version,
                        source: null,
                        TimeProvider.System.GetUtcNow(),
                        program.Select(package => package.ToPart())
                    );
                    string file = Path.Combine(Workspace.Artifacts, "slipway.spdx.json");
                    Directory.CreateDirectory(Workspace.Artifacts);
                    await File.WriteAllBytesAsync(file, sbom.ToBytes(), Stop);
                    report.Line(
                        $"docs/{DependenciesDocument.FileName}: {program.Length} packages in the program, {tests.Length} in tests alone"
                    );
                    report.Result(file);
                });
}
