using System.Runtime.Versioning;
using Slipway.Testing;

namespace Slipway.Graph.Tests;

/// <summary>The target <c>Test</c>, with a program in place of <c>dotnet</c> that tells how it was called.</summary>
[SupportedOSPlatform("linux")]
public sealed class TestTargetTests
{
    private const string Dotnet = """
        #!/bin/sh
        echo "$1 $SLIPWAY_THOROUGH" >>"$TOLD"
        for last; do :; done
        [ "$1" = exec ] && echo '<assemblies><assembly time="0"><test name="one" result="Pass"/></assembly></assemblies>' >"$last"
        exit 0

        """;

    [Theory]
    [InlineData("1", "--thorough")]
    [InlineData("0")]
    public async Task Thorough_tells_the_tests_so(string told, params string[] parameters)
    {
        using ScratchRepository repository = await ScratchRepository.CreateAsync();
        Directory.CreateDirectory(repository.At("tests", "Some.Tests"));
        Directory.CreateDirectory(repository.Beside("bin"));
        await File.WriteAllTextAsync(repository.Beside("bin", "dotnet"), Dotnet);
        File.SetUnixFileMode(repository.Beside("bin", "dotnet"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        SlipwayCommand slipway = repository.Slipway with
        {
            Variables = new Dictionary<string, string?>(repository.Slipway.Variables)
            {
                ["PATH"] = $"{repository.Beside("bin")}:{Environment.GetEnvironmentVariable("PATH")}",
                ["TOLD"] = repository.Beside("told"),
            },
        };

        ChildResult tested = (await slipway.RunAsync(["Test", "--test-projects", "Some.Tests", .. parameters])).Require();

        Assert.Equal("1 passed, 0 failed, 0 skipped\n", tested.Output);
        Assert.Equal($"build {told}\nexec {told}\n", await File.ReadAllTextAsync(repository.Beside("told"), TestContext.Current.CancellationToken));
    }
}
