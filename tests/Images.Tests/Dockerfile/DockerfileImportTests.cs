using System.Formats.Tar;
using Slipway.Definitions;
using Slipway.Oci;
using Slipway.Testing;

namespace Slipway.Images.Tests;

/// <summary>What an Engine gives away becomes a layout of ours, or is refused.</summary>
public sealed class DockerfileImportTests : IDisposable
{
    private const string Status = "var/lib/dpkg/status";
    private const long Late = 4_000_000_000;

    private readonly AssemblyFixture _shop = new AssemblyFixture
    {
        Layers = "- { name: base, title: the base, packages: [tool], upstream: [program], files: [{ from: rootfs/x, to: /etc/x }] }",
    }
        .Add(new TinyDeb("tool", "1:2.0-3").File("usr/bin/tool", "tool"))
        .AddUpstream("program", "program"u8.ToArray(), "[{ to: /usr/bin/program }]");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public DockerfileImportTests()
    {
        Directory.CreateDirectory(Path.Combine(_shop.Folder, "rootfs"));
        File.WriteAllText(Path.Combine(_shop.Folder, "rootfs", "x"), "x");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Old_and_new_engines_give_the_same_image(bool isOld)
    {
        SavedImage saved = Sound();
        AssembledImage image = await ImportAsync("layout", isOld ? saved.Old() : saved.New());
        AssembledImage again = await ImportAsync("again", Sound().Old());
        Assert.Equal(again.Index.Digest, image.Index.Digest);
        Assert.Equal(2, image.Platforms.Single().Layers.Length);
        Assert.Equal(
            [
                "755 0:0 etc/",
                "644 0:0 etc/scripts",
                "755 0:0 usr/",
                "755 0:0 usr/bin/",
                "755 0:0 usr/bin/a",
                "755 0:0 usr/bin/tool == usr/bin/a",
                "755 0:0 usr/bin/z == usr/bin/a",
                "644 0:0 var/lib/dpkg/info/tool:amd64.list",
                "644 0:0 var/lib/dpkg/status",
            ],
            _shop.Read(image.Platforms.Single().Layers[0]).Select(AssemblyFixture.Line).Select(line => line.Trim())
        );
    }

    [Fact]
    public async Task No_time_is_later_than_the_locks_and_every_path_has_an_owner()
    {
        AssembledImage image = await ImportAsync("layout", Sound().Old());
        TarEntry[] entries = [.. image.Platforms.Single().Layers.SelectMany(layer => _shop.Read(layer))];
        Assert.Equal(AssemblyFixture.Timestamp, entries.Max(entry => entry.ModificationTime));
        Assert.Equal(1000, entries.Single(entry => entry.Name == "etc/scripts").ModificationTime.ToUnixTimeSeconds());
        ImageContents contents = await _shop.Contents().ReadAsync("tiny", Platform.LinuxAmd64, Stop);
        Dictionary<string, string> owners = contents
            .Layers.SelectMany(layer => layer.Entries)
            .Where(entry => entry.Kind != LayerEntryKind.Directory)
            .ToDictionary(entry => entry.Path, entry => entry.Owner);
        Assert.Equal("package tool", owners["usr/bin/tool"]);
        Assert.Equal("upstream program v1.0.0", owners["usr/bin/program"]);
        Assert.Equal("definition", owners["etc/x"]);
        Assert.Equal("finishing step maintainer-scripts", owners["etc/scripts"]);
        Assert.Equal("1:2.0-3", contents.Packages["tool"]);
    }

    [Fact]
    public async Task It_is_described_and_inspected_as_an_assembled_image_is()
    {
        await ImportAsync("layout", Sound().Old());
        Sbom sbom = await _shop.DescribeAsync();
        Assert.Contains(sbom.Platforms.Single().Document.Packages, package => package is { Name: "tool", Version: "1:2.0-3" });
        Assert.Contains(sbom.Platforms.Single().Document.Packages, package => package.Name == "tiny finishing step maintainer-scripts");
    }

    [Fact]
    public async Task A_stand_in_and_a_rehearsal_are_marked_as_ever()
    {
        _shop.StandingIn = ["program"];
        AssembledImage image = await ImportAsync("layout", Sound().Old(), Descriptor.NoAnnotations.Add("mark", "true"));
        ManifestContent index = (await _shop.Layout().ReadManifestAsync(image.Index.Digest, Stop))!;
        Assert.Equal("program", StandInMark.Of(Oci.Index.Parse(index.Bytes)));
        ManifestContent manifest = (await _shop.Layout().ReadManifestAsync(image.Platforms[0].Manifest.Digest, Stop))!;
        Assert.Equal("program", StandInMark.Of(Manifest.Parse(manifest.Bytes)));
        Assert.Equal("true", _shop.Layout().ReadIndex().Annotations["mark"]);
    }

    public static TheoryData<string, Action<SavedImage>, string> Refused { get; } =
        new()
        {
            { "another platform", saved => saved.Architecture = "arm64", "built an image for linux/arm64" },
            { "two images", saved => saved.Times = 2, "wanted one image" },
            { "no image", saved => saved.Times = 0, "wanted one image" },
            { "a whiteout", saved => saved.Add(SavedImage.File("usr/bin/.wh.tool", "")), "cannot delete files" },
            { "a path out", saved => saved.Add(SavedImage.File("../../etc/passwd", "")), "leads out of the image" },
            {
                "a device",
                saved => saved.Add(new PaxTarEntry(TarEntryType.CharacterDevice, "dev/null") { DeviceMajor = 1, DeviceMinor = 3 }),
                "wanted a file, folder or link"
            },
            { "a link to nothing", saved => saved.Add(SavedImage.Link(TarEntryType.HardLink, "a", "nothing")), "not a file of the layer" },
            {
                "links in a circle",
                saved => saved.Add(SavedImage.Link(TarEntryType.HardLink, "a", "b"), SavedImage.Link(TarEntryType.HardLink, "b", "a")),
                "not a file of the layer"
            },
            { "capabilities", saved => saved.Add(Capable()), "security.capability" },
            {
                "another version",
                saved => saved.Add(SavedImage.File(Status, "Package: tool\nStatus: install ok installed\nVersion: 9\n")),
                "the lock wants 1:2.0-3, the Dockerfile's image has 9"
            },
            {
                "a package too many",
                saved =>
                    saved.Add(
                        SavedImage.File(
                            Status,
                            "Package: tool\nStatus: install ok installed\nVersion: 1:2.0-3\n\nPackage: more\nStatus: install ok "
                                + "installed\nVersion: 1\n"
                        )
                    ),
                "package more: the lock wants none"
            },
            { "a package too few", saved => saved.Add(SavedImage.File(Status, "")), "has none" },
        };

    [Theory(DisableDiscoveryEnumeration = true)]
    [MemberData(nameof(Refused))]
    public async Task What_no_image_of_ours_may_be_is_refused_and_nothing_is_left(string what, Action<SavedImage> change, string text)
    {
        SavedImage saved = Sound();
        change(saved);
        ContentException e = await Assert.ThrowsAsync<ContentException>(() => ImportAsync("layout", saved.Old()));
        Assert.Contains(text, e.Message, StringComparison.Ordinal);
        Assert.Empty(_shop.Layout().ReadIndex().Manifests);
        Assert.False(Directory.Exists(Path.Combine(_shop.Root, "layout", ".work-amd64")), what);
    }

    [Fact]
    public async Task A_layer_that_is_not_what_the_configuration_says_is_refused()
    {
        byte[] bytes = Sound().Old().ToArray();
        int at = bytes.AsSpan().IndexOf("tool content"u8);
        bytes[at] ^= 1;
        ContentException e = await Assert.ThrowsAsync<ContentException>(() => ImportAsync("layout", new MemoryStream(bytes)));
        Assert.Contains("the Engine's layer sha256:", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    [InlineData(5000)]
    public async Task A_cut_or_empty_archive_is_refused(int length)
    {
        byte[] bytes = Sound().Old().ToArray();
        await Assert.ThrowsAsync<ContentException>(() => ImportAsync("layout", new MemoryStream(bytes[..length])));
    }

    [Fact]
    public void The_context_is_the_same_for_the_same_files_and_another_for_others()
    {
        Directory.CreateDirectory(Path.Combine(_shop.Folder, "..", DockerfileContext.Shared));
        File.WriteAllText(Path.Combine(_shop.Folder, "..", DockerfileContext.Shared, "script.sh"), "true");
        Assert.Throws<DefinitionException>(() => DockerfileContext.Of(_shop.Definition()));
        File.WriteAllText(Path.Combine(_shop.Folder, DockerfileContext.FileName), "FROM scratch");
        DockerfileContext context = DockerfileContext.Of(_shop.Definition());
        Assert.Equal(["Dockerfile", "rootfs", "rootfs/x", "script.sh"], context.Entries.Select(entry => entry.Path));
        Assert.Equal(context.Digest, DockerfileContext.Of(_shop.Definition()).Digest);
        File.WriteAllText(Path.Combine(_shop.Folder, "rootfs", "x"), "y");
        Assert.NotEqual(context.Digest, DockerfileContext.Of(_shop.Definition()).Digest);
    }

    public void Dispose() => _shop.Dispose();

    private static SavedImage Sound() =>
        new SavedImage()
            .Add(
                SavedImage.Folder("usr"),
                SavedImage.Folder("usr/bin"),
                // The names of one file come in an order that a layer of ours has not.
                SavedImage.File("usr/bin/z", "tool content", (UnixFileMode)0b111_101_101, Late),
                SavedImage.Link(TarEntryType.HardLink, "usr/bin/tool", "usr/bin/z"),
                SavedImage.Link(TarEntryType.HardLink, "usr/bin/a", "./usr/bin/z"),
                SavedImage.Folder("etc"),
                SavedImage.File("etc/scripts", "made by one"),
                SavedImage.File(
                    Status,
                    "Package: tool\nStatus: install ok installed\nVersion: 1:2.0-3\n\nPackage: gone\nStatus: deinstall ok "
                        + "config-files\nVersion: 1\n"
                ),
                SavedImage.File("var/lib/dpkg/info/tool:amd64.list", "/.\n/usr\n/usr/bin\n/usr/bin/tool\n")
            )
            .Add(SavedImage.File("etc/x", "x"), SavedImage.File("usr/bin/program", "program"));

    private static PaxTarEntry Capable() =>
        new(TarEntryType.RegularFile, "usr/bin/ping", new Dictionary<string, string> { ["SCHILY.xattr.security.capability"] = "x" });

    private async Task<AssembledImage> ImportAsync(
        string name,
        MemoryStream archive,
        System.Collections.Immutable.ImmutableSortedDictionary<string, string>? marks = null
    )
    {
        AssemblyRequest request = new(_shop.Definition(), _shop.Lock, [Platform.LinuxAmd64]) { Marks = marks ?? Descriptor.NoAnnotations };
        DockerfileImport import = new(request, _shop.Layout(name), _shop.Contents(name));
        await import.AddAsync(Platform.LinuxAmd64, archive, Stop);
        return await import.FinishAsync(Stop);
    }
}
