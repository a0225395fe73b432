using System.Reflection.PortableExecutable;
using System.Runtime.InteropServices;
using Slipway.Processes;

namespace Slipway.Development;

/// <summary>
/// Copies compiled programs with native code in their assemblies (.NET's ReadyToRun): they do the same in half the processor time,
/// which tests that start them a thousand times notice. Users' builds are not: the compiler would cost them more than it saves.
/// </summary>
/// <param name="root">The repository.</param>
internal sealed class ReadyToRunCompiler(string root)
{
    /// <summary>How long one assembly may take; the largest takes some seconds.</summary>
    private static readonly TimeSpan MostForOne = TimeSpan.FromMinutes(5);

    private static string Framework { get; } = Path.GetDirectoryName(typeof(object).Assembly.Location)!;

    /// <summary>Compiles every assembly of a program that has no native code yet, and copies the rest.</summary>
    /// <param name="project">The folder of a project that was compiled as Release.</param>
    /// <returns>The folder of the copy, made anew.</returns>
    /// <exception cref="ProgramException">The compiler cannot be had here, or failed; its folder is gone then.</exception>
    public async Task<string> CompileAsync(string project, CancellationToken cancellationToken)
    {
        string from = Path.Combine(project, "bin", "Release", "net10.0");
        string to = Path.Combine(project, "bin", "ReadyToRun");
        string compiler = await FetchAsync(cancellationToken);
        if (Directory.Exists(to))
            Directory.Delete(to, recursive: true);
        try
        {
            ParallelOptions parallel = new() { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = cancellationToken };
            await Parallel.ForEachAsync(Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories), parallel, async (file, token) =>
            {
                string target = Path.Combine(to, Path.GetRelativePath(from, file));
                Directory.CreateDirectory(Path.GetDirectoryName(target)!);
                if (Path.GetDirectoryName(file) == from && IsIntermediateOnly(file))
                    await CompileAsync(compiler, file, target, token);
                else
                    File.Copy(file, target);
            });
            return to;
        }
        catch
        {
            if (Directory.Exists(to))
                Directory.Delete(to, recursive: true);
            throw;
        }
    }

    private async Task<string> FetchAsync(CancellationToken cancellationToken)
    {
        string project = Path.Combine(root, "build", "Development", "ReadyToRun", "Crossgen.proj");
        ProcessResult result = await Program(
                "dotnet",
                ["msbuild", project, "-nologo", "-restore", "-t:Fetch", "-getProperty:CrossgenFolder", "-nodeReuse:false"],
                Timeout.InfiniteTimeSpan
            )
            .RunAsync(cancellationToken);
        if (!result.Success)
            throw new ProgramException(
                "dotnet msbuild",
                "could not fetch crossgen2",
                [.. result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).TakeLast(1)]
            );
        return Path.Combine(result.Output.Trim(), OperatingSystem.IsWindows() ? "crossgen2.exe" : "crossgen2");
    }

    private async Task CompileAsync(string compiler, string file, string target, CancellationToken cancellationToken)
    {
        string aspNet = Path.Combine(
            Framework.Replace("Microsoft.NETCore.App", "Microsoft.AspNetCore.App", StringComparison.Ordinal),
            "*.dll"
        );
        string[] arguments =
        [
            file,
            "-o",
            target,
            "-r",
            Path.Combine(Framework, "*.dll"),
            "-r",
            aspNet,
            "-r",
            Path.Combine(Path.GetDirectoryName(file)!, "*.dll"),
            "--targetos",
            OperatingSystem.IsWindows() ? "windows"
            : OperatingSystem.IsMacOS() ? "osx"
            : "linux",
            "--targetarch",
            RuntimeInformation.OSArchitecture == Architecture.Arm64 ? "arm64" : "x64",
            "-O",
        ];
        ProcessResult result = await Program(compiler, arguments, MostForOne).RunAsync(cancellationToken);
        result.Require();
    }

    private ChildProcess Program(string program, string[] arguments, TimeSpan limit) =>
        new(program, arguments)
        {
            Environment = ProgramEnvironment.Dotnet,
            Remedy = "install the .NET SDK",
            TimeLimit = limit,
            WorkingDirectory = root,
            Output = OutputLimit.KeepEnds(64 * 1024),
        };

    /// <summary>Whether a file is an assembly of intermediate language alone.</summary>
    private static bool IsIntermediateOnly(string file)
    {
        if (!file.EndsWith(".dll", StringComparison.Ordinal))
            return false;
        using PEReader reader = new(File.OpenRead(file));
        try
        {
            return reader is { HasMetadata: true, PEHeaders.CorHeader.ManagedNativeHeaderDirectory.Size: 0 };
        }
        catch (BadImageFormatException)
        {
            return false;
        }
    }
}
