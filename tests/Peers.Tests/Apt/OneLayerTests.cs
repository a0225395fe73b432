using System.Collections.Immutable;
using Slipway.Debian;
using Slipway.Definitions;
using Slipway.Fetching;
using Slipway.Images;
using Slipway.Oci;
using Slipway.Testing;

namespace Slipway.Peers.Tests;

/// <summary>
/// Two locks of the kubelet image, alike but for the version of one package: Debian 12's in place of Debian 13's, which are real
/// packages that differ for a long time to come. Nodes that have one image fetch one layer of the other.
/// </summary>
public sealed class OneLayerTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Another_version_of_a_package_changes_its_own_layer_and_no_other()
    {
        await PeerPrograms.RequireAsync(Peer.Gpgv);
        using ScratchFolder folder = new();
        using TestArchive archive = new();
        ImageDefinition definition = OfDebian(ImageDefinitionFile.Read(SourceTree.At("images", "kubelet")));
        ImageLock now = await archive.LockAsync(definition, Stop);
        ImageLock old = await archive.LockAsync(Alone(definition, ["sed"], ["jq"]), Stop);

        ImmutableArray<Layer> layers = await AssembleAsync(archive, definition, now, folder.At("now"));
        ImmutableArray<Layer> withOldSed = await AssembleAsync(archive, definition, With(now, old, "sed"), folder.At("sed"));
        ImmutableArray<Layer> withOldJq = await AssembleAsync(archive, definition, With(now, old, "jq"), folder.At("jq"));

        Assert.Equal(2, layers.Length);
        Assert.Equal([true, false], Changed(layers, withOldSed));
        Assert.Equal([false, true], Changed(layers, withOldJq));
    }

    private static IEnumerable<bool> Changed(ImmutableArray<Layer> one, ImmutableArray<Layer> other) =>
        one.Zip(other, (layer, changed) => layer.Blob.Digest != changed.Blob.Digest);

    /// <summary>The definition for amd64 and of Debian's packages alone.</summary>
    private static ImageDefinition OfDebian(ImageDefinition definition) =>
        definition with
        {
            Platforms = [Platform.LinuxAmd64],
            Upstream = [],
            Layers = [.. definition.Layers.Where(layer => !layer.Packages.IsEmpty).Select(layer => layer with { Upstream = [] })],
        };

    /// <summary>Debian 12 with some packages in each layer.</summary>
    private static ImageDefinition Alone(ImageDefinition definition, params ImmutableArray<string>[] packages) =>
        definition with
        {
            Debian = new DebianSource(["bookworm"], ["main"], Essential: false) { Without = [] },
            Layers = [.. definition.Layers.Zip(packages, (layer, names) => layer with { Packages = names })],
        };

    private static ImageLock With(ImageLock imageLock, ImageLock other, string name)
    {
        LockedPackage there = imageLock.Packages.Single(package => package.Name == name);
        LockedPackage taken = other.Packages.Single(package => package.Name == name);
        Assert.NotEqual(there.Versions["amd64"], taken.Versions["amd64"]);
        Assert.Equal(there.Layer, taken.Layer);
        return imageLock with { Packages = imageLock.Packages.Replace(there, taken) };
    }

    private static async Task<ImmutableArray<Layer>> AssembleAsync(
        TestArchive archive,
        ImageDefinition definition,
        ImageLock imageLock,
        string folder
    )
    {
        foreach (LockedPackage package in imageLock.Packages)
            await archive.FetchAsync(imageLock, package, "amd64", Stop);
        ContentCache layers = new(Path.Combine(folder, "cache"), TimeProvider.System);
        Assembler assembler = new(
            new ContentCache(TestCache.Shared, TimeProvider.System),
            new AssemblyCache(Path.Combine(folder, "assembled"), layers)
        );
        AssembledImage image = await assembler.AssembleAsync(
            new AssemblyRequest(definition, imageLock, definition.Platforms),
            OciLayout.Create(Path.Combine(folder, "layout")),
            new ContentsFolder(Path.Combine(folder, "contents")),
            Stop
        );
        return image.Platforms.Single().Layers;
    }
}
