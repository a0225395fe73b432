using Slipway.Testing;

namespace Slipway.Peers.Tests;

/// <summary>
/// An image of real packages that does without one and leaves out parts of the others, from definition to unpacked files.
/// </summary>
public sealed class LeftOutTests
{
    private const string Image = "lean";

    [Fact]
    public async Task What_is_done_without_and_excluded_is_not_in_the_image_and_the_rest_is_whole()
    {
        using ScratchRepository repository = await WithImageAsync();
        PeerProgram umoci = await PeerPrograms.RequireAsync(Peer.Umoci);

        await repository.LockAsync();
        // A cache of its own has no layers, so that they are made here and counted.
        SlipwayCommand slipway = repository.Slipway with { Cache = repository.Beside("cache") };
        await TestCache.SeedAsync(slipway.Cache);
        ChildResult assembled = (await slipway.RunAsync("Assemble")).Require();

        Assert.DoesNotContain(
            "gcc-14-base",
            File.ReadAllText(repository.At("images", Image, "image.lock.json")).Split("\"packages\"")[1],
            StringComparison.Ordinal
        );
        Assert.Matches(@"lean linux/amd64: 5 packages, [0-9,]+ files, [0-9,]+ left out \([0-9]+\.[0-9] MB\)", assembled.Error);
        (
            await umoci.RunAsync("unpack", "--rootless", "--image", $"{repository.Layout(Image)}:v1.0.0-arm64", repository.Beside("bundle"))
        ).Require();
        string root = repository.Beside("bundle", "rootfs");
        Assert.True(File.Exists(Path.Combine(root, "usr/share/doc/gzip/copyright")));
        Assert.Equal(
            ["copyright"],
            Directory.EnumerateFileSystemEntries(Path.Combine(root, "usr/share/doc/gzip")).Select(Path.GetFileName)
        );
        Assert.False(Directory.Exists(Path.Combine(root, "usr/share/man")));
        Assert.False(Directory.Exists(Path.Combine(root, "usr/lib/aarch64-linux-gnu/gconv")));
        Assert.True(File.Exists(Path.Combine(root, "usr/lib/aarch64-linux-gnu/libc.so.6")));
        // The package has perl as a file and perl5.x as a hard link to it.
        Assert.Equal(
            ["perl5"],
            Directory.EnumerateFiles(Path.Combine(root, "usr/bin"), "perl*").Select(path => Path.GetFileName(path)[..5])
        );
        Assert.True(new FileInfo(Directory.GetFiles(Path.Combine(root, "usr/bin"), "perl*").Single()).Length > 1_000_000);
    }

    [Fact]
    public async Task A_list_that_is_not_true_is_refused_as_wrong_configuration()
    {
        using ScratchRepository repository = await WithImageAsync();
        string name = $"images/{Image}/image.yaml",
            sound = File.ReadAllText(repository.At(name));

        repository.Write(name, sound.Replace("package: gcc-14-base", "package: netbase", StringComparison.Ordinal));
        ChildResult unneeded = (await repository.Slipway.RunAsync("Lock")).Require(78);
        Assert.Contains("names netbase, which no package of the image needs on amd64 or arm64", unneeded.Error, StringComparison.Ordinal);

        repository.Write(name, sound.Replace("/usr/share/man/**", "/usr/share/mann/**", StringComparison.Ordinal));
        await repository.LockAsync();
        ChildResult idle = (await repository.Slipway.RunAsync("Assemble")).Require(78);
        Assert.Matches(
            @"lean linux/(amd64|arm64): images/lean/image\.yaml:[0-9]+:[0-9]+: pattern /usr/share/mann/\*\* matches nothing in any package",
            idle.Error
        );
    }

    private static async Task<ScratchRepository> WithImageAsync()
    {
        await PeerPrograms.RequireAsync(Peer.Gpgv);
        ScratchRepository repository = await ScratchRepository.CreateAsync();
        repository.AddImage(
            Image,
            """
            title: lean
            description: An image that leaves things out
            version: v1.0.0
            source: https://example.org/lean
            licenses: Apache-2.0
            platforms: [linux/amd64, linux/arm64]
            repositories:
              official: quay.io/slipway-tests/lean
            debian:
              suites: [trixie]
              components: [main]
              essential: false
              without:
                - { package: gcc-14-base, reason: it holds documentation alone }
            exclude:
              - paths: [/usr/share/man/**]
                reason: nobody reads it there
              - paths: [/usr/share/doc/**]
                except: [/usr/share/doc/*/copyright]
                reason: nobody reads it there
              - paths: ["/usr/lib/{multiarch}/gconv/**", /usr/bin/perl]
                reason: nothing in the image calls it
            layers:
              - name: system
                title: two programs and what they need
                packages: [gzip, perl-base]
            config:
              entrypoint: [/usr/bin/gzip]

            """,
            "budgets: [{ layer: system, compressedMiB: 8, unpackedMiB: 24 }]\n"
        );
        return repository;
    }
}
