using Nuke.Common;
using Nuke.Common.CI;

namespace Slipway.Graph.Tests;

/// <summary>
/// Keeps the graph within what NUKE 10.1 has: nuke-api.txt lists all that it uses, and each line of it was compared with NUKE's own source.
/// Whoever adds a line compares it too.
/// </summary>
public sealed class NukeApiTests
{
    /// <summary>
    /// What NUKE lacks and stands outside the build class, or must be supplied beside a package of NUKE (docs/decisions/0001).
    /// </summary>
    private static readonly string[] Ours =
    [
        typeof(BuildConventionsAttribute).FullName!,
        typeof(IBuildConventions).FullName!,
        typeof(BuildCancellation).FullName!,
        typeof(HelpExample).FullName!,
        typeof(BuildUsageException).FullName!,
        typeof(SourcePlace).FullName!,
    ];

    private static readonly string[] Used =
    [
        .. NukeReferences.In(typeof(SlipwayConventions).Assembly.Location).Where(line => !Ours.Contains(line.Split(' ')[0])),
    ];

    private static readonly string[] Listed = Lines();

    [Fact]
    public void The_graph_uses_nothing_of_NUKE_that_is_not_listed() => Assert.Equal("", string.Join('\n', Used.Except(Listed)));

    [Fact]
    public void Nothing_is_listed_that_the_graph_does_not_use() => Assert.Equal("", string.Join('\n', Listed.Except(Used)));

    [Fact]
    public void The_list_is_in_order_and_names_nothing_twice() => Assert.Equal(Listed.Distinct().Order(StringComparer.Ordinal), Listed);

    [Fact]
    public void The_reader_sees_types_members_and_signatures()
    {
        Assert.Contains("Nuke.Common.NukeBuild", Used);
        Assert.Contains("Nuke.Common.NukeBuild static get_RootDirectory() : Nuke.Common.IO.AbsolutePath", Used);
        Assert.Contains("Nuke.Common.ITargetDefinition DependsOn(Nuke.Common.Target[]) : Nuke.Common.ITargetDefinition", Used);
    }

    [Fact]
    public void The_build_class_itself_uses_one_thing_that_NUKE_lacks()
    {
        string source = string.Concat(
            Directory.GetFiles(Path.Combine(Repository(), "build/Graph"), "Build*.cs", SearchOption.AllDirectories).Select(File.ReadAllText)
        );
        Assert.Equal(
            [nameof(BuildCancellation)],
            Ours.Select(name => name.Split('.')[^1]).Where(name => source.Contains(name, StringComparison.Ordinal))
        );
    }

    private static string[] Lines() =>
        [
            .. File.ReadAllLines(Path.Combine(Repository(), "tests/Graph.Tests/nuke-api.txt"))
                .Where(line => line.Length > 0 && line[0] != '#'),
        ];

    private static string Repository()
    {
        string? at = AppContext.BaseDirectory;
        while (at is not null && !File.Exists(Path.Combine(at, "build.sh")))
            at = Path.GetDirectoryName(at);
        return at ?? throw new FileNotFoundException("build.sh is in no folder above the tests");
    }
}
