using Slipway.Oci;

namespace Slipway.Elf;

/// <summary>
/// The list of modules as text (Go's <c>runtime/debug.ParseBuildInfo</c>): lines of a word and columns with tabs between them. A
/// <c>=&gt;</c> tells what was built in place of the module on the line before. Lines of other words are passed over.
/// </summary>
internal static class GoBuildInfoText
{
    private const int MostModules = 10_000,
        MostSettings = 1000;

    /// <param name="version">Go's.</param>
    /// <exception cref="ContentException">A line is malformed, or there are too many.</exception>
    public static GoBuildInfo Parse(string version, string text)
    {
        GoBuildInfo info = new() { GoVersion = version, Length = version.Length + text.Length };
        List<GoModule> modules = [];
        List<GoBuildSetting> settings = [];
        bool wasModule = false,
            wasMain = false;
        string[] lines = text.Split('\n');
        // What no line end closes is no line.
        for (int i = 0; i < lines.Length - 1; i++)
        {
            (string word, string rest) = Cut(lines[i], '\t') ?? (lines[i], "");
            if (word == "path")
                info = info with { Path = rest };
            else if (word == "build")
                settings.Add(Setting(rest, i));
            else if (word is "mod" or "dep")
            {
                wasMain = word == "mod";
                wasModule = true;
                if (wasMain)
                    info = info with { Main = Module(rest, i, least: 2) };
                else
                    modules.Add(Module(rest, i, least: 2));
            }
            else if (word == "=>")
            {
                if (!wasModule)
                    throw Wrong(i, "a replacement of no module");
                GoModule replacement = Module(rest, i, least: 3);
                if (wasMain)
                    info = info with { Main = info.Main! with { Replace = replacement } };
                else
                    modules[^1] = modules[^1] with { Replace = replacement };
                wasModule = false;
            }

            if (modules.Count > MostModules || settings.Count > MostSettings)
                throw Wrong(i, $"wanted at most {MostModules} modules and {MostSettings} settings, got more");
        }

        return info with
        {
            Dependencies = [.. modules],
            Settings = [.. settings],
        };
    }

    private static GoModule Module(string columns, int line, int least) =>
        columns.Split('\t') is { Length: 2 or 3 } parts && parts.Length >= least
            ? parts[0].Length > 0
                ? new GoModule(parts[0], parts[1], parts.ElementAtOrDefault(2) ?? "")
                : throw Wrong(line, "a module without a path")
            : throw Wrong(line, $"wanted a module's path, version and sum, got {columns.Split('\t').Length} columns");

    /// <summary>A key and a value, each in quotes where it has characters that would be taken for something else.</summary>
    private static GoBuildSetting Setting(string text, int line)
    {
        (string key, string value) =
            text.StartsWith('"') || text.StartsWith('`')
                ? GoQuotedText.Read(text) is (var quoted, var after) && after.StartsWith('=')
                    ? (quoted, after[1..])
                    : throw Wrong(line, "a setting whose key is no quoted text")
                : Cut(text, '=') is { Before: { Length: > 0 } before } cut
                    ? (before, cut.After)
                    : throw Wrong(line, "a setting without a key");
        if (!value.StartsWith('"') && !value.StartsWith('`'))
            return new GoBuildSetting(key, value);
        return GoQuotedText.Read(value) is (var read, "")
            ? new GoBuildSetting(key, read)
            : throw Wrong(line, "a setting whose value is no quoted text");
    }

    private static (string Before, string After)? Cut(string text, char at) =>
        text.IndexOf(at, StringComparison.Ordinal) is >= 0 and var i ? (text[..i], text[(i + 1)..]) : null;

    private static ContentException Wrong(int line, string problem) => new($"Go build information: line {line + 1}: {problem}");
}
