using System.Globalization;
using System.Text.RegularExpressions;
using Slipway.Testing;

namespace Slipway.Graph.Tests;

/// <summary>Documents lead where they say, and no decision is missing.</summary>
public sealed partial class DocumentTests
{
    [Fact]
    public void Every_link_of_a_document_leads_to_a_file()
    {
        List<string> broken = [];
        foreach (string document in Documents())
        {
            foreach (Match link in Link().Matches(Fences().Replace(File.ReadAllText(document), "")))
            {
                string target = link.Groups[1].Value.Split('#')[0];
                if (
                    target.Length == 0
                    || target.Contains("://", StringComparison.Ordinal)
                    || target.StartsWith("mailto:", StringComparison.Ordinal)
                )
                    continue;
                string path = Path.Combine(Path.GetDirectoryName(document)!, target);
                if (!File.Exists(path) && !Directory.Exists(path))
                    broken.Add($"{Path.GetRelativePath(SourceTree.Root, document)}: {target}");
            }
        }

        Assert.Equal([], broken);
    }

    /// <summary>The formatter breaks lines wherever there is a place; what it leaves is one literal without any.</summary>
    [Fact]
    public void A_line_of_source_has_140_columns_unless_it_is_a_literal()
    {
        List<string> longer = [];
        foreach (string room in (string[])["build", "tests"])
        {
            foreach (
                string file in Directory
                    .EnumerateFiles(SourceTree.At(room), "*.cs", SearchOption.AllDirectories)
                    .Where(file => !file.Contains("/obj/", StringComparison.Ordinal))
            )
            {
                bool isRaw = false;
                foreach (string line in File.ReadLines(file))
                {
                    if (line.Length > 140 && !isRaw && !Literal().IsMatch(line))
                        longer.Add($"{Path.GetRelativePath(SourceTree.Root, file)}: {line.Trim()}");
                    if (line.Split("\"\"\"").Length % 2 == 0)
                        isRaw = !isRaw;
                }
            }
        }

        Assert.Equal([], longer);
    }

    [Fact]
    public void Decisions_are_numbered_without_gaps_and_each_begins_with_its_number()
    {
        string[] files = [.. Directory.EnumerateFiles(SourceTree.At("docs", "decisions"), "*.md").Order(StringComparer.Ordinal)];
        Assert.Equal(
            Enumerable.Range(1, files.Length),
            files.Select(file => int.Parse(Path.GetFileName(file).AsSpan(0, 4), CultureInfo.InvariantCulture))
        );
        Assert.All(files, file =>
            Assert.StartsWith(
                $"# {int.Parse(Path.GetFileName(file).AsSpan(0, 4), CultureInfo.InvariantCulture)}. ",
                File.ReadAllText(file),
                StringComparison.Ordinal
            )
        );
    }

    private static IEnumerable<string> Documents() =>
        Directory
            .EnumerateFiles(SourceTree.Root, "*.md")
            .Concat(
                ((string[])["docs", "build", "images", "tests", ".github"])
                    .Select(folder => SourceTree.At(folder))
                    .Where(Directory.Exists)
                    .SelectMany(folder => Directory.EnumerateFiles(folder, "*.md", SearchOption.AllDirectories))
            )
            .Where(file => !file.Contains("/obj/", StringComparison.Ordinal) && !file.Contains("/bin/", StringComparison.Ordinal));

    [GeneratedRegex("""^\s*(\+ )?[$@]*["]""")]
    private static partial Regex Literal();

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex("(?ms)^```.*?^```")]
    private static partial Regex Fences();
}
