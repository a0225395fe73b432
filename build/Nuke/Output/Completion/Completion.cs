using System.Text.Json;
using Nuke.Common.Execution;
using Nuke.Common.IO;
using Nuke.Common.Parameters;

namespace Nuke.Common.Output;

/// <summary>
/// What a shell offers at the end of a half-typed line: <c>:complete "./build.sh Ass"</c> prints <c>Assemble</c>. The names come from
/// <c>.nuke/build.schema.json</c>, as in NUKE, so no build is made to answer.
/// </summary>
internal sealed class Completion
{
    public const string Command = ":complete";

    private readonly IReadOnlyDictionary<string, string[]> _values;

    private Completion(IReadOnlyDictionary<string, string[]> values) => _values = values;

    /// <summary>By the schema file of the root, or by the build class where that file is missing or broken.</summary>
    public static Completion In(AbsolutePath root, Type build)
    {
        AbsolutePath file = root / RootFolder.Mark / BuildSchema.FileName;
        DirectoryInfo folder = new((root / RootFolder.Mark).ToString());
        string[] profiles =
        [
            .. (folder.Exists ? folder.EnumerateFiles("parameters.*.json") : [])
                .Select(x => x.Name)
                .Select(x => Path.GetFileNameWithoutExtension(x)["parameters.".Length..])
                .Order(StringComparer.Ordinal),
        ];
        try
        {
            return new Completion(ValuesIn(File.ReadAllBytes(file.ToString()), profiles));
        }
        catch (Exception e)
            when (e is IOException or UnauthorizedAccessException or JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return new Completion(ValuesIn(BuildSchema.Of(build, ParameterSet.Of(build)), profiles));
        }
    }

    /// <summary>Whole words that may stand where the line's last word stands; the part typed so far keeps its letter case.</summary>
    /// <param name="line">From the command on to the cursor.</param>
    public IReadOnlyList<string> Of(string line)
    {
        string[] words = [.. line.TrimStart().Split(' ').Skip(1)];
        string current = words.Length > 0 ? words[^1] : "";
        string[] before = [.. words.SkipLast(1).Where(x => x.Length > 0)];
        List<string> found = [];
        if (current is not ['-', ..])
            found.AddRange(Values(before));
        if (current is "" or ['-', ..])
            found.AddRange(Names(before, current));
        return [.. found.Where(x => x.StartsWith(current, StringComparison.OrdinalIgnoreCase)).Select(x => Continue(current, x))];
    }

    private IEnumerable<string> Values(string[] before)
    {
        int last = Array.FindLastIndex(before, CommandLine.IsName);
        string parameter = last < 0 ? KernelParameters.Target.Name : NameIn(before[last]);
        return _values
            .Where(x => KebabName.Same(x.Key, parameter))
            .SelectMany(x => x.Value)
            .Where(x => !before.Skip(last + 1).Any(typed => KebabName.Same(typed, x)));
    }

    /// <summary>With two dashes and in kebab case, or as a member's name after a single dash.</summary>
    private IEnumerable<string> Names(string[] before, string current)
    {
        bool isMember = current.Length > 1 && current[1] != '-';
        return _values
            .Keys.Where(x => !before.Where(CommandLine.IsName).Any(typed => KebabName.Same(NameIn(typed), x)))
            .Select(x => isMember ? "-" + x : "--" + KebabName.Of(x));
    }

    private static string NameIn(string word) => word.TrimStart('-').Split('=', 2)[0];

    private static string Continue(string typed, string word)
    {
        string rest = word[typed.Length..];
        if (word.StartsWith(typed, StringComparison.Ordinal))
            return word;
        List<char> letters = [.. typed.Where(char.IsLetter)];
        return typed
            + (
                letters.All(char.IsUpper) ? rest.ToUpperInvariant()
                : letters.All(char.IsLower) ? rest.ToLowerInvariant()
                : rest
            );
    }

    /// <summary>Every parameter that a schema names, with the values it lists for it; an empty list where any text will do.</summary>
    /// <exception cref="JsonException">It is not JSON.</exception>
    /// <exception cref="KeyNotFoundException">It is not a build schema.</exception>
    /// <exception cref="InvalidOperationException">It is not a build schema.</exception>
    private static Dictionary<string, string[]> ValuesIn(ReadOnlyMemory<byte> schema, string[] profiles)
    {
        using JsonDocument document = JsonDocument.Parse(schema);
        JsonElement definitions = document.RootElement.GetProperty("definitions");
        Dictionary<string, string[]> values = [];
        Take(document.RootElement.GetProperty("allOf").EnumerateArray().First());
        Take(definitions.GetProperty("NukeBuild"));
        if (definitions.TryGetProperty(BuildSchema.CommandLineOnly, out JsonElement typed))
            Take(typed);
        if (values.ContainsKey(KernelParameters.Profile.Name))
            values[KernelParameters.Profile.Name] = profiles;
        return values;

        void Take(JsonElement holder)
        {
            foreach (JsonProperty property in holder.GetProperty("properties").EnumerateObject())
                values[property.Name] = Listed(property.Value, definitions);
        }
    }

    private static string[] Listed(JsonElement type, JsonElement definitions) =>
        type.TryGetProperty("items", out JsonElement items) ? Listed(items, definitions)
        : type.TryGetProperty("$ref", out JsonElement reference)
            ? Listed(definitions.GetProperty(reference.GetString()!.Split('/')[^1]), definitions)
        : type.TryGetProperty("enum", out JsonElement values) ? [.. values.EnumerateArray().Select(x => x.GetString()!)]
        : [];
}
