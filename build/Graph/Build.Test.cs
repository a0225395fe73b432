using Nuke.Common;
using Nuke.Common.IO;

namespace Slipway.Graph;

/// <summary>The project's own checks, and tidying up.</summary>
internal sealed partial class Build
{
    [Parameter("Test projects to run, as Oci.Tests; default: all under tests/")]
    private readonly string[] TestProjects = [];

    [Parameter("Let tests that sample take as many as they can: a run of hours")]
    private readonly bool Thorough;

    private Target Test =>
        _ =>
            _.Description("Run all tests; peer programs that are missing are fetched from Debian, without root")
                .Executes(async () =>
                {
                    Report report = Report.ToConsole();
                    AbsolutePath results = Workspace.TestResults;
                    IReadOnlyList<string> all = TestRun.Projects(RootDirectory);
                    if (TestProjects.FirstOrDefault(name => !all.Contains(name, StringComparer.Ordinal)) is { } unknown)
                        throw new TargetFailedException(
                            $"unknown test project '{unknown}'; there are: {string.Join(", ", all)}",
                            Exit.WrongUse
                        );
                    TestSummary summary = await new TestRun(RootDirectory, results, report) { IsThorough = Thorough }.RunAsync(
                        TestProjects.Length == 0 ? all : TestProjects,
                        Stop
                    );

                    foreach (FailedTest skipped in summary.Skipped)
                        report.Line($"skipped {skipped.Name}: {skipped.Reason}");
                    IReadOnlyList<string> differences =
                        IsServerBuild && TestProjects.Length == 0
                            ? SkipList.Differences(RootDirectory / ".ci" / "may-skip.txt", summary.Skipped)
                            : [];
                    foreach (string difference in differences)
                        report.Line(difference);
                    report.Result(summary.ToString());
                    if (summary.Failed.Length > 0 || differences.Count > 0 || summary.Passed == 0)
                        throw new TargetFailedException(
                            $"{summary}{(differences.Count > 0 ? "; the skips are not those of .ci/may-skip.txt" : "")}. Details: {results}"
                        );
                });

    private Target Clean =>
        _ => _.Description("Delete artifacts/; the cache stays").Before(Lock, Fetch, Assemble, Rehearse, Test).Executes(DeleteResults);
}
