using Nuke.Common;
using Nuke.Common.IO;
using Slipway.Images;

namespace Slipway.Graph;

/// <summary>The project's own checks, and tidying up.</summary>
internal sealed partial class Build
{
    [Parameter("Test projects to run, as Oci.Tests; default: all under tests/")]
    private readonly string[] TestProjects = [];

    [Parameter("Let tests that sample take as many as they can: a run of hours")]
    private readonly bool Thorough;

    private Target Test => _ => _
        .Description("Run all tests; peer programs that are missing are fetched from Debian, without root")
        .Executes(async () =>
        {
            Report report = Report.ToConsole();
            AbsolutePath results = Workspace.TestResults;
            IReadOnlyList<string> all = TestRun.Projects(RootDirectory);
            if (TestProjects.FirstOrDefault(name => !all.Contains(name, StringComparer.Ordinal)) is { } unknown)
                throw new TargetFailedException($"unknown test project '{unknown}'; there are: {string.Join(", ", all)}", Exit.WrongUse);
            TestSummary summary = await new TestRun(RootDirectory, results, report) { IsThorough = Thorough }.RunAsync(TestProjects.Length == 0 ? all : TestProjects, Stop);

            foreach (FailedTest skipped in summary.Skipped)
                report.Line($"skipped {skipped.Name}: {skipped.Reason}");
            IReadOnlyList<string> differences = IsServerBuild && TestProjects.Length == 0
                ? SkipList.Differences(RootDirectory / ".ci" / "may-skip.txt", summary.Skipped)
                : [];
            foreach (string difference in differences)
                report.Line(difference);
            report.Result(summary.ToString());
            if (summary.Failed.Length > 0 || differences.Count > 0 || summary.Passed == 0)
                throw new TargetFailedException($"{summary}{(differences.Count > 0 ? "; the skips are not those of .ci/may-skip.txt" : "")}. Details: {results}");
        });

    private Target Package => _ => _
        .Description("Say what this program is made of: docs/dependencies.md with licences, and its own SBOM, artifacts/slipway.spdx.json")
        .Executes(async () =>
        {
            Report report = Report.ToConsole();
            NuGetPackages packages = new(RootDirectory);
            AbsolutePath document = RootDirectory / "docs" / DependenciesDocument.FileName, bill = Workspace.Artifacts / "slipway.spdx.json";
            string text = new DependenciesDocument(packages.OfProgram(), packages.OfTestsAlone(), await File.ReadAllTextAsync(RootDirectory / "Directory.Packages.props", Stop)).ToString();
            Directory.CreateDirectory(Workspace.Artifacts);
            await File.WriteAllTextAsync(document, text, Stop);
            string version = typeof(Build).Assembly.GetName().Version!.ToString(3);
            SpdxDocument made = ProgramSbom.Of("slipway", version, source: null, TimeProvider.System.GetUtcNow(), packages.OfProgram().Select(package => package.ToPart()));
            await File.WriteAllBytesAsync(bill, made.ToBytes(), Stop);
            report.Line($"docs/{DependenciesDocument.FileName}: {packages.OfProgram().Length} packages in the program, {packages.OfTestsAlone().Length} in tests alone");
            report.Result(bill);
        });

    private Target Clean => _ => _
        .Description("Delete artifacts/; the cache stays")
        .Before(Lock, Fetch, Assemble, Rehearse, Test)
        .Executes(DeleteResults);
}
