using System.Xml.Linq;
using Slipway.Development;
using Slipway.Reporting;
using Slipway.Workflows;

namespace Slipway.Graph.Tests;

/// <summary>What is read of a test project's report.</summary>
public sealed class TestSummaryTests
{
    private static readonly XDocument Report = XDocument.Parse(
        """
        <assemblies><assembly time="1.5"><collection>
          <test name="counts" result="Pass"><output>224 requests × 27 mishaps
        </output></test>
          <test name="silent" result="Pass" />
          <test name="breaks" result="Fail"><output>not this</output><failure><message>m</message><stack-trace>s</stack-trace></failure></test>
          <test name="waits" result="Skip"><reason>no peer</reason></test>
        </collection></assembly></assemblies>
        """
    );

    [Fact]
    public void What_passing_tests_counted_is_told_and_no_empty_line()
    {
        TestSummary summary = TestSummary.Read(Report);
        Assert.Equal(["224 requests × 27 mishaps"], summary.Said);
        Assert.Equal("2 passed, 1 failed, 1 skipped", summary.ToString());
        Assert.Equal("no peer", Assert.Single(summary.Skipped).Reason);
    }
}
