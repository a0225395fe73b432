using System.Runtime.InteropServices;
using Slipway.Oci;
using Slipway.Processes;
using Slipway.Verification;
using Slipway.Workflows;

namespace Slipway.Development;

/// <summary>
/// Compiles slipway-verify for users: to native code, which needs no runtime, and to one archive for every system with a .NET runtime. Same
/// sources, SDK and linker, same bytes, in whichever folder.
/// </summary>
/// <param name="root">The repository.</param>
/// <param name="said">Is told what the compiler said where it fails, on several lines.</param>
internal sealed class ProgramCompiler(string root, Action<string> said)
{
    public const string Name = "slipway-verify";

    /// <summary>Of what the compiler says, in bytes.</summary>
    private const int MostKept = 1 << 20;

    /// <summary>What this machine is; null for a system that no native code is made on.</summary>
    public static Platform? Own { get; } =
        OperatingSystem.IsLinux()
            ? RuntimeInformation.OSArchitecture switch
            {
                Architecture.X64 => Platform.LinuxAmd64,
                Architecture.Arm64 => Platform.LinuxArm64,
                _ => null,
            }
            : null;

    /// <summary>The program's file for a platform.</summary>
    public static string FileOf(Platform platform) => $"{Name}-{platform.Os}-{platform.Architecture}";

    /// <summary>The archive's file.</summary>
    public static string PortableFile => $"{Name}-portable.tar.gz";

    /// <summary>Whether what links programs for a platform is on this machine.</summary>
    public static bool Links(Platform platform) => NativeTools.Find(platform) is { Missing: null };

    /// <summary>Compiles to native code.</summary>
    /// <param name="file">Replaced, and may be executed.</param>
    /// <returns>What of the .NET runtime is in it.</returns>
    /// <exception cref="ToolMissingException">What links programs for the platform is not there.</exception>
    /// <exception cref="WorkflowException">No native code is made for this platform, or it does not compile.</exception>
    public async Task<NuGetPackage> NativeAsync(Platform platform, string file, CancellationToken cancellationToken)
    {
        NativeTools tools = NativeTools.Find(platform);
        if (tools.Missing is { } missing)
            throw new ToolMissingException(missing, tools.Remedy);
        using Folder folder = new();
        string output = await PublishAsync(
            folder,
            [$"-p:NativeFor={tools.Runtime}", $"-p:CppCompilerAndLinker={tools.Linker}", $"-p:ObjCopyName={tools.Stripper}"],
            cancellationToken
        );
        File.Copy(Path.Combine(output, Name), file, overwrite: true);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(
                file,
                File.GetUnixFileMode(file) | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute
            );
        return NuGetPackages.RuntimeOf(folder.At(Path.Combine("work", "obj", Name, "project.assets.json")));
    }

    /// <summary>Compiles what a runtime runs, <c>dotnet slipway-verify/slipway-verify.dll</c>, into an archive.</summary>
    /// <param name="file">Replaced.</param>
    /// <exception cref="WorkflowException">It does not compile.</exception>
    public async Task PortableAsync(string file, CancellationToken cancellationToken)
    {
        using Folder folder = new();
        string output = await PublishAsync(folder, ["-p:UseAppHost=false"], cancellationToken);
        await using FileStream archive = File.Create(file);
        LayerWriter.Write(
            Name,
            Directory
                .EnumerateFiles(output)
                .Where(part => !part.EndsWith(".xml", StringComparison.Ordinal))
                .Select(part => LayerEntry.File($"{Name}/{Path.GetFileName(part)}", File.ReadAllBytes(part), Name))
                .Prepend(LayerEntry.Directory(Name, Name))
                .OrderBy(entry => entry.Path, StringComparer.Ordinal),
            archive,
            cancellationToken
        );
    }

    /// <summary>All that is compiled on the way has a folder of its own: neither the work tree nor another run changes it.</summary>
    private async Task<string> PublishAsync(Folder folder, string[] properties, CancellationToken cancellationToken)
    {
        string output = folder.At("out");
        ProcessResult result = await new ChildProcess(
            "dotnet",
            [
                "publish",
                Path.Combine(root, "build", "SlipwayVerify", $"{Name}.csproj"),
                .. properties,
                "-p:DebugType=none",
                // What generators write is named after its path. MSBuild takes a comma for the end of a value.
                "-p:ContinuousIntegrationBuild=false",
                $"-p:PathMap={root}=/slipway%2C{folder.At("work")}=/work",
                "-p:UseSharedCompilation=false",
                "-c",
                "Release",
                "-nologo",
                "-v",
                "quiet",
                "-nodeReuse:false",
                "--artifacts-path",
                folder.At("work"),
                "-o",
                output,
            ]
        )
        {
            Environment = ProgramEnvironment.Dotnet,
            Remedy = "install the .NET SDK",
            TimeLimit = Timeout.InfiniteTimeSpan,
            WorkingDirectory = root,
            Output = OutputLimit.KeepEnds(MostKept),
            Errors = OutputLimit.KeepEnds(MostKept),
        }.RunAsync(cancellationToken);
        if (result.Success)
            return output;
        said($"{Name} does not compile:\n{result.Output}{result.Errors}");
        throw new WorkflowException($"{Name} does not compile; the lines above are what the compiler said");
    }

    /// <summary>What links and strips a program for a platform, by what it is called on this machine.</summary>
    /// <param name="Missing">The first of them that is not there; null where all are.</param>
    private sealed record NativeTools(string Runtime, string Linker, string Stripper, string? Missing, string Remedy)
    {
        /// <exception cref="WorkflowException">No native code is made for it.</exception>
        public static NativeTools Find(Platform platform)
        {
            (string runtime, string prefix) = (platform.Os, platform.Architecture) switch
            {
                ("linux", "amd64") => ("linux-x64", "x86_64-linux-gnu-"),
                ("linux", "arm64") => ("linux-arm64", "aarch64-linux-gnu-"),
                _ => throw new WorkflowException(
                    $"--platforms {platform}: {Name} is compiled for linux/amd64 and linux/arm64; elsewhere {PortableFile} runs",
                    FailureKind.WrongUse
                ),
            };
            if (Own == platform)
                prefix = "";
            string linker = $"{prefix}gcc",
                stripper = $"{prefix}objcopy";
            return new NativeTools(
                runtime,
                linker,
                stripper,
                new[] { linker, stripper }.FirstOrDefault(tool => !SearchPath.Has(tool)),
                prefix.Length == 0
                    ? "install gcc and binutils (Debian: apt-get install gcc libc6-dev)"
                    : $"install gcc for {platform} (Debian: apt-get install gcc-{prefix.TrimEnd('-').Replace('_', '-')})"
            );
        }
    }

    /// <summary>A folder for one compilation; disposing deletes it.</summary>
    private sealed class Folder : IDisposable
    {
        private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("slipway-compile-");

        public string At(string name) => Path.Combine(_folder.FullName, name);

        public void Dispose() => _folder.Delete(recursive: true);
    }
}
