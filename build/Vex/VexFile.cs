using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using Slipway.Definitions;
using Slipway.Oci;

namespace Slipway.Vex;

/// <summary>
/// Reads <c>vex.yaml</c>: every key known, every value of its type; <c>images/vex.schema.json</c> describes it for editors.
/// </summary>
public static partial class VexFile
{
    public const string Name = "vex.yaml";

    private const int MostEntries = 10_000,
        LongestText = 4096;

    private static readonly VexJustification[] OfRules = [VexJustification.ComponentNotPresent, VexJustification.VulnerableCodeNotPresent];

    /// <summary>The entries in the file's order, judgements before rules.</summary>
    /// <param name="definition">The image that they are about.</param>
    /// <returns>Null when the image has no such file.</returns>
    /// <exception cref="DefinitionException">The file is wrong; names file, line and column.</exception>
    public static ImmutableArray<VexEntry>? Read(ImageDefinition definition)
    {
        ArgumentNullException.ThrowIfNull(definition);
        string path = Path.Combine(definition.Folder, Name),
            file = $"images/{definition.Name}/{Name}";
        // A link that leads nowhere is there, too: what cannot be read is not taken for absent.
        if (!File.Exists(path) && new FileInfo(path).LinkTarget is null)
            return null;
        YamlMap map = new(file, YamlFile.Read(path, file));
        ImmutableArray<VexEntry> entries =
        [
            .. map.Maps("statements", entry => ReadStatement(entry, definition)),
            .. map.Maps("rules", entry => ReadRule(entry, definition)),
        ];
        map.Finish();
        if (entries.Length is 0 or > MostEntries)
            throw map.Fault("statements", $"wanted 1 to {MostEntries} entries under 'statements' and 'rules', got {entries.Length}");
        RequireUnique(entries);
        return entries;
    }

    private static VexEntry ReadStatement(YamlMap map, ImageDefinition definition)
    {
        VexEntry common = ReadCommon(map, definition);
        VexStatus status = Word(map, "status", Enum.GetValues<VexStatus>());
        VexEntry entry = common with
        {
            Status = status,
            Justification = map.OptionalText("justification") is null
                ? null
                : Word(map, "justification", Enum.GetValues<VexJustification>()),
            Action = map.OptionalText("action") is null ? null : Sentence(map, "action"),
        };
        if (entry.Justification is null != (status != VexStatus.NotAffected))
            throw map.Fault(
                "justification",
                status == VexStatus.NotAffected
                    ? $"'justification' is missing; wanted one of {string.Join(", ", VexWord.All<VexJustification>())}"
                    : $"'justification' is for status {VexWord.Of(VexStatus.NotAffected)}, not for {VexWord.Of(status)}"
            );
        if (entry.Action is null != (status != VexStatus.Affected))
            throw map.Fault(
                "action",
                status == VexStatus.Affected
                    ? "'action' is missing; say what users can do"
                    : $"'action' is for status {VexWord.Of(VexStatus.Affected)}, not for {VexWord.Of(status)}"
            );
        return entry;
    }

    private static VexEntry ReadRule(YamlMap map, ImageDefinition definition)
    {
        VexEntry rule = ReadCommon(map, definition) with
        {
            Justification = Word(map, "justification", OfRules),
            Paths = [.. map.Each("paths", PathPattern.Parse)],
        };
        foreach (Platform platform in definition.Platforms.Where(rule.IsFor))
        {
            foreach (PathPattern pattern in rule.Paths)
                pattern.For(platform);
        }

        return rule;
    }

    private static VexEntry ReadCommon(YamlMap map, ImageDefinition definition) =>
        new()
        {
            Place = map.PlaceOf("id"),
            Id = Advisory(map.Text("id"), map, "id"),
            Aliases = [.. map.Texts("aliases").Select(alias => Advisory(alias, map, "aliases"))],
            Package = Package(map),
            Status = VexStatus.NotAffected,
            Reason = Sentence(map, "reason"),
            Date = Date(map),
            Platforms =
            [
                .. map.OptionalEach("platforms", (text, place) =>
                    definition.Platforms.FirstOrDefault(platform => platform.ToString() == text)
                    ?? throw new DefinitionException(
                        $"{place}: '{Printable.Of(text)}' is not a platform of the image: {string.Join(", ", definition.Platforms)}"
                    )
                ) ?? [],
            ],
        };

    private static T Word<T>(YamlMap map, string key, IReadOnlyList<T> allowed)
        where T : struct, Enum
    {
        string text = map.Text(key);
        return VexWord.Parse<T>(text) is { } value && allowed.Contains(value)
            ? value
            : throw map.Fault(key, $"'{key}' wanted one of {string.Join(", ", allowed.Select(VexWord.Of))}, got '{text}'");
    }

    private static string Advisory(string text, YamlMap map, string key) =>
        AdvisoryGrammar().IsMatch(text)
            ? text
            : throw map.FaultAt(key, text, $"'{key}' wanted the name of an advisory as CVE-2026-12345, got '{text}'");

    private static string Package(YamlMap map)
    {
        string text = map.Text("package");
        return DebianName().IsMatch(text) || VexComponent.TryParse(text) is not null
            ? text
            : throw map.Fault(
                "package",
                $"'package' wanted the name of a Debian package or a package URL as pkg:golang/stdlib, got '{text}'"
            );
    }

    private static string Sentence(YamlMap map, string key)
    {
        string text = map.Sentence(key);
        return text.Length <= LongestText
            ? text
            : throw map.Fault(key, $"'{key}' wanted at most {LongestText} characters, got {text.Length}");
    }

    private static DateOnly Date(YamlMap map)
    {
        string text = map.Text("date");
        return DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out DateOnly date)
            ? date
            : throw map.Fault("date", $"'date' wanted a day as 2026-11-30, got '{text}'");
    }

    /// <summary>Of one flaw in one package on one platform, one thing is said.</summary>
    private static void RequireUnique(ImmutableArray<VexEntry> entries)
    {
        Dictionary<(string, string), List<VexEntry>> seen = [];
        foreach (VexEntry entry in entries)
        {
            foreach (string id in entry.Aliases.Prepend(entry.Id).Distinct(StringComparer.OrdinalIgnoreCase))
            {
                (string, string) key = (id.ToUpperInvariant(), entry.Package);
                if (!seen.TryGetValue(key, out List<VexEntry>? others))
                    seen.Add(key, others = []);
                if (
                    others.Find(other => other.Platforms.IsEmpty || entry.Platforms.IsEmpty || other.Platforms.Any(entry.IsFor)) is
                    { } twice
                )
                    throw new DefinitionException(
                        $"{entry.Place}: {id} in {entry.Package} is judged twice; the first time at {twice.Place}"
                    );
                others.Add(entry);
            }
        }
    }

    [GeneratedRegex(@"\A[A-Za-z][A-Za-z0-9._:-]{2,63}\z")]
    private static partial Regex AdvisoryGrammar();

    /// <summary>Debian Policy, 5.6.1 and 5.6.7.</summary>
    [GeneratedRegex(@"\A[a-z0-9][a-z0-9+.-]+\z")]
    private static partial Regex DebianName();
}
