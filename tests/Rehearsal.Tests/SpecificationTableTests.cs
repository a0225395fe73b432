using System.Reflection;
using System.Text.RegularExpressions;
using Slipway.Testing;

namespace Slipway.Rehearsal.Tests;

/// <summary>The table of requirements beside these tests is true.</summary>
public partial class SpecificationTableTests
{
    [Fact]
    public void Every_test_that_the_table_names_exists()
    {
        string[] rows =
        [
            .. File.ReadLines(SourceTree.At("tests", "Rehearsal.Tests", "README.md"))
                .Where(line => line.StartsWith("| ", StringComparison.Ordinal))
                .Skip(1),
        ];
        Assert.InRange(rows.Length, 60, 200);
        Assert.All(rows, row =>
            Assert.True(Row().Match(row) is { Success: true } match && IsTest(match.Groups["class"].Value, match.Groups["test"].Value), row)
        );
    }

    private static bool IsTest(string type, string method) =>
        typeof(SpecificationTableTests)
            .Assembly.GetType($"{typeof(SpecificationTableTests).Namespace}.{type}")
            ?.GetMethod(method)
            ?.GetCustomAttributes<FactAttribute>()
            .Any() == true;

    [GeneratedRegex(@"^\| [^|]+ \| [^|]+ \| `(?<class>\w+)\.(?<test>\w+)` \|$")]
    private static partial Regex Row();
}
