using System.Text.RegularExpressions;
using System.Xml.Linq;
using Slipway.Testing;

namespace Slipway.Graph.Tests;

/// <summary>The house is as its documents say: arrows, READMEs, folders without cycles.</summary>
public sealed partial class RoomTests
{
    private static IReadOnlyList<string> Rooms { get; } =
        [.. Directory.EnumerateDirectories(SourceTree.At("build")).Select(folder => Path.GetFileName(folder)).Order(StringComparer.Ordinal)];

    public static TheoryData<string> RoomNames { get; } = [.. Rooms];

    [Theory]
    [MemberData(nameof(RoomNames))]
    public void A_room_sees_what_the_architecture_says(string room)
    {
        Match row = Regex.Match(File.ReadAllText(SourceTree.At("docs", "architecture.md")), $@"^\| \[{room}\]\(\.\./build/{room}/README\.md\) \| .* \| ([^|]+) \|$", RegexOptions.Multiline);
        Assert.True(row.Success, $"docs/architecture.md has no row for {room}");
        string[] written = row.Groups[1].Value.Trim() switch
        {
            "–" => [],
            "all" => [.. Rooms.Where(other => other != room)],
            var names => names.Split(", "),
        };
        Assert.Equal(written.Order(StringComparer.Ordinal), SeenBy(room).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void No_arrow_leads_back()
    {
        HashSet<string> known = [];
        while (Rooms.FirstOrDefault(room => !known.Contains(room) && SeenBy(room).All(known.Contains)) is { } next)
            known.Add(next);
        Assert.Equal(Rooms, known.Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(RoomNames))]
    public void A_README_names_types_that_are_there(string room)
    {
        string readme = File.ReadAllText(SourceTree.At("build", room, "README.md"));
        string[] folders = [.. Directory.EnumerateDirectories(SourceTree.At("build", room)).Select(folder => Path.GetFileName(folder))];
        HashSet<string> declared = [.. folders, .. Rooms.SelectMany(Files).SelectMany(file => Declaration().Matches(File.ReadAllText(file)).Select(match => match.Groups[1].Value))];
        string[] named = [.. Table().Matches(readme).SelectMany(row => Code().Matches(row.Groups[1].Value)).Select(match => match.Groups[1].Value).Where(name => TypeName().IsMatch(name)).Distinct()];
        Assert.NotEmpty(named);
        Assert.Equal([], named.Select(name => name.Split('.')[0]).Except(declared));
    }

    private static IEnumerable<string> SeenBy(string room) =>
        XDocument.Load(Directory.EnumerateFiles(SourceTree.At("build", room), "*.csproj").Single()).Descendants("ProjectReference")
            .Select(reference => Path.GetFileName(Path.GetDirectoryName(reference.Attribute("Include")!.Value)!));

    private static IEnumerable<string> Files(string room) => Directory.EnumerateFiles(SourceTree.At("build", room), "*.cs", SearchOption.AllDirectories)
        .Where(file => !file.Contains("/obj/", StringComparison.Ordinal));

    [GeneratedRegex(@"^\s*(?:\[[^\]]*\]\s*)*(?:public|internal|private|protected|file)?\s*(?:static |sealed |abstract |readonly |partial |ref |unsafe )*(?:class|record struct|record|struct|interface|enum|delegate [\w<>?\[\]., ]+?)\s+(\w+)", RegexOptions.Multiline)]
    private static partial Regex Declaration();

    [GeneratedRegex(@"^\| (.*?) \|", RegexOptions.Multiline)]
    private static partial Regex Table();

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Code();

    [GeneratedRegex(@"^[A-Z][A-Za-z0-9]+(\.[A-Z]\w*)*$")]
    private static partial Regex TypeName();
}
