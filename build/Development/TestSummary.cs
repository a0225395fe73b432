using System.Collections.Immutable;
using System.Globalization;
using System.Xml.Linq;

namespace Slipway.Development;

/// <summary>A test that failed or was left out, and why.</summary>
internal sealed record FailedTest(string Name, string Reason);

/// <summary>What test projects reported.</summary>
/// <param name="Seconds">Their own times, added up.</param>
internal sealed record TestSummary(int Passed, ImmutableArray<FailedTest> Failed, ImmutableArray<FailedTest> Skipped, double Seconds)
{
    public static TestSummary None { get; } = new(0, [], [], 0);

    /// <summary>Lines that tests wrote which passed: how much they tried, what they measured.</summary>
    public ImmutableArray<string> Said { get; init; } = [];

    /// <summary>Reads xunit's XML log, version 2 and later.</summary>
    public static TestSummary Read(XDocument xml)
    {
        ILookup<string, XElement> tests = xml.Descendants("test").ToLookup(test => (string?)test.Attribute("result") ?? "");
        ImmutableArray<FailedTest> failed =
        [
            .. tests["Fail"]
                .Select(test => new FailedTest(
                    NameOf(test),
                    $"{test.Element("failure")?.Element("message")?.Value}\n{test.Element("failure")?.Element("stack-trace")?.Value}"
                )),
            .. xml.Descendants("error")
                .Select(error => new FailedTest((string?)error.Attribute("name") ?? "outside of a test", error.Value)),
        ];
        ImmutableArray<FailedTest> skipped =
        [
            .. tests["Skip"].Select(test => new FailedTest(NameOf(test), test.Element("reason")?.Value ?? "")),
        ];
        double seconds = xml.Descendants("assembly")
            .Sum(assembly => double.Parse((string?)assembly.Attribute("time") ?? "0", CultureInfo.InvariantCulture));
        IEnumerable<string> said = tests["Pass"]
            .Select(test => test.Element("output")?.Value ?? "")
            .SelectMany(output => output.Split('\n'));
        return new TestSummary(tests["Pass"].Count(), failed, skipped, seconds)
        {
            Said = [.. said.Select(line => line.Trim()).Where(line => line.Length > 0)],
        };
    }

    public TestSummary With(TestSummary other) =>
        new(Passed + other.Passed, [.. Failed, .. other.Failed], [.. Skipped, .. other.Skipped], Seconds + other.Seconds);

    /// <summary>The line that a run ends with.</summary>
    public override string ToString() => $"{Passed} passed, {Failed.Length} failed, {Skipped.Length} skipped";

    private static string NameOf(XElement test) => (string?)test.Attribute("name") ?? "?";
}
