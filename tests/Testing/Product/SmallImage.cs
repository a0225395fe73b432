using System.Security.Cryptography;
using Slipway.Definitions;
using Slipway.Oci;
using Xunit;

namespace Slipway.Testing;

/// <summary>
/// A small image of real packages for most tests: setuid programs (mount), hard and symbolic links (perl-base, gzip,
/// libc6), a static program, folders with modes, accounts, and one upstream program that prints its name.
/// </summary>
public static class SmallImage
{
    public const string Name = "small";
    public const string Version = "v1.2.3";
    public const string Tag = Name + "/" + Version;

    public static IReadOnlyList<Platform> Platforms { get; } = [Platform.Parse("linux/amd64"), Platform.Parse("linux/arm64")];

    /// <summary>What the upstream program prints.</summary>
    public static string LineOf(Platform platform) => $"tool {Version} {platform}";

    /// <summary>Where the upstream program is for an architecture.</summary>
    public static Uri Upstream(string architecture) => new($"https://dl.k8s.io/release/{Version}/bin/linux/{architecture}/tool");

    /// <summary>A repository that holds it, locked by the target <c>Lock</c>, committed on main and tagged <see cref="Tag"/>.</summary>
    public static async Task<ScratchRepository> CreateAsync()
    {
        ScratchRepository repository = await ScratchRepository.CreateAsync();
        try
        {
            Add(repository);
            await LockAsync(repository);
            await repository.CommitAsync("A small image", Tag);
            return repository;
        }
        catch
        {
            repository.Dispose();
            throw;
        }
    }

    /// <summary>What a lock depends on, of the program.</summary>
    private static readonly string[] LockingRooms = ["Archives", "Fetching", "Debian", "Definitions"];

    /// <summary>
    /// Locks, unless the same program made a lock of the same definition and the same suites before: that one is taken then,
    /// since a lock depends on nothing else.
    /// </summary>
    private static async Task LockAsync(ScratchRepository repository)
    {
        using TestArchive archive = new();
        string suites = TestArchive.StateOf(await archive.SuitesAsync(TestContext.Current.CancellationToken));
        string graph = Path.GetDirectoryName(SlipwayCommand.Compiled)!;
        IEnumerable<byte[]> libraries = await Task.WhenAll(
            LockingRooms.Select(room => File.ReadAllBytesAsync(Path.Combine(graph, $"Slipway.{room}.dll")))
        );
        string program = string.Concat(libraries.Select(library => Convert.ToHexString(SHA256.HashData(library))));
        string definition = await File.ReadAllTextAsync(repository.At("images", Name, "image.yaml"));
        string path = repository.At("images", Name, ImageLock.FileName);
        string known = Path.Combine(TestCache.Peers, "small-" + TestArchive.FolderNameOf(suites + program + definition));
        string folder = await TestCache.FolderAsync(known, async made =>
        {
            await repository.LockAsync();
            File.Copy(path, Path.Combine(made, ImageLock.FileName));
        });
        File.Copy(Path.Combine(folder, ImageLock.FileName), path, overwrite: true);
    }

    /// <summary>Adds its upstream files to the mirror and its definition to the work tree; no lock, no commit.</summary>
    public static void Add(ScratchRepository repository)
    {
        ArgumentNullException.ThrowIfNull(repository);
        foreach (Platform platform in Platforms)
            repository.Mirror.AddProgram(Upstream(platform.Architecture), platform, LineOf(platform));
        repository.AddImage(Name, Definition, Contract);
    }

    /// <summary>The definition; its checksums are to be filled in.</summary>
    public static string Definition { get; } =
        $$"""
            title: small
            description: A small image for tests
            version: {{Version}}
            source: https://example.org/small
            licenses: Apache-2.0
            platforms: [linux/amd64, linux/arm64]
            repositories:
              official: quay.io/slipway-tests/small
              fallback: docker.io/slipwaytests/small
            debian:
              suites: [trixie]
              components: [main]
              essential: false
            layers:
              - name: system
                title: some of Debian
                packages: [busybox-static, gzip, libc6, mount, perl-base]
                directories:
                  - { path: /var/lib/small, mode: "0700" }
                  - { path: /usr/lib64 }
                links:
                  - { path: /bin, target: usr/bin }
                  - { path: /lib, target: usr/lib }
                  - { path: /lib64, target: usr/lib64 }
                  - { path: /usr/bin/sh, target: busybox }
              - name: upstream
                title: the tool
                upstream: [tool]
            upstream:
              - name: tool
                url: https://dl.k8s.io/release/{version}/bin/linux/{arch}/tool
                limitMiB: 400
                checksums:
                  amd64: sha256:to-be-filled-in
                  arm64: sha256:to-be-filled-in
                install:
                  - { to: /usr/local/bin/tool, mode: "0755" }
            accounts:
              - { name: root, id: 0, home: /root, shell: /bin/sh }
              - { name: nobody, id: 65534 }
            config:
              entrypoint: [/usr/local/bin/tool]
              environment:
                PATH: /usr/local/bin:/usr/bin:/bin

            """;

    /// <summary>What it holds beyond the rules, and no more.</summary>
    public static string Contract =>
        """
            budgets:
              - { layer: system, compressedMiB: 64, unpackedMiB: 128 }
              - { layer: upstream, compressedMiB: 400, unpackedMiB: 400 }
            setuid:
              - { path: /usr/bin/mount, mode: "4755", reason: Debian's mount }
              - { path: /usr/bin/umount, mode: "4755", reason: Debian's mount }

            """;
}
