using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using Slipway.Debian;
using Slipway.Definitions;
using Slipway.Images;
using Slipway.Oci;
using Slipway.Sboms;
using Slipway.Spdx;
using Slipway.Testing;

namespace Slipway.Peers.Tests;

/// <summary>The SBOMs of both real images, held against their layers, their locks, and the SPDX project's own reader.</summary>
[Collection(ReleasedImages.Name)]
public sealed class SbomTests(ReleaseFixture fixture)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static TheoryData<string> Images => [.. PublishedRelease.Images];

    [Theory]
    [MemberData(nameof(Images))]
    public async Task Every_path_of_every_layer_is_found_once_with_the_hash_of_its_content(string image)
    {
        PublishedRelease release = await fixture.GetAsync();
        OciLayout layout = OciLayout.Open(release.Repository.Layout(image));
        foreach (AssembledPlatform platform in (await ImageReader.ReadAsync(image, layout, Stop)).Platforms)
        {
            SpdxDocument document = await ReadAsync(release, image, platform.Platform.Architecture);
            SortedDictionary<string, string?> seen = new(StringComparer.Ordinal);
            foreach (Layer layer in platform.Layers)
                await HashAsync(layout.OpenBlob(layer.Blob), seen);
            Assert.Equal(seen.Keys, document.Files.Select(file => file.Path));
            Assert.All(document.Files, file => Assert.Equal(seen[file.Path] ?? file.Sha256, file.Sha256));
            Assert.True(seen.Values.Count(hash => hash is not null) > 10);
            Assert.Empty(
                await new SbomCheck(document, release.Repository.Beside("check")).RunAsync(layout, platform.Manifest.Digest, Stop)
            );
        }
    }

    [Theory]
    [MemberData(nameof(Images))]
    public async Task Every_Debian_package_brings_its_copyright_or_a_link_to_the_folder_that_has_it(string image)
    {
        PublishedRelease release = await fixture.GetAsync();
        foreach (string architecture in PublishedRelease.Architectures)
        {
            SpdxDocument document = await ReadAsync(release, image, architecture);
            HashSet<string> paths = [.. document.Files.Select(file => file.Path)];
            Assert.DoesNotContain(
                document
                    .Packages.Where(package => package.Supplier == "Organization: Debian")
                    .Select(package => $"usr/share/doc/{package.Name}"),
                folder => !paths.Contains(folder) && !paths.Contains($"{folder}/copyright")
            );
        }
    }

    [Theory]
    [MemberData(nameof(Images))]
    public async Task A_second_reader_finds_nothing_wrong_and_lists_the_same_packages(string image)
    {
        PeerProgram reader = await PeerPrograms.RequireAsync(Peer.SpdxTools);
        PublishedRelease release = await fixture.GetAsync();
        ImageLock imageLock = await ImageLockFile.ReadAsync(release.Repository.At("images", image), Stop);
        foreach (string name in PublishedRelease.Architectures.Append("index"))
        {
            string written = Path.Combine(
                Directory.CreateDirectory(release.Repository.Beside("second-reader")).FullName,
                $"{image}-{name}.spdx"
            );
            (await reader.RunAsync("-i", PathOf(release, image, name), "-o", written)).Require();
            string[] lines = await File.ReadAllLinesAsync(written, Stop);
            SpdxDocument document = await ReadAsync(release, image, name);
            Assert.Equal(document.Packages.Select(Line).Order(StringComparer.Ordinal), Packages(lines).Order(StringComparer.Ordinal));
            Assert.Equal(document.Files.Length, lines.Count(line => line.StartsWith("FileName: ", StringComparison.Ordinal)));
            if (name == "index")
                continue;
            IEnumerable<string> debian = document
                .Packages.Where(package => package.Supplier == "Organization: Debian")
                .Select(package => $"{package.Name} {package.Version}");
            Assert.Equal(
                imageLock
                    .Packages.Where(package => package.Files.ContainsKey(name))
                    .Select(package => $"{package.Name} {package.Versions[name]}"),
                debian
            );
            Assert.Equal(
                imageLock.Upstream.Select(upstream => $"{upstream.Name} {upstream.Version}").Order(StringComparer.Ordinal),
                document
                    .Packages.Where(package => package.Purl?.StartsWith("pkg:generic/", StringComparison.Ordinal) == true)
                    .Select(package => $"{package.Name} {package.Version}")
                    .Order(StringComparer.Ordinal)
            );
        }
    }

    private static string Line(SpdxPackage package) => $"{package.Name} {package.Version}";

    /// <summary>Name and version of each package of a document in the tag form.</summary>
    private static IEnumerable<string> Packages(string[] lines)
    {
        for (int i = 0; i < lines.Length; i++)
        {
            if (!lines[i].StartsWith("PackageName: ", StringComparison.Ordinal))
                continue;
            string? version = lines
                .Skip(i + 1)
                .TakeWhile(line => line.Length > 0)
                .FirstOrDefault(line => line.StartsWith("PackageVersion: ", StringComparison.Ordinal));
            yield return $"{lines[i]["PackageName: ".Length..]} {version?["PackageVersion: ".Length..]}";
        }
    }

    /// <summary>The SHA-256 of each file of a layer; null for what has no content of its own.</summary>
    private static async Task HashAsync(Stream blob, SortedDictionary<string, string?> seen)
    {
        await using GZipStream plain = new(blob, CompressionMode.Decompress);
        await using TarReader tar = new(plain);
        while (await tar.GetNextEntryAsync(cancellationToken: Stop) is { } entry)
        {
            bool isFile = entry.EntryType is TarEntryType.RegularFile or TarEntryType.V7RegularFile;
            seen[entry.Name.TrimEnd('/')] = isFile
                ? Convert.ToHexStringLower(await SHA256.HashDataAsync(entry.DataStream ?? Stream.Null, Stop))
                : null;
        }
    }

    private static async Task<SpdxDocument> ReadAsync(PublishedRelease release, string image, string name) =>
        SpdxDocument.Parse(await File.ReadAllBytesAsync(PathOf(release, image, name), Stop));

    private static string PathOf(PublishedRelease release, string image, string name) =>
        Path.Combine(release.Repository.Layout(image), "..", "sbom", $"{name}.spdx.json");
}
