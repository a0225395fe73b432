using System.Diagnostics;
using System.Runtime.Versioning;

namespace Slipway.Nuke.Tests;

/// <summary>build.sh in a scratch repository, with a stand-in for dotnet that writes down its calls.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class Bootstrapper : IDisposable
{
    private const string FakeDotnet = """
        #!/bin/bash
        case $1 in
          --version) [[ -e $FAKE/no-sdk ]] && exit 155; exit 0 ;;
          build)
            printf 'build\n' >>"$FAKE/calls"
            [[ -p $FAKE/gate ]] && read -r _ <"$FAKE/gate"
            [[ -e $FAKE/broken ]] && { echo "Build.cs(1,1): error CS1002"; exit 1; }
            echo "chatter of the compiler"
            dll=$PWD/build/Graph/bin/Release/net10.0/_build.dll
            mkdir -p "${dll%/*}" "$PWD/build/Graph/obj" && touch "$dll" ;;
          exec)
            shift
            printf 'run\n' >>"$FAKE/calls"
            printf '%s\n' "cwd=$PWD" "$@"
            exit "$(cat "$FAKE/code" 2>/dev/null || echo 0)" ;;
        esac
        """;

    private readonly Scratch _scratch = new();

    public Bootstrapper()
    {
        File.Copy(Path.Combine(Repository(), "build.sh"), Path.Combine(_scratch.Path, "build.sh"));
        _scratch.Write("global.json", """{ "sdk": { "version": "10.0.400" } }""");
        _scratch.Write("Directory.Build.props", "<Project/>");
        _scratch.Write("build/Graph/_build.csproj", "<Project/>");
        _scratch.Write("build/Graph/Build.cs", "class Build;");
        _scratch.Write("build/Oci/Digest.cs", "class Digest;");
        Fake("dotnet", FakeDotnet);
    }

    public Scratch Files => _scratch;
    public string Root => _scratch.Path;
    public int Compiles => Calls("build");
    public int Runs => Calls("run");

    /// <summary>Puts a script first on PATH; it finds its own folder as $FAKE.</summary>
    public void Fake(string program, string script) =>
        File.SetUnixFileMode(_scratch.Write("bin of fakes/" + program, script), UnixFileMode.UserRead | UnixFileMode.UserExecute);

    /// <summary>Files get an age, because two writes in one test may fall into one tick of the file system's clock.</summary>
    public void Age(string name, int seconds) => File.SetLastWriteTimeUtc(Path.Combine(Root, name), DateTime.UtcNow.AddSeconds(-seconds));

    public void AgeEverything(int seconds)
    {
        DateTime then = DateTime.UtcNow.AddSeconds(-seconds);
        foreach (string file in Directory.GetFiles(Root, "*", SearchOption.AllDirectories))
            File.SetLastWriteTimeUtc(file, then);
    }

    public Process Start(params string[] arguments) => StartIn(Root, Path.Combine(Root, "build.sh"), arguments);

    public Process StartIn(string folder, string script, params string[] arguments)
    {
        ProcessStartInfo start = new("/bin/bash")
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.ArgumentList.Add(script);
        foreach (string argument in arguments)
            start.ArgumentList.Add(argument);
        string path = Path.Combine(Root, "bin of fakes");
        start.Environment["PATH"] = $"{path}:/usr/bin:/bin";
        start.Environment["FAKE"] = Path.Combine(Root, "bin of fakes");
        return Process.Start(start)!;
    }

    public (int Code, string Output, string Error) Run(params string[] arguments) => End(Start(arguments));

    public static (int Code, string Output, string Error) End(Process process)
    {
        using (process)
        {
            Task<string> error = process.StandardError.ReadToEndAsync();
            Task<string> output = process.StandardOutput.ReadToEndAsync();
            if (!process.WaitForExit(TimeSpan.FromSeconds(60)))
            {
                process.Kill(entireProcessTree: true);
                throw new TimeoutException("build.sh did not end");
            }

            return (process.ExitCode, output.GetAwaiter().GetResult(), error.GetAwaiter().GetResult());
        }
    }

    public void Dispose() => _scratch.Dispose();

    /// <summary>The text of a script at the root of this repository.</summary>
    public static string Script(string name) => File.ReadAllText(Path.Combine(Repository(), name));

    private int Calls(string kind) =>
        _scratch.Has("bin of fakes/calls") ? _scratch.Read("bin of fakes/calls").Split('\n').Count(x => x == kind) : 0;

    private static string Repository()
    {
        string? at = AppContext.BaseDirectory;
        while (at is not null && !File.Exists(Path.Combine(at, "build.sh")))
            at = Path.GetDirectoryName(at);
        return at ?? throw new FileNotFoundException("build.sh is in no folder above the tests");
    }
}
