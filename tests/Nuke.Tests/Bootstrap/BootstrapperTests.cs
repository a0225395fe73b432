using System.Diagnostics;
using System.Runtime.Versioning;

namespace Slipway.Nuke.Tests;

[UnsupportedOSPlatform("windows")]
public sealed class BootstrapperTests : IDisposable
{
    private readonly Bootstrapper _build = new();

    public void Dispose() => _build.Dispose();

    [Fact]
    public void Compiles_once_and_then_only_runs()
    {
        (int code, string output, string error) = _build.Run();
        Assert.Equal((0, "build.sh: compiling the build graph\n"), (code, error));
        Assert.DoesNotContain("chatter", output, StringComparison.Ordinal);
        Assert.Equal("", _build.Run().Error);
        _build.Run();
        Assert.Equal((1, 3), (_build.Compiles, _build.Runs));
    }

    [Theory]
    [InlineData("build/Oci/Digest.cs")]
    [InlineData("build/Graph/_build.csproj")]
    [InlineData("Directory.Build.props")]
    [InlineData("global.json")]
    public void Compiles_again_when_a_source_is_newer(string source)
    {
        _build.Run();
        _build.AgeEverything(100);
        _build.Age(source, 50);
        _build.Run();
        Assert.Equal(2, _build.Compiles);
    }

    [Fact]
    public void Compiles_again_when_a_source_is_added_with_an_old_date()
    {
        _build.Run();
        _build.Files.Write("build/Oci/Old.cs", "class Old;");
        _build.Age("build/Oci/Old.cs", 1000);
        _build.Run();
        Assert.Equal(2, _build.Compiles);
    }

    [Fact]
    public void Compiles_again_when_a_source_is_removed()
    {
        _build.Run();
        File.Delete(Path.Combine(_build.Root, "build/Oci/Digest.cs"));
        _build.Run();
        Assert.Equal(2, _build.Compiles);
    }

    [Theory]
    [InlineData("build/Graph/obj/Generated.cs")]
    [InlineData("build/Oci/README.md")]
    [InlineData("tests/Oci.Tests/DigestTests.cs")]
    [InlineData("images/kubelet/image.yaml")]
    public void What_is_no_source_of_the_graph_does_not_matter(string file)
    {
        _build.Run();
        _build.AgeEverything(100);
        _build.Files.Write(file, "new");
        _build.Run();
        Assert.Equal(1, _build.Compiles);
    }

    [Fact]
    public void Arguments_exit_code_and_working_directory_pass_through()
    {
        _build.Files.Write("bin of fakes/code", "65");
        string folder = Directory.CreateDirectory(Path.Combine(_build.Root, "else where")).FullName;
        string[] arguments = ["Publish", "--signing-key", "a b.pem", "", "*", "$HOME", "\"q\""];
        (int code, string output, _) = Bootstrapper.End(_build.StartIn(folder, "../build.sh", arguments));
        string[] wanted = [$"cwd={folder}", $"{_build.Root}/build/Graph/bin/Release/net10.0/_build.dll", .. arguments];
        Assert.Equal(65, code);
        Assert.Equal(string.Join('\n', wanted) + "\n", output);
    }

    [Fact]
    public void A_compile_that_fails_shows_all_of_it_and_runs_nothing_and_is_tried_again()
    {
        _build.Run();
        _build.AgeEverything(100);
        _build.Age("build/Graph/Build.cs", 50);
        _build.Files.Write("bin of fakes/broken", "");
        (int code, string output, string error) = _build.Run("Publish");
        Assert.Equal((1, ""), (code, output));
        Assert.Contains(
            "Build.cs(1,1): error CS1002\nbuild.sh: the build graph does not compile (see above)\n",
            error,
            StringComparison.Ordinal
        );
        Assert.Equal(1, _build.Runs);
        File.Delete(Path.Combine(_build.Root, "bin of fakes/broken"));
        Assert.Equal(0, _build.Run().Code);
        Assert.Equal((3, 2), (_build.Compiles, _build.Runs));
        Assert.Empty(Directory.GetFiles(Path.Combine(_build.Root, ".nuke/temp"), "compile-log.*"));
    }

    [Theory]
    [InlineData("2>&-")]
    [InlineData(">&-")]
    [InlineData("<&-")]
    [InlineData("<&- >&- 2>&-")]
    public void A_file_that_the_caller_closed_is_none_that_the_script_or_the_graph_opens(string closed)
    {
        _build.Fake(
            "dotnet",
            """
            #!/bin/bash
            [[ $1 == build ]] && { mkdir -p build/Graph/bin/Release/net10.0; touch build/Graph/bin/Release/net10.0/_build.dll; }
            [[ $1 == exec ]] && readlink /proc/$$/fd/{0,1,2} >"$FAKE/files" && { echo result; echo log >&2; }
            exit 0
            """
        );
        using Process run = Process.Start(
            "/usr/bin/env",
            [
                "-C",
                _build.Root,
                $"PATH={_build.Root}/bin of fakes:/usr/bin:/bin",
                $"FAKE={_build.Root}/bin of fakes",
                "/bin/bash",
                "-c",
                $"exec ./build.sh Any {closed}",
            ]
        );
        run.WaitForExit();
        Assert.Equal(0, run.ExitCode);
        string[] files = _build.Files.Read("bin of fakes/files").Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(3, files.Length);
        Assert.DoesNotContain(files, file => file.StartsWith(_build.Root, StringComparison.Ordinal));
        foreach (string file in closed.Split(' '))
            Assert.Equal(
                "/dev/null",
                files[
                    file[0] switch
                    {
                        '<' => 0,
                        '>' => 1,
                        _ => 2,
                    }
                ]
            );
    }

    [Fact]
    public void Two_at_once_compile_once()
    {
        // The compile reads the gate once; a second compile would wait until its time is up and fail the test.
        string gate = Path.Combine(_build.Root, "bin of fakes/gate");
        using (Process made = Process.Start("/usr/bin/mkfifo", [gate]))
            made.WaitForExit();
        Process first = _build.Start("one");
        Process second = _build.Start("two");
        using Process opener = Process.Start("/usr/bin/timeout", ["50", "/bin/bash", "-c", "echo go >\"$0\"", gate]);
        Assert.Equal(0, Bootstrapper.End(first).Code);
        Assert.Equal(0, Bootstrapper.End(second).Code);
        Assert.Equal((1, 2), (_build.Compiles, _build.Runs));
    }

    [Fact]
    public void An_sdk_that_does_not_fit_is_installed_and_used()
    {
        string fakes = Path.Combine(_build.Root, "bin of fakes");
        _build.Files.Write("bin of fakes/no-sdk", "");
        _build.Fake(
            "curl",
            """
            #!/bin/bash
            echo "curl $*" >>"$FAKE/calls"
            while [[ $1 != -o ]]; do shift; done
            cat >"$2" <<'SCRIPT'
            echo "install $*" >>"$FAKE/calls"
            mkdir -p "$2" && sed 's/.FAKE.no-sdk/none/' "$FAKE/dotnet" >"$2/dotnet" && chmod +x "$2/dotnet"
            SCRIPT
            """
        );
        (int code, string output, string error) = _build.Run("Publish");
        Assert.True(code == 0, error);
        Assert.StartsWith(
            "build.sh: no .NET SDK fits global.json\nbuild.sh: installing the .NET SDK 10.0.400 into .nuke/temp/dotnet-unix\n",
            error,
            StringComparison.Ordinal
        );
        Assert.StartsWith("cwd=", output, StringComparison.Ordinal);
        string calls = File.ReadAllText(Path.Combine(fakes, "calls"));
        Assert.Contains("https://dot.net/v1/dotnet-install.sh", calls, StringComparison.Ordinal);
        Assert.Contains(
            $"install --install-dir {_build.Root}/.nuke/temp/dotnet-unix --version 10.0.400 --no-path",
            calls,
            StringComparison.Ordinal
        );
        Assert.Equal(0, _build.Run("Publish").Code);
        Assert.Equal((1, 2), (_build.Compiles, _build.Runs));
    }

    [Theory]
    [InlineData(
        "echo 'libhostfxr.so: cannot open shared object file' >&2; exit 131",
        "131",
        "libhostfxr.so: cannot open shared object file"
    )]
    [InlineData("echo 'global.json: not JSON'; exit 1", "1", "global.json: not JSON")]
    [InlineData("exit 134", "134", "nothing")]
    public void A_dotnet_that_does_not_work_is_not_taken_for_an_sdk_that_does_not_fit(string script, string code, string said)
    {
        _build.Fake("dotnet", $"#!/bin/bash\n{script}\n");
        _build.Fake("curl", "#!/bin/bash\nexit 6\n");
        string error = _build.Run().Error;
        Assert.StartsWith(
            $"build.sh: {_build.Root}/bin of fakes/dotnet does not work; it ended with {code} and said:\n{said}\nbuild.sh: installing ",
            error,
            StringComparison.Ordinal
        );
        Assert.DoesNotContain("fits global.json", error, StringComparison.Ordinal);
    }

    [Fact]
    public void An_install_that_cannot_be_downloaded_says_what_to_do()
    {
        _build.Files.Write("bin of fakes/no-sdk", "");
        _build.Fake("curl", "#!/bin/bash\necho 'curl: (6) no host' >&2; exit 6\n");
        (int code, string output, string error) = _build.Run();
        Assert.Equal((1, ""), (code, output));
        Assert.EndsWith(
            "build.sh: https://dot.net/v1/dotnet-install.sh cannot be read; install the .NET SDK 10.0.400 by hand and put dotnet on PATH\n",
            error,
            StringComparison.Ordinal
        );
        Assert.Equal((0, 0), (_build.Compiles, _build.Runs));
    }

    [Fact]
    public void Completion_never_compiles_and_says_nothing_before_the_first_compile()
    {
        Assert.Equal((0, "", ""), _build.Run(":complete", "./build.sh As"));
        _build.Run();
        _build.Files.Write("build/Oci/New.cs", "class New;");
        (int code, string output, string error) = _build.Run(":complete", "./build.sh As");
        Assert.Equal((0, ""), (code, error));
        Assert.EndsWith(":complete\n./build.sh As\n", output, StringComparison.Ordinal);
        Assert.Equal(1, _build.Compiles);
    }
}
