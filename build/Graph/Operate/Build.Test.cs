using System.Collections.Immutable;
using Nuke.Common;
using Nuke.Common.IO;
using Slipway.Development;
using Slipway.Reporting;
using Slipway.Verification;
using Slipway.Workflows;

namespace Slipway.Graph;

/// <summary>The project's own checks.</summary>
internal sealed partial class Build
{
    [Parameter("Test: projects to run, as Oci.Tests; default: all under tests/")]
    private readonly string[] TestProjects = [];

    [Parameter("Test: every case of the tests that otherwise run a sample; takes hours")]
    private readonly bool Thorough;

    [Category("Develop")]
    [Example("Test", "everything")]
    [Example("Test --test-projects Oci.Tests Debian.Tests", "some projects")]
    private Target Test =>
        _ =>
            _.Description("Run all tests; peer programs that are missing are fetched from Debian, without root")
                .Executes(async () =>
                {
                    Report report = Reporting.Report.ToConsole();
                    AbsolutePath results = Workspace.TestResults;
                    IReadOnlyList<string> all = TestWorkflow.Projects(RootDirectory);
                    if (TestProjects.FirstOrDefault(name => !all.Contains(name, StringComparer.Ordinal)) is { } unknown)
                        throw new WorkflowException(
                            $"unknown test project '{unknown}'; there are: {string.Join(", ", all)}",
                            FailureKind.WrongUse
                        );
                    TestSummary summary = await new TestWorkflow(RootDirectory, results, report.Line, report.Lines)
                    {
                        IsThorough = Thorough,
                    }.RunAsync(TestProjects.Length == 0 ? all : TestProjects, Stop);

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
                        throw new WorkflowException(
                            $"{summary}{(differences.Count > 0 ? "; the skipped tests differ from .ci/may-skip.txt" : "")}. Details: {results}"
                        );
                });
}
