using Slipway.Testing;

namespace Slipway.Graph.Tests;

/// <summary>The schema that editors complete parameter files from is the one that the build as it stands would write.</summary>
public sealed class SchemaFileTests
{
    private const string Name = ".nuke/build.schema.json";

    [Fact]
    public async Task The_committed_schema_is_what_the_build_writes()
    {
        using ScratchRepository repository = await ScratchRepository.CreateAsync();
        repository.Write(Name, "{}\n");
        repository.Write("build/Graph/_build.csproj", "<Project/>\n");
        SlipwayCommand copy = repository.Slipway with
        {
            Cache = repository.Beside("cache"),
            Graph = Copy(repository.At("build", "Graph", "bin")),
        };
        (await copy.RunAsync("Cache")).Require();

        string written = await File.ReadAllTextAsync(repository.At(".nuke", "build.schema.json"), TestContext.Current.CancellationToken);
        Assert.Contains("\"Rehearse\"", written, StringComparison.Ordinal);
        Assert.Equal(written, await CommittedAsync());
    }

    /// <summary>
    /// The commit's where the build is the commit's too: a run of the build mends the file in the work tree, so that alone would always
    /// be right. The work tree's while the build is being changed, and where there is no commit.
    /// </summary>
    private static async Task<string> CommittedAsync()
    {
        ChildResult changed = await GitAsync("status", "--porcelain", "--", "build");
        ChildResult committed = await GitAsync("show", "HEAD:" + Name);
        return changed.ExitCode == 0 && changed.Output.Length == 0 && committed.ExitCode == 0
            ? committed.Output
            : await File.ReadAllTextAsync(SourceTree.At(".nuke", "build.schema.json"), TestContext.Current.CancellationToken);
    }

    private static Task<ChildResult> GitAsync(params string[] arguments) =>
        new ChildProcess("git", arguments) { WorkingDirectory = SourceTree.Root }.RunAsync();

    /// <summary>The compiled graph in a repository that seems to hold its source, where alone it writes the file.</summary>
    private static string Copy(string to)
    {
        string from = Path.GetDirectoryName(SlipwayCommand.Compiled)!;
        foreach (string file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            string target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }

        return Path.Combine(to, Path.GetFileName(SlipwayCommand.Compiled));
    }
}
