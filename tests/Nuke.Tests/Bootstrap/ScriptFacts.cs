using System.Text.RegularExpressions;

namespace Slipway.Nuke.Tests;

/// <summary>What a bootstrap script would run, as facts that two scripts in two languages can share. Paths begin with ROOT.</summary>
public sealed class ScriptFacts
{
    private static readonly Dictionary<string, string> StepNames = new()
    {
        [":complete"] = "complete",
        ["is_stale"] = "stale",
        ["Test-Stale"] = "stale",
        ["find_runtime"] = "runtime",
        ["Find-Runtime"] = "runtime",
        ["find_dotnet"] = "find",
        ["Find-DotNet"] = "find",
        ["install_dotnet"] = "install",
        ["Install-DotNet"] = "install",
        ["compile"] = "compile",
        ["Invoke-Compile"] = "compile",
        ["exec"] = "run",
    };

    private readonly SortedDictionary<string, string> _facts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _variables = new(StringComparer.OrdinalIgnoreCase);

    private ScriptFacts() { }

    /// <summary>A line per fact, in an order that both languages share.</summary>
    public string Text => string.Join('\n', _facts.Select(x => $"{x.Key}: {x.Value}"));

    public string this[string fact] => _facts[fact];

    public static ScriptFacts OfShell(string script)
    {
        script = Regex.Replace(Regex.Replace(script, @"\\\n\s*", " "), @"(?m)^\s*#.*$", "");
        ScriptFacts it = new();
        it._variables["root"] = "ROOT";
        foreach (Match set in Regex.Matches(script, @"(?m)^(project|graph|temp|mark|install_url)=(\S+)$"))
            it._variables[set.Groups[1].Value.Replace("_", "", StringComparison.Ordinal)] = it.Expanded(set.Groups[2].Value);
        it._facts["environment"] = Sorted(Regex.Match(script, @"(?m)^export (.+)$").Groups[1].Value.Split(' '));
        it.TakeCalls(Regex.Matches(script, @"""\$dotnet"" ([^>\n&)]+)"), @"""\$@""");
        it.TakeInstaller(
            Regex
                .Match(script, @"bash ""\$script"" ([^>\n]+)")
                .Groups[1]
                .Value.Replace("$temp", "ROOT/.nuke/temp", StringComparison.Ordinal)
        );
        string below = Regex.Match(script, @"find ""\$root/build"" (.+)").Groups[1].Value;
        it._facts["sources below build"] = Sorted(Names(below[below.IndexOf("-prune", StringComparison.Ordinal)..]));
        it._facts["folders left out"] = Sorted(Names(below[..below.IndexOf("-prune", StringComparison.Ordinal)]));
        it._facts["sources at the root"] = Sorted(Names(Regex.Match(script, @"find ""\$root"" -maxdepth 1 (.+)").Groups[1].Value));
        it.TakeSteps(BelowFunctions(script));
        it.TakeVariables();
        return it;

        static IEnumerable<string> Names(string find) => Regex.Matches(find, "-i?name '?([^' )]+)").Select(x => x.Groups[1].Value);
    }

    public static ScriptFacts OfPowerShell(string script)
    {
        script = Regex.Replace(script.ReplaceLineEndings("\n"), @"(?m)^\s*#.*$", "");
        ScriptFacts it = new();
        it._variables["root"] = "ROOT";
        foreach (Match set in Regex.Matches(script, @"(?m)^\s*\$(\w+) = (?:Join-Path \$(\w+) )?'([^']*)'$"))
            it._variables[set.Groups[1].Value] = set.Groups[2].Success
                ? $"{it._variables[set.Groups[2].Value]}/{set.Groups[3].Value}"
                : set.Groups[3].Value;
        it._facts["environment"] = Sorted(
            Regex.Matches(script, @"(?m)^\$env:(\w+) = '([^']*)'").Select(x => $"{x.Groups[1].Value}={x.Groups[2].Value}")
        );
        it.TakeCalls(Regex.Matches(script, @"& \$(?:DotNet|Candidate) ([^\n;]+?)(?= 2>&1| \*>|\n)"), "@args");
        it.TakeInstaller(it.Expanded(Regex.Match(script, @"& \$Script ([^|\n]+)").Groups[1].Value));
        it._facts["sources below build"] = Sorted(Quoted(Regex.Match(script, @"\$Names = (.+)").Groups[1].Value));
        it._facts["folders left out"] = Sorted(Regex.Match(script, @"-notmatch '\[\\\\/\]\(([^)]+)\)").Groups[1].Value.Split('|'));
        it._facts["sources at the root"] = Sorted(Quoted(Regex.Match(script, @"Join-Path \$Root '\*'\).* -Include (.+)").Groups[1].Value));
        it.TakeSteps(BelowFunctions(script));
        it.TakeVariables();
        return it;

        static IEnumerable<string> Quoted(string list) => Regex.Matches(list, "'([^']+)'").Select(x => x.Groups[1].Value);
    }

    /// <summary>What stands below the last function.</summary>
    private static string BelowFunctions(string script)
    {
        int last = Regex.Matches(script, @"(?m)^(?:function .*|\w+\(\)) ?\{$")[^1].Index;
        return script[script.IndexOf("\n}\n", last, StringComparison.Ordinal)..];
    }

    private static string Sorted(IEnumerable<string> values) =>
        string.Join(' ', values.Select(x => x.Trim()).Order(StringComparer.Ordinal));

    private void TakeVariables()
    {
        foreach (string name in (string[])["project", "graph", "temp", "mark"])
            _facts[name] = _variables[name];
        _facts["installer"] = Regex.Replace(_variables["installurl"], @"\.(sh|ps1)$", "");
    }

    private void TakeCalls(MatchCollection calls, string allArguments) =>
        _facts["calls of dotnet"] = string.Join(
            "; ",
            calls
                .Select(x => Regex.Replace(Expanded(Regex.Replace(x.Groups[1].Value, allArguments, "ARGUMENTS")), "\"", "").Trim())
                .Select(x => Regex.Replace(x, " +", " "))
                .Distinct()
                .Order(StringComparer.Ordinal)
        );

    /// <summary>The installers spell one option in two ways, and each system has a folder of its own.</summary>
    private void TakeInstaller(string arguments) =>
        _facts["installer's arguments"] = Regex
            .Replace(
                Regex.Replace(arguments.Replace("\"", "", StringComparison.Ordinal), "dotnet-(unix|win)", "dotnet-OS"),
                @"-(?=[a-zA-Z-])",
                ""
            )
            .Replace("dotnetOS", "OS", StringComparison.Ordinal)
            .ToUpperInvariant()
            .Trim();

    private void TakeSteps(string main)
    {
        string names = string.Join('|', StepNames.Keys.Select(Regex.Escape));
        List<string> steps = [];
        foreach (Match step in Regex.Matches(main, $@"(?<![\w.""/$-])(?:{names})(?![\w-]|\.lock)"))
        {
            string name = StepNames[step.Value];
            if (name == "run" && Regex.IsMatch(main[step.Index..], @"^exec 9"))
                continue;
            if (steps.Count == 0 || steps[^1] != name)
                steps.Add(name);
        }

        _facts["steps"] = string.Join(' ', steps);
    }

    private string Expanded(string text) =>
        Regex.Replace(text, @"\$\{?(\w+)\}?", x =>
            _variables.GetValueOrDefault(x.Groups[1].Value.Replace("_", "", StringComparison.Ordinal), x.Value)
        );
}
