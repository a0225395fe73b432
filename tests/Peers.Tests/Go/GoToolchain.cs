using System.IO.Compression;
using Slipway.Testing;

namespace Slipway.Peers.Tests;

/// <summary>Go's toolchain, without any network: it builds and says what programs were built from.</summary>
internal sealed class GoToolchain
{
    private readonly PeerProgram _go;
    private readonly ScratchFolder _folder;

    private GoToolchain(PeerProgram go, ScratchFolder folder) => (_go, _folder) = (go, folder);

    /// <param name="folder">For its caches and what it builds.</param>
    public static async Task<GoToolchain> GetAsync(ScratchFolder folder) => new(await PeerPrograms.RequireAsync(Peer.Go), folder);

    /// <summary>The lines of <c>go version -m</c> about a file, without the one that names the file.</summary>
    /// <returns>Null when it says that the file is no Go program.</returns>
    public async Task<(string Version, string[] Lines)?> ReadAsync(string file)
    {
        ChildResult result = await RunAsync(_folder.Path, "linux/amd64", "version", "-m", file);
        string[] lines = result.Output.TrimEnd('\n').Split('\n');
        return result.ExitCode == 0 && lines[0].StartsWith(file + ": ", StringComparison.Ordinal)
            ? (lines[0][(file.Length + 2)..], [.. lines.Skip(1).Select(line => line.TrimStart('\t')).Where(line => line.Length > 0)])
            : null;
    }

    /// <summary>Offers a module as a proxy does (the GOPROXY protocol), in a folder.</summary>
    public void Offer(string path, string version, string source)
    {
        string folder = $"proxy/{path}/@v";
        string declaration = $"module {path}\n\ngo 1.21\n";
        _folder.Write($"{folder}/{version}.info", $"{{\"Version\":\"{version}\"}}");
        _folder.Write($"{folder}/{version}.mod", declaration);
        using ZipArchive zip = ZipFile.Open(_folder.At($"{folder}/{version}.zip"), ZipArchiveMode.Create);
        foreach ((string name, string text) in new[] { ("go.mod", declaration), ("source.go", source) })
        {
            using StreamWriter entry = new(zip.CreateEntry($"{path}@{version}/{name}").Open());
            entry.Write(text);
        }
    }

    /// <summary>Builds the main package of a folder.</summary>
    /// <returns>The program's path.</returns>
    public async Task<string> BuildAsync(string folder, string platform, params IReadOnlyList<string> flags)
    {
        string program = _folder.At($"{Path.GetFileName(folder)}-{platform.Replace('/', '-')}-{flags.Count}");
        (await RunAsync(_folder.At(folder), platform, ["build", "-o", program, .. flags, "."])).Require();
        return program;
    }

    private Task<ChildResult> RunAsync(string folder, string platform, params IReadOnlyList<string> arguments) =>
        (
            _go.With(arguments) with
            {
                WorkingDirectory = folder,
                TimeLimit = TimeSpan.FromMinutes(5),
                Variables = new Dictionary<string, string?>
                {
                    ["GOROOT"] = Path.GetDirectoryName(Path.GetDirectoryName(Path.GetFullPath(Resolved(_go)))),
                    ["HOME"] = _folder.At("home"),
                    ["GOPATH"] = _folder.At("gopath"),
                    ["GOCACHE"] = _folder.At("gocache"),
                    ["GOENV"] = "off",
                    ["GOTOOLCHAIN"] = "local",
                    ["GOPROXY"] = $"file://{_folder.At("proxy")}",
                    ["GOSUMDB"] = "off",
                    ["GOFLAGS"] = "-mod=mod -modcacherw -buildvcs=false",
                    ["GOOS"] = platform.Split('/')[0],
                    ["GOARCH"] = platform.Split('/')[1],
                    ["CGO_ENABLED"] = "0",
                },
            }
        ).RunAsync();

    private static string Resolved(PeerProgram go)
    {
        string program = Path.Combine(go.Root!, go.Peer.Path);
        return File.ResolveLinkTarget(program, returnFinalTarget: true)?.FullName ?? program;
    }
}
