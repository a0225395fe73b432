using Slipway.Testing;

namespace Slipway.Graph.Tests;

/// <summary>The target <c>Test</c> in a repository whose only test project is a program that tells how it was called.</summary>
public sealed class TestTargetTests
{
    private const string Project = """
        <Project Sdk="Microsoft.NET.Sdk">
          <PropertyGroup>
            <OutputType>Exe</OutputType>
            <TargetFramework>net10.0</TargetFramework>
            <UseAppHost>false</UseAppHost>
          </PropertyGroup>
        </Project>

        """;

    private const string Program = """
        string thorough = System.Environment.GetEnvironmentVariable("SLIPWAY_THOROUGH");
        System.IO.File.AppendAllText("told", thorough + "\n");
        System.IO.File.WriteAllText(args[^1], "<assemblies><assembly time=\"0\"><test name=\"one\" result=\"Pass\"/></assembly></assemblies>");

        """;

    [Fact]
    public async Task Thorough_tells_the_tests_so()
    {
        using ScratchRepository repository = await ScratchRepository.CreateAsync();
        repository.Write("Slipway.slnx", "<Solution><Project Path=\"tests/Some.Tests/Slipway.Some.Tests.csproj\"/></Solution>\n");
        repository.Write("tests/Some.Tests/Slipway.Some.Tests.csproj", Project);
        repository.Write("tests/Some.Tests/Program.cs", Program);
        // Asked for where these tests run in CI.
        repository.Write(".ci/may-skip.txt", "");

        ChildResult thorough = (await repository.Slipway.RunAsync("Test", "--thorough")).Require();
        ChildResult plain = (await repository.Slipway.RunAsync("Test")).Require();

        Assert.Equal(("1 passed, 0 failed, 0 skipped\n", "1 passed, 0 failed, 0 skipped\n"), (thorough.Output, plain.Output));
        Assert.Equal("1\n0\n", await File.ReadAllTextAsync(repository.At("told"), TestContext.Current.CancellationToken));
    }
}
