using System.Collections.Immutable;
using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using Slipway.Definitions;
using Slipway.Fetching;
using Slipway.Images;
using Slipway.Oci;
using Slipway.Testing;
using Xunit;

namespace Slipway.Testing;

/// <summary>A scratch folder with a definition, its lock and a cache that holds what it names: all that an image is made from.</summary>
internal sealed class AssemblyFixture : IDisposable
{
    public static readonly DateTimeOffset Timestamp = new(2026, 2, 3, 4, 5, 6, TimeSpan.Zero);

    private readonly List<LockedPackage> _packages = [];
    private readonly List<LockedUpstream> _upstream = [];
    private readonly StringBuilder _upstreamYaml = new();

    public AssemblyFixture()
    {
        Root = Directory.CreateTempSubdirectory("slipway-images-").FullName;
        Folder = Path.Combine(Root, "images", "tiny");
        Directory.CreateDirectory(Folder);
        Cache = new ContentCache(CacheFolder, TimeProvider.System);
    }

    public string Root { get; }

    /// <summary>The definition's folder.</summary>
    public string Folder { get; }

    public string CacheFolder => Path.Combine(Root, "cache");

    public ContentCache Cache { get; }

    public AssemblyCache Assembled => new(Path.Combine(Root, "assembled"), Cache);

    /// <summary>The <c>layers</c> of the definition, as YAML.</summary>
    public string Layers { get; set; } = "- { name: base, title: the base }";

    /// <summary>Further lines at the definition's top.</summary>
    public string More { get; set; } = "";

    public string Config { get; set; } = "{ entrypoint: [/usr/bin/tiny] }";

    /// <summary>The contract, as YAML.</summary>
    public string Contract { get; set; } = "budgets: [{ layer: base, compressedMiB: 1, unpackedMiB: 1 }]";

    public ImmutableArray<string> StandingIn { get; set; } = [];

    public ImageLock Lock =>
        new()
        {
            Image = "tiny",
            Version = "v1.0.0",
            Timestamp = Timestamp,
            Suites = [],
            Debian = new LockedDebian(["main"], Essential: false, Without: []),
            Wanted = ImmutableSortedDictionary<string, ImmutableArray<string>>.Empty,
            Upstream = [.. _upstream],
            Packages = [.. _packages.OrderBy(package => package.Name, StringComparer.Ordinal)],
            StandIns = [],
            StandingIn = StandingIn,
        };

    public ImageDefinition Definition()
    {
        File.WriteAllText(
            Path.Combine(Folder, ImageDefinition.FileName),
            $"""
            title: tiny
            description: a tiny image
            version: v1.0.0
            source: https://example.org/tiny
            licenses: Apache-2.0
            platforms: [linux/arm64, linux/amd64]
            repositories: {"{"} official: quay.io/test/tiny {"}"}
            debian: {"{"} suites: [trixie], components: [main], essential: false {"}"}
            layers:
            {Layers.ReplaceLineEndings("\n").Replace("\n", "\n  ", StringComparison.Ordinal).Insert(0, "  ")}
            config: {Config}
            {More}
            {(_upstreamYaml.Length == 0 ? "" : "upstream:\n" + _upstreamYaml)}
            """
        );
        return ImageDefinitionFile.Read(Folder);
    }

    /// <summary>Locks a package and puts it into the cache.</summary>
    public AssemblyFixture Add(TinyDeb deb, string layer = "base", params string[] architectures)
    {
        string[] on = architectures.Length == 0 ? ["amd64", "arm64"] : architectures;
        LockedFile file = Keep(deb.Build(), deb.Name) with
        {
            Location =
                $"debian/pool/main/{deb.Name[0]}/{deb.Name}/{deb.Name}_{deb.Version[(deb.Version.IndexOf(':', StringComparison.Ordinal) + 1)..]}_all.deb",
        };
        _packages.Add(
            new LockedPackage(
                deb.Name,
                layer,
                on.ToImmutableSortedDictionary(architecture => architecture, _ => deb.Version, StringComparer.Ordinal),
                on.ToImmutableSortedDictionary(architecture => architecture, _ => file, StringComparer.Ordinal)
            )
        );
        return this;
    }

    /// <summary>Defines and locks an upstream file, the same on both architectures; <paramref name="install"/> is YAML.</summary>
    public AssemblyFixture AddUpstream(string name, byte[] content, string install)
    {
        LockedFile file = Keep(content, name);
        _upstreamYaml.Append(
            System.Globalization.CultureInfo.InvariantCulture,
            $$"""
              - name: {{name}}
                url: https://example.org/{{name}}
                limitMiB: 1
                checksums: { amd64: "{{file.Digest}}", arm64: "{{file.Digest}}" }
                install: {{install}}

            """
        );
        _upstream.Add(
            new LockedUpstream(
                name,
                "v1.0.0",
                true,
                ImmutableSortedDictionary.CreateRange(
                    StringComparer.Ordinal,
                    [KeyValuePair.Create("amd64", file), KeyValuePair.Create("arm64", file)]
                )
            )
        );
        return this;
    }

    public OciLayout Layout(string name = "layout") => OciLayout.Create(Path.Combine(Root, name));

    /// <summary>The lists of contents beside a layout.</summary>
    public ContentsFolder Contents(string layout = "layout") => new(Path.Combine(Root, layout + "-contents"));

    public Task<AssembledImage> AssembleAsync(string layout = "layout", string assembled = "assembled", params Platform[] platforms) =>
        new Assembler(Cache, new AssemblyCache(Path.Combine(Root, assembled), Cache)).AssembleAsync(
            new AssemblyRequest(Definition(), Lock, platforms.Length == 0 ? [Platform.LinuxAmd64, Platform.LinuxArm64] : [.. platforms]),
            Layout(layout),
            Contents(layout),
            TestContext.Current.CancellationToken
        );

    /// <summary>Describes the layout <c>layout</c>.</summary>
    public Task<Sbom> DescribeAsync() =>
        Sbom.OfAsync(
            new AssemblyRequest(Definition(), Lock, []),
            Layout(),
            Contents(),
            Path.Combine(Root, "programs"),
            TestContext.Current.CancellationToken
        );

    /// <summary>Assembles one platform, linux/amd64, and returns the entries of its layers, lowest first.</summary>
    public async Task<ImmutableArray<ImmutableArray<TarEntry>>> EntriesAsync(Platform? platform = null)
    {
        AssembledImage image = await AssembleAsync(platforms: platform ?? Platform.LinuxAmd64);
        return [.. image.Platforms.Single().Layers.Select(Read)];
    }

    /// <summary>The only layer's entries, each as <c>MODE UID:GID PATH[ -> TARGET]</c>.</summary>
    public async Task<string[]> LinesAsync() => [.. (await EntriesAsync()).Single().Select(Line)];

    public static string Line(TarEntry entry) =>
        $"{Convert.ToString((int)entry.Mode, 8), 4} {entry.Uid}:{entry.Gid} {entry.Name}{(entry.LinkName.Length == 0 ? "" : (entry.EntryType == TarEntryType.HardLink ? " == " : " -> ") + entry.LinkName)}";

    public static string Text(TarEntry entry)
    {
        using StreamReader reader = new(entry.DataStream ?? Stream.Null);
        return reader.ReadToEnd();
    }

    /// <summary>The path of a blob of the layout <c>layout</c>.</summary>
    public string BlobPath(Digest digest, string layout = "layout") => Path.Combine(Root, layout, "blobs", digest.Algorithm, digest.Hex);

    /// <summary>Changes one bit in the middle of a cached file; its size stays.</summary>
    public void Damage(Digest digest)
    {
        string path = Path.Combine(CacheFolder, digest.Algorithm, digest.Hex);
        byte[] bytes = File.ReadAllBytes(path);
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(path, bytes);
    }

    public void Dispose() => Directory.Delete(Root, recursive: true);

    /// <summary>The entries of a layer of the layout <c>layout</c>.</summary>
    public ImmutableArray<TarEntry> Read(Layer layer)
    {
        var entries = ImmutableArray.CreateBuilder<TarEntry>();
        using TarReader tar = new(new GZipStream(File.OpenRead(BlobPath(layer.Blob.Digest)), CompressionMode.Decompress));
        while (tar.GetNextEntry(copyData: true) is { } entry)
            entries.Add(entry);
        return entries.ToImmutable();
    }

    private LockedFile Keep(byte[] content, string what)
    {
        Descriptor file = Descriptor.Of("", content);
        WantedContent wanted = new()
        {
            What = what,
            Digest = file.Digest,
            Size = file.Size,
        };
        Cache.AddAsync(wanted, _ => Task.FromResult<Stream>(new MemoryStream(content)), default).GetAwaiter().GetResult();
        return new LockedFile("https://example.org/" + what, file.Digest, file.Size);
    }
}
