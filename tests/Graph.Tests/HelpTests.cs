using System.Reflection;
using System.Text.RegularExpressions;
using Nuke.Common;
using Nuke.Common.Execution;
using Slipway.Testing;

namespace Slipway.Graph.Tests;

/// <summary>What a newcomer reads first: short, whole, and nothing in it that the product would refuse.</summary>
public sealed partial class HelpTests
{
    private static readonly string[] Groups = ["Try it", "Build", "Publish", "Verify", "Keep current", "Look after", "Develop"];

    private static readonly PropertyInfo[] Targets =
    [
        .. typeof(Build)
            .GetProperties(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)
            .Where(property => property.PropertyType == typeof(Target)),
    ];

    public static TheoryData<string> Listed => [.. Targets.Select(target => target.Name).Except(["Preflight", "Tagged"])];

    [Fact]
    public void The_help_has_two_screens_of_eighty_columns()
    {
        string[] lines = Output("--help").TrimEnd('\n').Split('\n');
        Assert.InRange(lines.Length, 24, 50);
        Assert.All(lines, line => Assert.True(line.Length <= 80, line));
        Assert.Equal(3, lines.Count(line => line.StartsWith("  ./build.sh", StringComparison.Ordinal)));
    }

    [Fact]
    public void The_groups_are_what_people_come_for_and_every_target_is_on_one_line_of_one()
    {
        string help = Output("--help");
        Assert.Equal(Groups, Group().Matches(help).Select(match => match.Groups[1].Value));
        foreach (string name in Listed.Select(row => row.Data))
            Assert.Single(Regex.Matches(help, $@"(?m)^(?:[A-Z][a-z]+(?: [a-z]+)?)? +{name}\*? +\S"));
        Assert.Equal(Listed.Count, Regex.Count(help.Split("./build.sh TARGET")[0], @"(?m)^(?!Usage|  \./).{14}\S"));
    }

    [Theory]
    [MemberData(nameof(Listed))]
    public void The_examples_of_a_target_are_calls_that_it_takes(string target)
    {
        string help = Output(target, "--help");
        ExampleAttribute[] examples = [.. Targets.Single(x => x.Name == target).GetCustomAttributes<ExampleAttribute>()];
        Assert.InRange(examples.Length, 2, 3);
        Assert.Equal(examples.Length, examples.DistinctBy(x => x.Arguments).Count());
        foreach (ExampleAttribute example in examples)
        {
            Assert.Contains($"  ./build.sh {example.Arguments}", help, StringComparison.Ordinal);
            Assert.Contains($"# {example.Text}", help, StringComparison.Ordinal);
            string[] words = [.. Word().Matches(example.Arguments).Select(match => match.Value.Trim('"'))];
            words = [.. new SlipwayConventions().Spelt(words)];
            string[] targets = [.. words.TakeWhile(word => word[0] != '-')];
            Assert.Contains(target, targets);
            string[] flags = [.. words.Where(word => word.StartsWith("--", StringComparison.Ordinal)).Except(["--skip"])];

            // Each flag is among those that the call's targets read; then the values, too, are ones that they take.
            string known = Output([.. targets, "--help"]);
            Assert.All(flags, flag => Assert.Matches($"(?m)^  {flag}(?: VALUE.*)?$", known));
            string given = Output([.. words, "--help"]);
            Assert.DoesNotContain("not usable", given, StringComparison.Ordinal);
            Assert.Equal(flags.Distinct().Count(), Regex.Count(given, @"\(--[a-z-]+\)|\(command line\)"));
        }
    }

    [Fact]
    public void The_examples_of_the_build_are_calls_that_it_takes() =>
        Assert.All(typeof(Build).GetCustomAttributes<ExampleAttribute>(), example =>
            Output([.. example.Arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--help"])
        );

    private static string Output(params string[] arguments)
    {
        CapturedConventions conventions = new();
        int code = new BuildRun<Build>(
            new BuildEnvironment
            {
                Arguments = arguments,
                Variables = new Dictionary<string, string>(),
                WorkingDirectory = SourceTree.Root,
                AssemblyDirectory = AppContext.BaseDirectory,
            },
            conventions
        ).Execute();
        Assert.True(code == 0, conventions.Log.ToString());
        return conventions.Output.ToString()!;
    }

    /// <summary>The product's own, but for where its words go.</summary>
    private sealed class CapturedConventions : IBuildConventions
    {
        private readonly SlipwayConventions _own = new();

        public string EnvironmentPrefix => _own.EnvironmentPrefix;

        public string Command => "./build.sh";

        public TextWriter Log { get; } = new StringWriter();

        public TextWriter Output { get; } = new StringWriter();

        public string ReadOn => _own.ReadOn;

        public IReadOnlyList<HelpExample> Examples(string? target) => _own.Examples(target);

        public int ExitCodeOf(Exception exception) => _own.ExitCodeOf(exception);

        public string Describe(Exception exception) => _own.Describe(exception);
    }

    [GeneratedRegex(@"(?m)^([A-Z][a-z]+(?: [a-z]+)?) {2,}[A-Z]")]
    private static partial Regex Group();

    [GeneratedRegex("\"[^\"]*\"|[^ \"]+")]
    private static partial Regex Word();
}
