using Slipway.Definitions;
using Slipway.Fetching;
using Slipway.Oci;
using Slipway.Testing;

namespace Slipway.Peers.Tests;

/// <summary>One byte of an input is not the locked one.</summary>
[Collection(SmallImages.Name)]
public sealed class DamageTests(SmallFixture fixture)
{
    [Fact]
    public async Task An_upstream_file_that_differs_by_one_byte_is_refused_and_not_kept()
    {
        using ScratchRepository repository = await fixture.NewAsync();
        LockedFile wanted = (await LockAsync(repository)).Upstream.Single().Files["arm64"];
        repository.Mirror.Damage(SmallImage.Upstream("arm64"));
        // The fixture's cache has the file already: this one has all but it.
        SlipwayCommand slipway = await WithoutAsync(repository, wanted);
        string[] before = Files(slipway.Cache);

        ChildResult refused = (await slipway.RunAsync("Assemble", "--upstream-mirror", repository.Mirror.Path)).Require(65);

        RequireTold(refused, "small linux/arm64: tool v1.2.3: sha256 wanted ", wanted);
        Assert.Equal(before, Files(slipway.Cache));
        Assert.False(Directory.Exists(repository.At("artifacts")), "something was made of it");
    }

    [Fact]
    public async Task A_package_that_differs_by_one_byte_is_refused_and_not_kept()
    {
        using ScratchRepository repository = await fixture.NewAsync();
        LockedPackage package = (await LockAsync(repository)).Packages.Single(package => package.Name == "gzip");
        LockedFile wanted = package.Files["amd64"];
        string mirrored = repository.Beside("debian-mirror", wanted.Location);
        Directory.CreateDirectory(Path.GetDirectoryName(mirrored)!);
        File.Copy(CachedFile(fixture.Cache, wanted), mirrored);
        UpstreamFolder.Damage(mirrored);
        SlipwayCommand slipway = await WithoutAsync(repository, wanted);
        string[] before = Files(slipway.Cache);

        ChildResult refused = (
            await slipway.RunAsync(
                "Assemble",
                "--upstream-mirror",
                repository.Mirror.Path,
                "--debian-mirror",
                repository.Beside("debian-mirror")
            )
        ).Require(65);

        RequireTold(refused, $"small linux/amd64: gzip {package.Versions["amd64"]}: sha256 wanted ", wanted);
        Assert.Equal(before, Files(slipway.Cache));
        Assert.False(Directory.Exists(repository.At("artifacts")), "something was made of it");
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("tool")]
    public async Task An_input_that_was_changed_in_the_cache_is_noticed_when_it_is_assembled(string name)
    {
        using ScratchRepository repository = await fixture.NewAsync();
        ImageLock locked = await LockAsync(repository);
        LockedFile wanted = locked.Packages.FirstOrDefault(package => package.Name == name)?.Files["amd64"]
            ?? locked.Upstream.Single().Files["amd64"];
        SlipwayCommand slipway = await WithoutAsync(repository, wanted);
        File.Copy(CachedFile(fixture.Cache, wanted), CachedFile(slipway.Cache, wanted));
        UpstreamFolder.Damage(CachedFile(slipway.Cache, wanted));

        ChildResult refused = (await slipway.RunAsync("Assemble", "--upstream-mirror", repository.Mirror.Path)).Require(65);

        Assert.Contains($"small linux/amd64: {name} ", refused.Error, StringComparison.Ordinal);
        Assert.Contains($"sha256 wanted {wanted.Digest.Hex}, got ", refused.Error, StringComparison.Ordinal);
        Assert.Empty(OciLayout.Open(repository.Layout(SmallImage.Name)).ReadIndex().Manifests);
    }

    private static void RequireTold(ChildResult refused, string beginning, LockedFile wanted)
    {
        Assert.Contains($"{beginning}{wanted.Digest.Hex}, got ", refused.Error, StringComparison.Ordinal);
        Assert.Matches(@"; nothing from \S+ was kept", refused.Error);
        Assert.DoesNotContain("Run ./build.sh Lock", refused.Error, StringComparison.Ordinal);
        Assert.Empty(refused.Output);
    }

    /// <summary>The product with a cache of its own that lacks one file.</summary>
    private async Task<SlipwayCommand> WithoutAsync(ScratchRepository repository, LockedFile file)
    {
        string cache = repository.Beside("cache");
        Directory.CreateDirectory(cache);
        (await new ChildProcess("cp", "-al", Path.Combine(fixture.Cache, "sha256"), cache).RunAsync()).Require();
        File.Delete(CachedFile(cache, file));
        return repository.Slipway with { Cache = cache };
    }

    private static string CachedFile(string cache, LockedFile file) => Path.Combine(cache, file.Digest.Algorithm, file.Digest.Hex);

    /// <summary>All that holds a byte: what processes hold each other off with is empty.</summary>
    private static string[] Files(string cache) =>
        [
            .. Directory
                .EnumerateFiles(cache, "*", SearchOption.AllDirectories)
                .Where(file => new FileInfo(file).Length > 0)
                .Order(StringComparer.Ordinal),
        ];

    private static Task<ImageLock> LockAsync(ScratchRepository repository) =>
        ImageLockFile.ReadAsync(repository.At("images", SmallImage.Name), TestContext.Current.CancellationToken);
}
