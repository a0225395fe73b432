using Slipway.Oci;
using Slipway.Reporting;
using Slipway.Verification;
using Slipway.Workflows;

namespace Slipway.Views;

/// <summary>What the target <c>Doctor</c> found, for people and programs.</summary>
internal static class DoctorView
{
    /// <summary>What is told by the exit code when several things fail: what waiting does not mend goes first.</summary>
    private static readonly FailureKind[] Order =
    [
        FailureKind.Refused,
        FailureKind.WrongConfiguration,
        FailureKind.WrongData,
        FailureKind.Unavailable,
        FailureKind.TryAgain,
        FailureKind.Failed,
    ];

    public static void Show(Report report, IReadOnlyList<DoctorLine> lines) =>
        report.Table(
            ["place", "check", "verdict", "what was found", "what to do"],
            lines.Select(line => (IReadOnlyList<string>)[line.Place, line.Check, Word(line.Verdict), line.Found, line.Next])
        );

    public static byte[] Json(IReadOnlyList<DoctorLine> lines) =>
        OciJson.WriteIndented(writer =>
        {
            writer.WriteStartArray();
            foreach (DoctorLine line in lines)
            {
                writer.WriteStartObject();
                writer.WriteString("place", line.Place);
                writer.WriteString("check", line.Check);
                writer.WriteString("verdict", Word(line.Verdict).ToLowerInvariant());
                writer.WriteString("found", line.Found);
                writer.WriteString("next", line.Next);
                if (line.Verdict == Verdict.Failed)
                    writer.WriteNumber("exit", ExitCodes.Of(line.Kind));
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        });

    /// <exception cref="WorkflowException">Something stands in the way of a release; with the code of the worst.</exception>
    public static void RequireWell(IReadOnlyList<DoctorLine> lines)
    {
        DoctorLine[] failed = [.. lines.Where(line => line.Verdict == Verdict.Failed).OrderBy(line => Array.IndexOf(Order, line.Kind))];
        if (failed.Length > 0)
            throw new WorkflowException(
                $"{failed.Length} of {lines.Count} checks failed; the worst: {failed[0].Place}: {failed[0].Check}: {failed[0].Found}",
                failed[0].Kind
            );
    }

    private static string Word(Verdict verdict) =>
        verdict switch
        {
            Verdict.Ok => "ok",
            Verdict.Hint => "hint",
            Verdict.Unknown => "unknown",
            _ => "FAILED",
        };
}
