using Slipway.Images;
using Slipway.Oci;
using Slipway.Sources;
using Slipway.Testing;

namespace Slipway.Peers.Tests;

/// <summary>
/// The kubelet image before anything is left out, beside a root that mmdebstrap made of the same packages with every
/// maintainer script run: the same paths, kinds, modes, owners, link targets and contents, but for
/// <c>reference-exceptions.txt</c>.
/// </summary>
public sealed class ReferenceTests(ITestOutputHelper output)
{
    private const string Exceptions = "reference-exceptions.txt";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("amd64")]
    [InlineData("arm64")]
    public async Task An_image_before_exclusions_is_what_maintainer_scripts_make_of_its_packages(string architecture)
    {
        ImageRoot.RequireRoot();
        await PeerPrograms.RequireAsync(Peer.Gpgv);
        await PeerPrograms.RequireAsync(Peer.Mmdebstrap);
        Platform platform = Platform.Parse($"linux/{architecture}");
        using ScratchFolder folder = new();
        using TestArchive archive = new();
        ImageDefinition definition = FullDefinition.Of(ImageDefinitionFile.Read(SourceTree.At("images", "kubelet")), platform);
        ImageLock imageLock = await archive.LockAsync(definition, Stop);

        FileTree ours = await AssembleAsync(archive, definition, imageLock, folder.At("ours"));
        FileTree reference = await ReferenceAsync(archive, imageLock, architecture, folder.At("reference"));
        IReadOnlyList<TreeDifference> differences = FileTree.Differences(ours, reference);
        TreeExceptions exceptions = TreeExceptions.Read(await File.ReadAllLinesAsync(SourceTree.At("tests", "Peers.Tests", Exceptions), Stop), architecture);

        output.WriteLine($"{architecture}: {imageLock.Packages.Length} packages, {ours.Nodes.Count} and {reference.Nodes.Count} paths, {differences.Count} differ");
        Assert.Equal("", string.Join('\n', exceptions.Unexcused(differences)));
        Assert.Equal("", string.Join('\n', exceptions.Unused(differences)));
    }

    private static async Task<FileTree> AssembleAsync(TestArchive archive, ImageDefinition definition, ImageLock imageLock, string folder)
    {
        Platform platform = definition.Platforms.Single();
        foreach (LockedPackage package in imageLock.Packages)
            await archive.FetchAsync(imageLock, package, platform.Architecture, Stop);
        ContentCache layers = new(Path.Combine(folder, "cache"), TimeProvider.System);
        Assembler assembler = new(new ContentCache(TestCache.Shared, TimeProvider.System), new AssemblyCache(Path.Combine(folder, "assembled"), layers));
        string layout = Path.Combine(folder, "layout");
        await assembler.AssembleAsync(new AssemblyRequest(definition, imageLock, definition.Platforms), OciLayout.Create(layout), Stop);
        ImageRoot root = await ImageRoot.UnpackAsync(layout, $"{definition.Version}-{platform.Architecture}", platform, Path.Combine(folder, "bundle"));
        return await FileTree.ReadAsync(root.Path);
    }

    private async Task<FileTree> ReferenceAsync(TestArchive archive, ImageLock imageLock, string architecture, string path)
    {
        using AptArchive apt = new();
        await apt.ReadAsync([architecture], Stop);
        foreach (LockedPackage package in imageLock.Packages)
            await apt.AddAsync(package.Files[architecture].Location, await archive.FetchAsync(imageLock, package, architecture, Stop));
        ChildResult made = await ReferenceRoot.MakeAsync(apt, imageLock, architecture, path);
        output.WriteLine($"{architecture}: mmdebstrap took {made.Duration.TotalSeconds:0} s");
        return await FileTree.ReadAsync(path);
    }
}
