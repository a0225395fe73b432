using System.Text.RegularExpressions;
using System.Xml.Linq;
using Slipway.Testing;

namespace Slipway.Graph.Tests;

/// <summary>The house is as its documents say: arrows, READMEs, folders without cycles.</summary>
public sealed partial class RoomTests
{
    /// <summary>Folders with a project: what an older checkout left behind has none.</summary>
    private static IReadOnlyList<string> Rooms { get; } =
    [
        .. Directory
            .EnumerateFiles(SourceTree.At("build"), "*.csproj", SearchOption.AllDirectories)
            .Select(file => Path.GetFileName(Path.GetDirectoryName(file)!))
            .Order(StringComparer.Ordinal),
    ];

    public static TheoryData<string> RoomNames { get; } = [.. Rooms];

    [Theory]
    [MemberData(nameof(RoomNames))]
    public void A_room_sees_what_the_architecture_says(string room)
    {
        Match row = Regex.Match(
            File.ReadAllText(SourceTree.At("docs", "architecture.md")),
            $@"^\| \[{room}\]\(\.\./build/{room}/README\.md\) \| .* \| ([^|]+) \|$",
            RegexOptions.Multiline
        );
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
        HashSet<string> declared =
        [
            .. folders,
            .. Rooms
                .SelectMany(Files)
                .SelectMany(file => Declaration().Matches(File.ReadAllText(file)).Select(match => match.Groups[1].Value)),
        ];
        string[] named =
        [
            .. Table()
                .Matches(readme)
                .SelectMany(row => Code().Matches(row.Groups[1].Value))
                .Select(match => match.Groups[1].Value)
                .Where(name => TypeName().IsMatch(name))
                .Distinct(),
        ];
        Assert.NotEmpty(named);
        Assert.Equal([], named.Select(name => name.Split('.')[0]).Except(declared));
    }

    private const int MostInRoom = 59,
        MostInFolder = 25;

    [Theory]
    [MemberData(nameof(RoomNames))]
    public void A_room_and_its_folders_can_be_overlooked_and_no_folder_is_in_a_cycle_with_another(string room)
    {
        string[] files = [.. Files(room)];
        Assert.InRange(files.Length, 1, MostInRoom);
        Assert.InRange(files.GroupBy(file => Path.GetDirectoryName(file)).Max(folder => folder.Count()), 1, MostInFolder);
        Assert.True(IsOrdered(files), $"folders of {room} see each other");
    }

    /// <summary>What to run next is a <c>NextCommand</c>, which each front end writes as its users start it.</summary>
    [Fact]
    public void Only_the_front_end_names_its_commands()
    {
        string[] naming =
        [
            .. Rooms
                .Where(room => room is not ("Graph" or "Nuke"))
                .SelectMany(Files)
                .Where(file => File.ReadAllText(file).Contains("./build.sh", StringComparison.Ordinal)),
        ];
        Assert.Empty(naming);
    }

    /// <summary>Whether the folders can be laid on each other so that each sees those below alone, by the names of their types.</summary>
    private static bool IsOrdered(string[] files)
    {
        Dictionary<string, string> code = files.ToDictionary(
            file => file,
            file => Literals().Replace(Comments().Replace(File.ReadAllText(file), ""), "\"\"")
        );
        ILookup<string, string> folders = code.SelectMany(file =>
                Declaration().Matches(file.Value).Select(match => (Type: match.Groups[1].Value, Folder: Path.GetDirectoryName(file.Key)!))
            )
            .ToLookup(declared => declared.Type, declared => declared.Folder);
        Dictionary<string, HashSet<string>> sees = files
            .GroupBy(file => Path.GetDirectoryName(file)!)
            .ToDictionary(
                folder => folder.Key,
                folder =>
                    folder
                        .SelectMany(file => Words().Matches(code[file]).Select(word => word.Value))
                        .Distinct()
                        .Select(word => folders[word].ToArray())
                        // The parts of one class in several folders are one thing.
                        .Where(declaring => declaring.Distinct().Count() == 1)
                        .SelectMany(declaring => declaring)
                        .Where(other => other != folder.Key)
                        .ToHashSet()
            );
        while (sees.FirstOrDefault(folder => folder.Value.Count == 0).Key is { } lowest)
        {
            sees.Remove(lowest);
            foreach (HashSet<string> others in sees.Values)
                others.Remove(lowest);
        }

        return sees.Count == 0;
    }

    private static IEnumerable<string> SeenBy(string room) =>
        XDocument
            .Load(Directory.EnumerateFiles(SourceTree.At("build", room), "*.csproj").Single())
            .Descendants("ProjectReference")
            .Select(reference => Path.GetFileName(Path.GetDirectoryName(reference.Attribute("Include")!.Value)!));

    private static IEnumerable<string> Files(string room) =>
        Directory
            .EnumerateFiles(SourceTree.At("build", room), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains("/obj/", StringComparison.Ordinal));

    [GeneratedRegex(
        @"^\s*(?:\[[^\]]*\]\s*)*(?:public|internal|private|protected|file)?\s*(?:static |sealed |abstract |readonly |partial |ref |unsafe )*(?:class|record struct|record|struct|interface|enum|delegate [\w<>?\[\]., ]+?)\s+(\w+)",
        RegexOptions.Multiline
    )]
    private static partial Regex Declaration();

    [GeneratedRegex(@"//[^\n]*")]
    private static partial Regex Comments();

    [GeneratedRegex("""@?["](?:[^"\\\n{]|\\.)*["]""")]
    private static partial Regex Literals();

    [GeneratedRegex(@"\b[A-Z]\w+")]
    private static partial Regex Words();

    [GeneratedRegex(@"^\| (.*?) \|", RegexOptions.Multiline)]
    private static partial Regex Table();

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Code();

    [GeneratedRegex(@"^[A-Z][A-Za-z0-9]+(\.[A-Z]\w*)*$")]
    private static partial Regex TypeName();
}
