using System.Globalization;
using Slipway.Inspection;
using Slipway.Oci;
using Slipway.Reporting;
using Slipway.Verification;
using Slipway.Workflows;

namespace Slipway.Views;

/// <summary>What containers of images did, for people and programs.</summary>
internal static class SmokeView
{
    public static void Show(Report report, IReadOnlyList<PlatformSmoke> results)
    {
        foreach (PlatformSmoke result in results)
        {
            foreach (string failure in result.Failures)
                report.Result($"{result.Name} {result.Platform}: {failure}");
        }

        report.Table(
            ["image", "platform", "commands", "verdict"],
            results.Select(result =>
                (IReadOnlyList<string>)
                    [result.Name, result.Platform.ToString(), result.Commands.ToString(CultureInfo.InvariantCulture), Verdict(result)]
            )
        );
    }

    /// <summary>The same to the log.</summary>
    public static void Log(Report report, IReadOnlyList<PlatformSmoke> results)
    {
        foreach (PlatformSmoke result in results)
        {
            foreach (string failure in result.Failures)
                report.Line($"{result.Name} {result.Platform}: {failure}");
            report.Line($"{result.Name} {result.Platform}: {result.Commands} commands run in containers: {Verdict(result)}");
        }
    }

    public static byte[] Json(IReadOnlyList<PlatformSmoke> results) =>
        OciJson.WriteIndented(writer =>
        {
            writer.WriteStartArray();
            foreach (PlatformSmoke result in results)
            {
                writer.WriteStartObject();
                writer.WriteString("image", result.Name);
                writer.WriteString("platform", result.Platform.ToString());
                writer.WriteString(
                    "verdict",
                    result.NotRun is not null ? "not run"
                        : result.Passed ? "passed"
                        : "failed"
                );
                writer.WriteNumber("commands", result.Commands);
                if (result.NotRun is { } reason)
                    writer.WriteString("reason", reason);
                writer.WriteStartArray("failures");
                foreach (string failure in result.Failures)
                    writer.WriteStringValue(failure);
                writer.WriteEndArray();
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        });

    /// <param name="wantsAll">Whether a platform that could not be tried is a failure, too.</param>
    /// <exception cref="ContentException">A command did not do what the contract says.</exception>
    /// <exception cref="WorkflowException">A platform could not be tried and had to be.</exception>
    public static void RequirePassed(IReadOnlyList<PlatformSmoke> results, bool wantsAll)
    {
        PlatformSmoke[] failed = [.. results.Where(result => !result.Failures.IsEmpty)];
        if (failed.Length > 0)
            throw new ContentException(
                $"{failed.Sum(result => result.Failures.Length)} commands of contracts failed "
                    + $"({string.Join(", ", failed.Select(result => $"{result.Name} {result.Platform}"))}); the "
                    + $"first: {failed[0].Failures[0]}"
            );
        if (wantsAll && results.FirstOrDefault(result => result.NotRun is not null) is { } missing)
            throw new WorkflowException(
                $"{missing.Name} {missing.Platform} was not run: {missing.NotRun}. Install qemu-user-static and register it, or "
                    + $"give --docker-host {missing.Platform}=ADDRESS",
                FailureKind.Unavailable
            );
    }

    private static string Verdict(PlatformSmoke result) =>
        result.NotRun is { } reason ? $"not run: {reason}"
        : !result.Passed ? $"{result.Failures.Length} FAILED"
        : result.LeftOut == 0 ? "all passed"
        : $"all passed; {result.LeftOut} work on its own machine alone";
}
