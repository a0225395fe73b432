using Slipway.Archives;
using Slipway.Definitions;
using Slipway.Oci;
using Slipway.Rehearsal;
using Xunit;

namespace Slipway.Testing;

/// <summary>
/// An upstream mirror for the product's own images, packed once into the shared cache: the real kubectl and the real CNI
/// plugins out of Debian's packages, both architectures, as the definitions' stand-ins say; a small program in place of
/// the kubelet, which no package has.
/// </summary>
public static class ReleasedUpstream
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>What the program in place of the kubelet prints.</summary>
    public static string KubeletLine(string version, Platform platform) => $"kubelet {version} {platform}";

    /// <summary>The mirror's folder, to be read only.</summary>
    public static async Task<string> PackAsync()
    {
        using TestArchive archive = new();
        List<Packing> packings = [];
        foreach (string image in (string[])["kubelet", "flannel-cni"])
        {
            string folder = SourceTree.At("images", image);
            ImageDefinition definition = ImageDefinitionFile.Read(folder);
            ImageLock locked = await ImageLockFile.ReadAsync(folder, Stop);
            packings.AddRange(
                from platform in definition.Platforms
                from file in definition.Upstream.Where(file => !file.IsOptional)
                select new Packing(file, platform, locked)
            );
        }

        string state = TestArchive.FolderNameOf(string.Join('\n', packings.Select(packing => packing.ToString())));
        return await TestCache.FolderAsync(Path.Combine(TestCache.Peers, "upstream-" + state), async folder =>
        {
            foreach (Packing packing in packings)
                await PackAsync(archive, packing, new StandInUpstream(folder), Path.Combine(folder, ".spool"));
            File.Delete(Path.Combine(folder, ".spool"));
        });
    }

    private static async Task PackAsync(TestArchive archive, Packing packing, StandInUpstream upstream, string spool)
    {
        Uri address = packing.File.Url(packing.Platform.Architecture);
        if (packing.Source is not { } source)
        {
            using MemoryStream program = new(StandInProgram.Make(packing.Platform, KubeletLine(packing.File.Version, packing.Platform)));
            await upstream.AddAsync(address, "", program, Stop);
            return;
        }

        LockedPackage package = packing.Lock.StandIns.Single(package => package.Name == source.Package);
        string deb = await archive.FetchAsync(packing.Lock, package, packing.Platform.Architecture, Stop);
        await using FileStream stream = File.OpenRead(deb);
        DebArchive content = await DebArchive.ReadAsync(stream, spool, DebLimits.Default, Stop);
        Stream Open(Installation installation) =>
            content.Open(content.Entries.Single(entry => entry.Path == installation.StandIn!.Path.TrimStart('/')));
        if (packing.File.IsArchive)
        {
            await upstream.AddArchiveAsync(
                address,
                "",
                [
                    .. packing.File.Install.Select(installation =>
                        KeyValuePair.Create(packing.File.MemberOf(installation, packing.Platform.Architecture), () => Open(installation))
                    ),
                ],
                Stop
            );
            return;
        }

        await using Stream file = Open(packing.File.Install.Single());
        await upstream.AddAsync(address, "", file, Stop);
    }

    /// <summary>One upstream file for one platform.</summary>
    private sealed record Packing(UpstreamFile File, Platform Platform, ImageLock Lock)
    {
        /// <summary>The package that has the real thing; one for all of an archive's members.</summary>
        public StandInSource? Source => File.Install[0].StandIn;

        public override string ToString() =>
            $"{File.Url(Platform.Architecture)} {Platform} "
            + (
                Source is { } source
                    ? Lock.StandIns.Single(package => package.Name == source.Package).Files[Platform.Architecture].Digest
                    : "program 1"
            );
    }
}
