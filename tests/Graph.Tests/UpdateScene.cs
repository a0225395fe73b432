using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Nuke.Common.IO;
using Slipway.Definitions;
using Slipway.Git;
using Slipway.Oci;
using Slipway.Testing;
using Slipway.Updates;
using Slipway.Workflows;

namespace Slipway.Graph.Tests;

/// <summary>
/// An image of one package and one upstream file, locked; beside it an archive that a scratch key signs and an upstream mirror, both to be
/// moved on. The steps of the target <c>Update</c> run on it in this process.
/// </summary>
internal sealed class UpdateScene : IDisposable
{
    public const string Image = "tools";

    private static readonly string[] Architectures = ["amd64", "arm64"];
    private static readonly DateTimeOffset Released = new(2026, 9, 12, 7, 55, 41, TimeSpan.Zero);

    private readonly Lines _log = new();
    private readonly ArchiveSigningKeys _keys;

    private UpdateScene(ScratchRepository repository, ArchiveSigningKeys keys)
    {
        Repository = repository;
        _keys = keys;
    }

    public ScratchRepository Repository { get; }

    public string Log => _log.ToString();

    public string Folder => Repository.At("images", Image);

    public string Yaml => File.ReadAllText(Path.Combine(Folder, ImageDefinition.FileName));

    public ImageLock Lock => ImageLockFile.Parse(File.ReadAllBytes(Path.Combine(Folder, ImageLock.FileName)), "lock");

    /// <summary>Told of each line of the log.</summary>
    public Action<string> Logged
    {
        set => _log.Written = value;
    }

    public string Debian => Repository.Beside("debian");

    private Workspace Workspace =>
        new((AbsolutePath)Repository.At("images"), (AbsolutePath)Repository.At("artifacts"), (AbsolutePath)Repository.Beside("cache"));

    /// <summary>Locked at v1.0.0 with hello 1.0-1, committed to main and tagged.</summary>
    public static async Task<UpdateScene> CreateAsync(
        ArchiveSigningKeys keys,
        string more = "",
        string contract =
            "budgets: [{ layer: base, compressedMiB: 1, unpackedMiB: 1 }, { layer: upstream, compressedMiB: 1, unpackedMiB: 1 }]\n"
    )
    {
        Assert.SkipUnless(ArchiveSigningKeys.Available, "needs gpg and gpgv");
        UpdateScene scene = new(await ScratchRepository.CreateAsync(), keys);
        scene.Release("v1.0.0");
        scene.Say("v1.0.0");
        scene.PublishPackages(new TinyDeb("hello").File("usr/share/hello", "1"));
        scene.Repository.AddImage(Image, Definition(more), contract);
        File.Copy(keys.EveryKeyring, scene.Repository.At("images", "keys", "debian-archive-keyring.gpg"), overwrite: true);
        using SourceFetcher supply = scene.NewSupply();
        ImageDefinition definition = ImageDefinitionFile.Read(scene.Folder);
        ImageLock made = await supply.NewLockMaker().MakeAsync(definition, null, default);
        await ImageLockFile.WriteAsync(scene.Folder, await supply.WithUpstreamAsync(definition, made, true, _ => { }, default), default);
        await scene.Repository.CommitAsync("tools", $"{Image}/v1.0.0");
        return scene;
    }

    public void Dispose() => Repository.Dispose();

    public SourceFetcher NewSupply() =>
        new(
            Workspace,
            new SourceOptions { UpstreamMirror = Repository.Mirror.Path, DebianMirror = Debian },
            _log.WriteLine,
            TimeProvider.System
        )
        {
            SuiteKeys = [_keys.Good],
        };

    public static UpdateRequest Patch { get; } =
        new()
        {
            Reach = VersionReach.Patch,
            To = null,
            PackagesOnly = false,
            AcceptUnsignedUnsafe = false,
            Advisories = null,
        };

    /// <param name="stop">Stops the run; the test's own otherwise.</param>
    public async Task<StagedUpdate?> StageAsync(UpdateRequest? wanted = null, CancellationToken? stop = null)
    {
        using SourceFetcher supply = NewSupply();
        VersionSource versions = supply.NewVersionSource(new NoReleases());
        UpdateChecker checker = new(versions, supply.NewLockMaker(), new Lifecycle([]), TimeProvider.System);
        return await new UpdateWorkflow(Workspace, new GitRepository(Repository.Root), supply, _log.WriteLine)
        {
            Versions = versions,
            Checker = checker,
        }.StageAsync(Image, wanted ?? Patch, stop ?? TestContext.Current.CancellationToken);
    }

    /// <summary>What the target Outdated finds.</summary>
    public async Task<AvailableUpdates> LookAsync()
    {
        using SourceFetcher supply = NewSupply();
        UpdateChecker checker = new(
            supply.NewVersionSource(new NoReleases()),
            supply.NewLockMaker(),
            new Lifecycle([]),
            TimeProvider.System
        );
        return await checker.LookAsync(
            ImageDefinitionFile.Read(Folder),
            Lock,
            VersionReach.Patch,
            null,
            TestContext.Current.CancellationToken
        );
    }

    /// <summary>Puts a version of the upstream file and its checksums where upstream has them.</summary>
    public void Release(string version)
    {
        foreach (string architecture in Architectures)
        {
            byte[] content = Encoding.ASCII.GetBytes($"tool {version} for {architecture}");
            Repository.Mirror.Add(Address(version, architecture), content);
            Repository.Mirror.Add(
                Address(version, architecture, ".sha256"),
                Encoding.ASCII.GetBytes(Convert.ToHexStringLower(SHA256.HashData(content)))
            );
        }
    }

    /// <summary>Makes upstream's version files say a version.</summary>
    public void Say(string patch, string? minor = null)
    {
        foreach (
            (string file, string version) in new[]
            {
                ("stable-1.0.txt", patch),
                ("stable-1.txt", minor ?? patch),
                ("stable.txt", minor ?? patch),
            }
        )
            Repository.Mirror.Add(new Uri($"https://dl.k8s.io/release/{file}"), Encoding.UTF8.GetBytes(version));
    }

    public static Uri Address(string version, string architecture, string ending = "") =>
        new($"https://dl.k8s.io/release/{version}/tool-{architecture}{ending}");

    public void PublishPackages(TinyDeb main, TinyDeb? security = null, int days = 0, string? by = null)
    {
        Publish("trixie", "debian", [main], days, by);
        Publish("trixie-security", "debian-security", security is null ? [] : [security], days, by);
    }

    /// <summary>All files below images/ by path and content.</summary>
    public IReadOnlyDictionary<string, string> Snapshot() =>
        Directory
            .EnumerateFiles(Repository.At("images"), "*", SearchOption.AllDirectories)
            .ToDictionary(file => file, file => Digest.Of(File.ReadAllBytes(file)).Hex);

    private void Publish(string suite, string archive, TinyDeb[] packages, int days, string? by)
    {
        string root = Path.Combine(Debian, archive),
            dists = Path.Combine(root, "dists", suite);
        StringBuilder release = new(
            string.Create(
                CultureInfo.InvariantCulture,
                $"Suite: {suite}\nCodename: {suite}\nDate: {Released.AddDays(days):ddd, dd MMM yyyy HH:mm:ss} UTC\nSHA256:\n"
            )
        );
        StringBuilder index = new();
        foreach (TinyDeb package in packages)
        {
            byte[] deb = package.Build();
            string path = $"pool/main/h/{package.Name}/{package.Name}_{package.Version}_all.deb";
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(root, path))!);
            File.WriteAllBytes(Path.Combine(root, path), deb);
            index.Append(
                CultureInfo.InvariantCulture,
                $"Package: {package.Name}\nVersion: {package.Version}\nArchitecture: "
                    + $"all\nFilename: {path}\nSize: {deb.Length}\nSHA256: {Digest.Of(deb).Hex}\n\n"
            );
        }

        foreach (string architecture in Architectures)
        {
            byte[] packed = Pack(index.ToString());
            string name = $"main/binary-{architecture}/Packages.gz";
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(dists, name))!);
            File.WriteAllBytes(Path.Combine(dists, name), packed);
            release.Append(CultureInfo.InvariantCulture, $" {Digest.Of(packed).Hex} {packed.Length} {name}\n");
        }

        File.WriteAllBytes(Path.Combine(dists, "InRelease"), _keys.Sign(release.ToString(), by ?? _keys.Good));
    }

    private static byte[] Pack(string text)
    {
        using MemoryStream packed = new();
        using (GZipStream gzip = new(packed, CompressionLevel.Fastest))
            gzip.Write(Encoding.UTF8.GetBytes(text));
        return packed.ToArray();
    }

    private static string Definition(string more) =>
        $$"""
            # What stays as it is.
            title: tools
            description: A package and an upstream file
            version: v1.0.0 # moves
            releases: { kubernetes: https://dl.k8s.io/release }
            source: https://example.org/tools
            licenses: Apache-2.0
            platforms: [linux/amd64, linux/arm64]
            repositories:
              official: quay.io/slipway-tests/tools
              fallback: docker.io/slipwaytests/tools
            debian:
              suites: [trixie, trixie-security]
              components: [main]
              essential: false
            layers:
              - name: base
                title: the base
                packages: [hello]
              - name: upstream
                title: the tool
                upstream: [tool]
            upstream:
              - name: tool
                url: https://dl.k8s.io/release/{version}/tool-{arch}
                checksumFile: https://dl.k8s.io/release/{version}/tool-{arch}.sha256
                limitMiB: 1
                checksums:
                  amd64: sha256:to-be-filled-in
                  arm64: sha256:to-be-filled-in
                install:
                  - { to: /usr/local/share/tool, mode: "0755" }
            {{more}}
            accounts:
              - { name: root, id: 0, home: /root, shell: /bin/sh }
            config:
              entrypoint: [/usr/local/share/tool]
              environment:
                PATH: /usr/local/bin:/usr/bin:/bin

            """;

    private sealed class Lines : StringWriter
    {
        public Action<string> Written { get; set; } = _ => { };

        public override void WriteLine(string? value)
        {
            base.WriteLine(value);
            Written(value ?? "");
        }
    }

    private sealed class NoReleases : IReleaseList
    {
        public Task<IReadOnlyList<string>> TagsAsync(string repository, CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyList<string>>([]);
    }
}
