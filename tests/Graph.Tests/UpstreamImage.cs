using System.Collections.Immutable;
using System.Security.Cryptography;
using Slipway.Oci;
using Slipway.Sources;
using Slipway.Testing;

namespace Slipway.Graph.Tests;

/// <summary>An image of upstream files alone, locked without a network: what fetching needs and nothing more.</summary>
internal static class UpstreamImage
{
    public const string Name = "tools";
    public const string Version = "v1.0.0";

    public static Uri Address(string file) => new($"https://dl.k8s.io/release/{Version}/{file}-amd64");

    /// <summary>A repository with it, whose mirror has files of these names and sizes.</summary>
    public static async Task<ScratchRepository> CreateAsync(params (string Name, int Size)[] files)
    {
        ScratchRepository repository = await ScratchRepository.CreateAsync();
        foreach ((string name, int size) in files)
        {
            // The same name gives the same bytes, so that two repositories want the same content.
            byte[] content = new byte[size];
            new Random(name.Sum(character => character)).NextBytes(content);
            repository.Mirror.Add(Address(name), content);
        }

        repository.AddImage(Name, Definition([.. files.Select(file => file.Name)]), "budgets: [{ layer: upstream, compressedMiB: 64, unpackedMiB: 64 }]\n");
        await LockAsync(repository);
        return repository;
    }

    public static Digest DigestOf(ScratchRepository repository, string file) =>
        Digest.FromHash("sha256", SHA256.HashData(File.ReadAllBytes(repository.Mirror.PathOf(Address(file)))));

    private static async Task LockAsync(ScratchRepository repository)
    {
        string folder = repository.At("images", Name);
        ImageDefinition definition = ImageDefinitionFile.Read(folder);
        await ImageLockFile.WriteAsync(
            folder,
            new ImageLock
            {
                Image = Name,
                Version = Version,
                Timestamp = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero),
                Suites = [.. definition.Debian.Suites.Select(suite => new LockedSuite(suite, DateTimeOffset.UnixEpoch, Digest.Of([])))],
                Debian = new LockedDebian(definition.Debian.Components, definition.Debian.Essential, Without: []),
                Wanted = ImmutableSortedDictionary<string, ImmutableArray<string>>.Empty.Add("upstream", []),
                Upstream = [.. definition.Upstream.Select(file => new LockedUpstream(file.Name, Version, true, ImmutableSortedDictionary<string, LockedFile>.Empty.Add(
                    "amd64", new LockedFile(file.Url("amd64").AbsoluteUri, file.Checksums["amd64"], new FileInfo(repository.Mirror.PathOf(file.Url("amd64"))).Length))))],
                Packages = [],
                StandIns = [],
            },
            default);
    }

    private static string Definition(string[] files) => $$"""
        title: tools
        description: Upstream files alone
        version: {{Version}}
        source: https://example.org/tools
        licenses: Apache-2.0
        platforms: [linux/amd64]
        repositories:
          official: quay.io/slipway-tests/tools
          fallback: docker.io/slipwaytests/tools
        debian:
          suites: [trixie]
          components: [main]
          essential: false
        layers:
          - name: upstream
            title: the tools
            upstream: [{{string.Join(", ", files)}}]
        upstream:

        """ + string.Concat(files.Select(file => $$"""
          - name: {{file}}
            url: https://dl.k8s.io/release/{version}/{{file}}-{arch}
            limitMiB: 400
            checksums:
              amd64: sha256:to-be-filled-in
            install:
              - { to: /usr/local/share/{{file}}, mode: "0755" }

        """)) + """
        accounts:
          - { name: root, id: 0, home: /root, shell: /bin/sh }
        config:
          entrypoint: [/usr/local/share/a]
          environment:
            PATH: /usr/local/bin:/usr/bin:/bin

        """;
}
