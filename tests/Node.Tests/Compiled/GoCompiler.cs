using System.Runtime.InteropServices;
using Slipway.Definitions;
using Slipway.Testing;

namespace Slipway.Node.Tests;

/// <summary>Debian's Go 1.19 with folders of packages in the manner of GOPATH, without any network.</summary>
internal sealed class GoCompiler : IDisposable
{
    private const int AtOnce = 2;

    /// <summary>Kubernetes takes nine minutes of two idle cores.</summary>
    private static readonly TimeSpan TimeLimit = TimeSpan.FromMinutes(60);

    private readonly TestArchive _archive = new();
    private readonly ScratchFolder _folder = new();
    private readonly string _root;

    private GoCompiler(string root) => _root = root;

    /// <summary>Where GOPATH's own packages go.</summary>
    private string Sources => _folder.Folder("path", "src");

    public static async Task<GoCompiler> GetAsync()
    {
        if (RuntimeInformation.ProcessArchitecture != Architecture.X64)
            Assert.Skip("compiling a kubelet: Debian's Go 1.19 is fetched for amd64 machines only");
        string name = "golang-1.19-" + DebianSource.StateOf([], "");
        string folder = await TestCache.FolderAsync(Path.Combine(TestCache.Peers, name), async made =>
        {
            using TestArchive archive = new();
            foreach (LockedFile deb in DebianSource.Go)
                await UnpackAsync(archive, deb, made);
        });
        return new GoCompiler(Path.Combine(folder, "usr", "lib", "go-1.19"));
    }

    /// <summary>Unpacks a source archive, whose one folder becomes the package of an import path.</summary>
    public async Task AddSourceAsync(LockedFile archive, string importPath)
    {
        string file = await _archive.FetchAsync(archive, Peer.NewerTime, TestContext.Current.CancellationToken);
        string folder = Path.Combine(Sources, importPath);
        Directory.CreateDirectory(folder);
        (await new ChildProcess("tar", "--extract", "--file", file, "--directory", folder, "--strip-components=1").RunAsync()).Require();
    }

    /// <summary>Adds a package of libraries.</summary>
    public Task AddLibraryAsync(LockedFile deb) => UnpackAsync(_archive, deb, _folder.Folder("libraries"));

    /// <summary>Compiles static programs of a package that was added.</summary>
    /// <param name="programs">As <c>./cmd/kubelet</c>.</param>
    /// <param name="variables">Values of string variables, by their full name.</param>
    public async Task CompileAsync(
        string importPath,
        IReadOnlyList<string> programs,
        IEnumerable<KeyValuePair<string, string>> variables,
        (string Architecture, string Folder) to
    )
    {
        string flags = string.Join(' ', variables.Select(one => $"-X {one.Key}={one.Value}").Prepend("-s -w"));
        ChildProcess go = new(
            Path.Combine(_root, "bin", "go"),
            ["build", "-p", $"{AtOnce}", "-trimpath", "-ldflags", flags, "-o", to.Folder + "/", .. programs]
        )
        {
            WorkingDirectory = Path.Combine(Sources, importPath),
            TimeLimit = TimeLimit,
            Variables = new Dictionary<string, string?>
            {
                ["GOROOT"] = _root,
                ["GOPATH"] = $"{_folder.At("path")}:{_folder.At("libraries", "usr", "share", "gocode")}",
                ["GOCACHE"] = _folder.Folder("cache"),
                ["HOME"] = _folder.Folder("home"),
                ["GO111MODULE"] = "off",
                ["GOENV"] = "off",
                ["GOFLAGS"] = "",
                ["GOOS"] = "linux",
                ["GOARCH"] = to.Architecture,
                ["CGO_ENABLED"] = "0",
            },
        };
        (await go.RunAsync()).Require();
    }

    public void Dispose()
    {
        _archive.Dispose();
        _folder.Dispose();
    }

    private static async Task UnpackAsync(TestArchive archive, LockedFile deb, string folder)
    {
        CancellationToken stop = TestContext.Current.CancellationToken;
        await PeerPackages.UnpackAsync(await archive.FetchAsync(deb, Peer.NewerTime, stop), folder, stop);
    }
}
