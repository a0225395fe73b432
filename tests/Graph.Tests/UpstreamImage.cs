using System.Collections.Immutable;
using System.Security.Cryptography;
using Slipway.Definitions;
using Slipway.Oci;
using Slipway.Testing;

namespace Slipway.Graph.Tests;

/// <summary>An image of upstream files alone, locked without a network: what fetching needs and nothing more.</summary>
internal static class UpstreamImage
{
    public const string Name = "tools";
    public const string Version = "v1.0.0";
    public const string Source = "https://example.org/tools";

    public static Uri Address(string file, string architecture = "amd64") =>
        new($"https://dl.k8s.io/release/{Version}/{file}-{architecture}");

    /// <summary>A repository with it, whose mirror has files of these names and sizes.</summary>
    public static Task<ScratchRepository> CreateAsync(params (string Name, int Size)[] files) => CreateAsync(["amd64"], files);

    /// <summary>The same for several architectures.</summary>
    public static async Task<ScratchRepository> CreateAsync(string[] architectures, params (string Name, int Size)[] files)
    {
        ScratchRepository repository = await ScratchRepository.CreateAsync();
        foreach ((string name, int size) in files)
        {
            // The same name gives the same bytes, so that two repositories want the same content.
            foreach (string architecture in architectures)
            {
                byte[] content = new byte[size];
                new Random(name.Sum(character => character) + Array.IndexOf(architectures, architecture)).NextBytes(content);
                repository.Mirror.Add(Address(name, architecture), content);
            }
        }

        repository.AddImage(
            Name,
            Definition([.. files.Select(file => file.Name)], architectures),
            "budgets: [{ layer: upstream, compressedMiB: 64, unpackedMiB: 64 }]\n"
        );
        await LockAsync(repository, architectures);
        return repository;
    }

    /// <summary>A repository with an image of this one program.</summary>
    public static async Task<ScratchRepository> CreateAsync(string name, byte[] program)
    {
        ScratchRepository repository = await ScratchRepository.CreateAsync();
        repository.Mirror.Add(Address(name), program);
        repository.AddImage(Name, Definition([name], ["amd64"]), "budgets: [{ layer: upstream, compressedMiB: 64, unpackedMiB: 64 }]\n");
        await LockAsync(repository, ["amd64"]);
        return repository;
    }

    public static Digest DigestOf(ScratchRepository repository, string file) =>
        Digest.FromHash("sha256", SHA256.HashData(File.ReadAllBytes(repository.Mirror.PathOf(Address(file)))));

    private static async Task LockAsync(ScratchRepository repository, string[] architectures)
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
                Upstream =
                [
                    .. definition.Upstream.Select(file => new LockedUpstream(
                        file.Name,
                        Version,
                        true,
                        architectures.ToImmutableSortedDictionary(
                            architecture => architecture,
                            architecture => new LockedFile(
                                file.Url(architecture).AbsoluteUri,
                                file.Checksums[architecture],
                                new FileInfo(repository.Mirror.PathOf(file.Url(architecture))).Length
                            ),
                            StringComparer.Ordinal
                        )
                    )),
                ],
                Packages = [],
                StandIns = [],
            },
            default
        );
    }

    private static string Definition(string[] files, string[] architectures) =>
        $$"""
            title: tools
            description: Upstream files alone
            version: {{Version}}
            source: https://example.org/tools
            licenses: Apache-2.0
            platforms: [{{string.Join(", ", architectures.Select(architecture => $"linux/{architecture}"))}}]
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

            """
        + string.Concat(
            files.Select(file =>
                $$"""
                      - name: {{file}}
                        url: https://dl.k8s.io/release/{version}/{{file}}-{arch}
                        limitMiB: 400
                        checksums:
                    {{string.Concat(architectures.Select(architecture => $"      {architecture}: sha256:to-be-filled-in\n"))}}    install:
                          - { to: /usr/local/share/{{file}}, mode: "0755" }

                    """
            )
        )
        + """
            accounts:
              - { name: root, id: 0, home: /root, shell: /bin/sh }
            config:
              entrypoint: [/usr/local/share/a]
              environment:
                PATH: /usr/local/bin:/usr/bin:/bin

            """;
}
