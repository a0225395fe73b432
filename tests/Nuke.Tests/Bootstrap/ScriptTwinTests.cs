using System.Runtime.Versioning;

namespace Slipway.Nuke.Tests;

/// <summary>build.sh and build.ps1 are read, not run: what they would run must be the same.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class ScriptTwinTests
{
    private static string Shell => Bootstrapper.Script("build.sh");
    private static string PowerShell => Bootstrapper.Script("build.ps1").ReplaceLineEndings("\n");

    [Fact]
    public void Both_scripts_would_run_the_same() =>
        Assert.Equal(ScriptFacts.OfShell(Shell).Text, ScriptFacts.OfPowerShell(PowerShell).Text);

    [Fact]
    public void The_facts_are_what_the_scripts_say()
    {
        ScriptFacts facts = ScriptFacts.OfPowerShell(PowerShell);
        Assert.Equal("ROOT/build/Graph/_build.csproj", facts["project"]);
        Assert.Equal("ROOT/.nuke/temp/compiled", facts["mark"]);
        Assert.Equal("https://dot.net/v1/dotnet-install", facts["installer"]);
        Assert.Contains("DOTNET_NOLOGO=1", facts["environment"], StringComparison.Ordinal);
        Assert.Equal("bin obj", facts["folders left out"]);
        Assert.Contains("*.csproj", facts["sources below build"], StringComparison.Ordinal);
        Assert.Contains("nuget.config", facts["sources at the root"], StringComparison.Ordinal);
        Assert.Equal("complete runtime stale runtime find install compile run", facts["steps"]);
        Assert.Equal(
            "--version; build ROOT/build/Graph/_build.csproj -c Release -nologo -v quiet -clp:NoSummary -nodeReuse:false "
                + "-p:UseSharedCompilation=false; exec ROOT/build/Graph/bin/Release/net10.0/_build.dll ARGUMENTS",
            facts["calls of dotnet"]
        );
    }

    [Theory]
    [InlineData("_build.csproj", "build.csproj")]
    [InlineData("net10.0", "net11.0")]
    [InlineData("/v1/", "/v2/")]
    [InlineData("DOTNET_NOLOGO", "DOTNET_LOGO")]
    [InlineData("-c Release", "-c Debug")]
    [InlineData("-p:UseSharedCompilation=false", "")]
    [InlineData("packages.lock.json", "lock.json")]
    [InlineData("'*.targets'", "'*.target'")]
    [InlineData("nuget.config", "nuget.json")]
    [InlineData("bin", "out")]
    [InlineData("compiled", "built")]
    [InlineData(":complete", ":completion")]
    [InlineData(".nuke/temp", ".nuke/tmp")]
    public void A_difference_in_either_script_shows(string part, string other)
    {
        Assert.NotEqual(
            ScriptFacts.OfShell(Shell.Replace(part, other, StringComparison.Ordinal)).Text,
            ScriptFacts.OfPowerShell(PowerShell).Text
        );
        Assert.NotEqual(
            ScriptFacts.OfShell(Shell).Text,
            ScriptFacts.OfPowerShell(PowerShell.Replace(part, other, StringComparison.Ordinal)).Text
        );
    }

    [Theory]
    [InlineData("Find-DotNet)", "Find-Runtime)")]
    [InlineData("    Invoke-Compile $Sources\n", "")]
    [InlineData(" -NoPath", "")]
    [InlineData("'dotnet-win'", "'sdk'")]
    [InlineData(" @args", "")]
    public void A_step_or_an_argument_that_PowerShell_lacks_shows(string part, string other)
    {
        Assert.Contains(part, PowerShell, StringComparison.Ordinal);
        Assert.NotEqual(
            ScriptFacts.OfShell(Shell).Text,
            ScriptFacts.OfPowerShell(PowerShell.Replace(part, other, StringComparison.Ordinal)).Text
        );
    }

    [Fact]
    public void What_is_read_from_the_shell_script_is_what_it_runs()
    {
        using Bootstrapper build = new();
        build.Fake(
            "dotnet",
            """
            #!/bin/bash
            printf '%s ' "$@" | sed 's/ $/\n/' >>"$FAKE/said"
            [[ $1 == build ]] && { mkdir -p build/Graph/bin/Release/net10.0; touch build/Graph/bin/Release/net10.0/_build.dll; }
            exit 0
            """
        );
        Assert.Equal(0, build.Run("ARGUMENTS").Code);
        string[] said = build
            .Files.Read("bin of fakes/said")
            .Replace(build.Root, "ROOT", StringComparison.Ordinal)
            .Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(ScriptFacts.OfShell(Shell)["calls of dotnet"], string.Join("; ", said.Distinct().Order(StringComparer.Ordinal)));
    }
}
