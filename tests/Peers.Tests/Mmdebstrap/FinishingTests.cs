using System.Globalization;
using System.Runtime.InteropServices;
using Slipway.Testing;

namespace Slipway.Peers.Tests;

/// <summary>
/// What our steps made of the kubelet image and what the programs that Debian's maintainer scripts call make of the same
/// files, unpacked: the results are compared.
/// </summary>
[Collection(ReleasedImages.Name)]
public sealed class FinishingTests(ReleaseFixture fixture)
{
    [Fact]
    public async Task Ldconfig_makes_the_same_loaders_cache()
    {
        using ScratchFolder folder = new();
        string root = await UnpackAsync("amd64", folder);
        PeerProgram ldconfig = await PeerPrograms.RequireAsync(Peer.Ldconfig);
        Assert.SkipUnless(RuntimeInformation.OSArchitecture == Architecture.X64, "ldconfig passes over another machine's libraries");

        string[] ours = await ListAsync(ldconfig, root);
        File.Delete(Path.Combine(root, "etc/ld.so.cache"));
        Directory.CreateDirectory(Path.Combine(root, "var/cache/ldconfig"));
        (await ldconfig.RunAsync("-X", "-r", root)).Require();

        Assert.True(ours.Length > 50, $"only {ours.Length} libraries");
        Assert.Equal(await ListAsync(ldconfig, root), ours);
    }

    [Fact]
    public async Task Ldconfig_reads_arm64s_cache_and_every_library_is_there()
    {
        using ScratchFolder folder = new();
        string root = await UnpackAsync("arm64", folder);
        string[] libraries = await ListAsync(await PeerPrograms.RequireAsync(Peer.Ldconfig), root);

        Assert.True(libraries.Length > 50, $"only {libraries.Length} libraries");
        Assert.All(libraries, line => Assert.Contains(" (libc6,AArch64", line, StringComparison.Ordinal));
        Assert.All(libraries, line =>
            Assert.True(File.Exists(root + "/usr" + line.Split(" => ")[1].Replace("/usr/", "/", StringComparison.Ordinal)), line)
        );
    }

    [Fact]
    public async Task Openssl_finds_each_authority_by_its_subject()
    {
        using ScratchFolder folder = new();
        string root = await UnpackAsync("amd64", folder),
            certificates = Path.Combine(root, "etc/ssl/certs");
        PeerProgram openssl = await PeerPrograms.RequireAsync(Peer.Openssl);
        string[] hashes = [.. Directory.EnumerateFiles(certificates).Where(path => path.EndsWith(".0", StringComparison.Ordinal))];

        Assert.True(hashes.Length > 100, $"only {hashes.Length} authorities");
        foreach (string path in hashes)
        {
            string authority = Path.Combine(certificates, new FileInfo(path).LinkTarget!);
            string shipped = root + new FileInfo(authority).LinkTarget;
            ChildResult hash = (await openssl.RunAsync("x509", "-noout", "-subject_hash", "-in", shipped)).Require();
            Assert.Equal(Path.GetFileNameWithoutExtension(path), hash.Output.Trim());
        }
    }

    [Theory]
    [InlineData("amd64")]
    [InlineData("arm64")]
    public async Task The_package_database_has_the_sum_of_every_file_that_a_package_brought(string architecture)
    {
        using ScratchFolder folder = new();
        string root = await UnpackAsync(architecture, folder);
        string[] lists = [.. Directory.EnumerateFiles(Path.Combine(root, "var/lib/dpkg/status.d"), "*.md5sums")];

        Assert.True(lists.Length > 50, $"only {lists.Length} packages");
        foreach (string list in lists)
        {
            string control = await File.ReadAllTextAsync(Path.ChangeExtension(list, null), TestContext.Current.CancellationToken);
            Assert.StartsWith(
                $"Package: {Path.GetFileNameWithoutExtension(list)}\nStatus: install ok installed\n",
                control,
                StringComparison.Ordinal
            );
            foreach (string line in await File.ReadAllLinesAsync(list, TestContext.Current.CancellationToken))
                Assert.Equal(line[..32], Sum(Path.Combine(root, line[34..])));
        }
    }

    private async Task<string> UnpackAsync(string architecture, ScratchFolder folder)
    {
        PublishedRelease release = await fixture.GetAsync();
        PeerProgram umoci = await PeerPrograms.RequireAsync(Peer.Umoci);
        string name = $"{release.Repository.VersionOf("kubelet")}-{architecture}";
        (
            await umoci.RunAsync("unpack", "--rootless", "--image", $"{release.Repository.Layout("kubelet")}:{name}", folder.At("bundle"))
        ).Require();
        return folder.At("bundle", "rootfs");
    }

    /// <summary>The lines of <c>ldconfig -p</c> that name libraries, in the cache's order.</summary>
    private static async Task<string[]> ListAsync(PeerProgram ldconfig, string root)
    {
        ChildResult listed = (await ldconfig.RunAsync("-p", "-C", Path.Combine(root, "etc/ld.so.cache"))).Require();
        return [.. listed.Output.Split('\n').Where(line => line.Contains(" => ", StringComparison.Ordinal))];
    }

    private static string Sum(string path)
    {
        using FileStream content = File.OpenRead(path);
#pragma warning disable CA5351 // The database's format has MD5.
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{Convert.ToHexStringLower(System.Security.Cryptography.MD5.HashData(content))}"
        );
#pragma warning restore CA5351
    }
}
