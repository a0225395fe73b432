using System.Security.Cryptography;
using Slipway.Definitions;
using Slipway.Oci;
using Slipway.Rehearsal;
using Slipway.Testing;

namespace Slipway.Peers.Tests;

/// <summary>The flannel plugin, optional in flannel-cni: in the image as soon as Lock can read its published checksum.</summary>
[Collection(FlannelImages.Name)]
public sealed class OptionalPluginTests
{
    private const string Place = "https://github.com/flannel-io/cni-plugin/releases/download/v1.9.1-flannel1/";

    [Fact]
    public async Task It_is_left_out_until_its_checksum_can_be_read_and_in_from_then_on()
    {
        using ScratchRepository repository = await FlannelFixture.NewAsync();
        ChildResult without = await repository.LockAsync();
        Assert.Contains(
            "flannel-cni: optional flannel v1.9.1-flannel1 is left out: its published checksum could not be read.",
            without.Error,
            StringComparison.Ordinal
        );
        Assert.Equal(["flannel"], (await LockOfAsync(repository)).LeftOut);
        (await repository.Slipway.RunAsync("Fetch", "--upstream-mirror", repository.Mirror.Path)).Require();
        Assert.DoesNotContain("flannel", await PluginsAsync(repository));

        foreach (string architecture in (string[])["amd64", "arm64"])
            await PublishAsync(repository.Mirror, architecture);
        await repository.LockAsync();
        ImageLock locked = await LockOfAsync(repository);
        Assert.Empty(locked.LeftOut);
        Assert.Equal(
            ["sha512", "sha512"],
            locked.Upstream.Single(file => file.Name == "flannel").Files.Values.Select(file => file.Digest.Algorithm)
        );
        Assert.Contains("flannel", await PluginsAsync(repository));
        byte[] bytes = await LockBytesAsync(repository);

        // Locked once, it stays when its host is out of reach.
        File.Delete(repository.Mirror.PathOf(Address("amd64", ".sha512")));
        await repository.LockAsync();
        Assert.Equal(bytes, await LockBytesAsync(repository));
    }

    [Theory]
    [InlineData("<html>not found</html>", "wanted \"HEX  NAME\"")]
    [InlineData("00  cni-plugin-flannel-linux-arm64-v1.9.1.tgz\n", "digest 'sha512:00'")]
    public async Task A_published_checksum_of_another_shape_is_refused_and_the_lock_is_not_written(string text, string because)
    {
        using ScratchRepository repository = await FlannelFixture.NewAsync();
        foreach (string architecture in (string[])["amd64", "arm64"])
            await PublishAsync(repository.Mirror, architecture);
        File.WriteAllText(repository.Mirror.PathOf(Address("arm64", ".sha512")), text);

        ChildResult refused = (await repository.Slipway.RunAsync("Lock", "--upstream-mirror", repository.Mirror.Path)).Require(65);

        Assert.Contains(because, refused.Error, StringComparison.Ordinal);
        Assert.Contains(Address("arm64", ".sha512").AbsoluteUri, refused.Error, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFiles(repository.At("images", FlannelFixture.Image), ImageLock.FileName + "*"));
    }

    private static Uri Address(string architecture, string ending = "") =>
        new($"{Place}cni-plugin-flannel-linux-{architecture}-v1.9.1.tgz{ending}");

    /// <summary>As the project's release does: one member, named after the architecture, and a file of sha512sum.</summary>
    private static async Task PublishAsync(UpstreamFolder mirror, string architecture)
    {
        byte[] program = StandInProgram.Make(Platform.Parse($"linux/{architecture}"), $"flannel {architecture}");
        StandInUpstream upstream = new(mirror.Path);
        await upstream.AddArchiveAsync(
            Address(architecture),
            "",
            [KeyValuePair.Create($"flannel-{architecture}", Stream () => new MemoryStream(program))],
            TestContext.Current.CancellationToken
        );
        string hex = Convert.ToHexStringLower(SHA512.HashData(await File.ReadAllBytesAsync(mirror.PathOf(Address(architecture)))));
        mirror.Add(
            Address(architecture, ".sha512"),
            System.Text.Encoding.ASCII.GetBytes($"{hex}  cni-plugin-flannel-linux-{architecture}-v1.9.1.tgz\n")
        );
    }

    /// <summary>The plugins of the image that is assembled now, for both architectures alike; flannel's own prints which it is.</summary>
    private static async Task<IEnumerable<string?>> PluginsAsync(ScratchRepository repository)
    {
        await FlannelFixture.AssembleAsync(repository);
        List<IEnumerable<string?>> both = [];
        foreach (string architecture in (string[])["amd64", "arm64"])
        {
            using ScratchFolder folder = new();
            UnpackedRoot root = await FlannelFixture.UnpackAsync(repository, architecture, folder);
            string flannel = Path.Combine(root.Path, "opt/cni/bin/flannel");
            if (File.Exists(flannel))
                Assert.Equal($"flannel {architecture}\n", (await new ChildProcess(flannel).RunAsync()).Require().Output);
            both.Add([
                .. Directory.EnumerateFiles(Path.Combine(root.Path, "opt/cni/bin")).Select(Path.GetFileName).Order(StringComparer.Ordinal),
            ]);
        }

        Assert.Equal(both[0], both[1]);
        return both[0];
    }

    private static Task<ImageLock> LockOfAsync(ScratchRepository repository) =>
        ImageLockFile.ReadAsync(repository.At("images", FlannelFixture.Image), TestContext.Current.CancellationToken);

    private static Task<byte[]> LockBytesAsync(ScratchRepository repository) =>
        File.ReadAllBytesAsync(repository.At("images", FlannelFixture.Image, ImageLock.FileName), TestContext.Current.CancellationToken);
}
