using Slipway.Debian;
using Slipway.Definitions;
using Slipway.Fetching;
using Slipway.Images;
using Slipway.Oci;
using Slipway.Testing;

namespace Slipway.Peers.Tests;

/// <summary>
/// The kubelet image before anything is left out, beside a root that mmdebstrap made of the same packages with every
/// maintainer script run: the same paths, kinds, modes, owners, link targets and contents, but for
/// <c>reference-exceptions.txt</c>. For amd64, and with <c>Test --thorough</c> for arm64 too, whose scripts qemu-user runs
/// for many minutes.
/// </summary>
public sealed class ReferenceTests(ITestOutputHelper output)
{
    private const string Exceptions = "reference-exceptions.txt";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static TheoryData<string> Architectures => Thoroughness.IsWanted ? ["amd64", "arm64"] : ["amd64"];

    [Theory]
    [MemberData(nameof(Architectures))]
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

        string made = await AssembleAsync(archive, definition, imageLock, folder.At("ours")),
            reference = folder.At("reference");
        await ReferenceAsync(archive, imageLock, architecture, reference);
        FileTree ours = await FileTree.ReadAsync(made),
            theirs = await FileTree.ReadAsync(reference);
        IReadOnlyList<TreeDifference> differences = FileTree.Differences(ours, theirs);
        TreeExceptions exceptions = TreeExceptions.Read(
            await File.ReadAllLinesAsync(SourceTree.At("tests", "Peers.Tests", "Mmdebstrap", Exceptions), Stop),
            architecture
        );

        output.WriteLine(
            $"{architecture}: {imageLock.Packages.Length} packages, {ours.Nodes.Count} and {theirs.Nodes.Count} "
                + $"paths, {differences.Count} differ"
        );
        Assert.Equal(Accounts(reference), Accounts(made));
        string[] wrong =
        [
            .. exceptions.Unexcused(differences).Select(difference => $"differs: {difference}"),
            .. exceptions.Unused(differences).Select(path => $"{Exceptions}: nothing differs at {path}"),
        ];
        Assert.True(wrong.Length == 0, $"{wrong.Length} wrong, ours | reference:\n{string.Join('\n', wrong)}");
    }

    /// <summary>
    /// Users with group, home and shell, and groups; but for passwords and comments, and for numbers, which scripts draw.
    /// </summary>
    private static IEnumerable<string> Accounts(string root)
    {
        string[][] groups = Columns(root, "group");
        Dictionary<string, string> names = groups.ToDictionary(group => group[2], group => group[0], StringComparer.Ordinal);
        return
        [
            .. Columns(root, "passwd")
                .Select(user => $"user {user[0]} of {names[user[3]]}, {user[5]}, {user[6]}")
                .Order(StringComparer.Ordinal),
            .. groups.Select(group => $"group {group[0]}").Order(StringComparer.Ordinal),
        ];
    }

    private static string[][] Columns(string root, string file) =>
        [.. File.ReadLines(Path.Combine(root, "etc", file)).Select(line => line.Split(':'))];

    private static async Task<string> AssembleAsync(TestArchive archive, ImageDefinition definition, ImageLock imageLock, string folder)
    {
        Platform platform = definition.Platforms.Single();
        foreach (LockedPackage package in imageLock.Packages)
            await archive.FetchAsync(imageLock, package, platform.Architecture, Stop);
        ContentCache layers = new(Path.Combine(folder, "cache"), TimeProvider.System);
        Assembler assembler = new(
            new ContentCache(TestCache.Shared, TimeProvider.System),
            new AssemblyCache(Path.Combine(folder, "assembled"), layers)
        );
        string layout = Path.Combine(folder, "layout");
        await assembler.AssembleAsync(
            new AssemblyRequest(definition, imageLock, definition.Platforms),
            OciLayout.Create(layout),
            new ContentsFolder(Path.Combine(folder, "contents")),
            Stop
        );
        ImageRoot root = await ImageRoot.UnpackAsync(
            layout,
            $"{definition.Version}-{platform.Architecture}",
            platform,
            Path.Combine(folder, "bundle")
        );
        return root.Path;
    }

    private async Task ReferenceAsync(TestArchive archive, ImageLock imageLock, string architecture, string path)
    {
        using AptArchive apt = new();
        await apt.ReadAsync([architecture], Stop);
        foreach (LockedPackage package in imageLock.Packages)
            await apt.AddAsync(package.Files[architecture].Location, await archive.FetchAsync(imageLock, package, architecture, Stop));
        ChildResult made = await ReferenceRoot.MakeAsync(apt, imageLock, architecture, path);
        output.WriteLine($"{architecture}: mmdebstrap took {made.Duration.TotalSeconds:0} s");
    }
}
