using Slipway.Development;
using Slipway.Peers.Tests;
using Slipway.Testing;

[assembly: AssemblyFixture(typeof(CompiledProgram))]

namespace Slipway.Peers.Tests;

/// <summary>slipway-verify as its users get it, by the product for this machine; compiled once, when the first test asks.</summary>
public sealed class CompiledProgram : IDisposable
{
    private readonly ScratchFolder _folder = new();
    private readonly Lazy<Task<string>> _folderOfFiles;

    public CompiledProgram()
    {
        Key = SigningKeys.Create(_folder.Folder("keys"), "release");
        _folderOfFiles = new Lazy<Task<string>>(CompileAsync);
    }

    /// <summary>The key that the list of checksums is signed with.</summary>
    public SigningKeys Key { get; }

    /// <summary>The program; the test is skipped where nothing links it.</summary>
    public static async Task<VerifyProgram> GetAsync() =>
        new(Path.Combine((await GetFilesAsync()).Folder, ProgramCompiler.FileOf(ProgramCompiler.Own!)));

    /// <summary>All that was made, with the key's public half.</summary>
    public static async Task<(string Folder, string PublicKey)> GetFilesAsync()
    {
        await PeerPrograms.RequireAsync(Peer.Gcc);
        CompiledProgram fixture = (await TestContext.Current.GetFixture<CompiledProgram>())!;
        return (await fixture._folderOfFiles.Value, fixture.Key.Public);
    }

    public void Dispose() => _folder.Dispose();

    private async Task<string> CompileAsync()
    {
        ChildResult made = await (
            new SlipwayCommand(SourceTree.Root) { Cache = _folder.At("cache"), TimeLimit = TimeSpan.FromMinutes(20) }
        ).RunAsync(
            "CompileVerify",
            "--platforms",
            ProgramCompiler.Own!.ToString(),
            "--signing-key",
            Key.Private,
            "--artifacts-directory",
            _folder.At("artifacts")
        );
        string[] files = [.. made.Require().Lines];
        Assert.All(files, file => Assert.True(File.Exists(file), file));
        return Path.GetDirectoryName(files[0])!;
    }
}
