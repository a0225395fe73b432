using System.Collections.Immutable;
using Slipway.Git;
using Slipway.Http;
using Slipway.Images;
using Slipway.Oci;
using Slipway.Registry;
using Slipway.Rehearsal;
using Slipway.StandIns;
using Slipway.Trust;
using Slipway.Verification;

namespace Slipway.Release.Tests;

/// <summary>A request as one of two registries saw it.</summary>
internal sealed record RegistryRequest(string Host, string Method, string Path, bool HasAuthorization = false)
{
    public bool Writes => Method is not ("GET" or "HEAD");

    public string Last => Path[(Path.LastIndexOf('/') + 1)..];
}

/// <summary>A small signed image of two platforms, its plan, and two registries that stand for quay.io and docker.io.</summary>
internal sealed class SignedReleaseFixture : IAsyncDisposable
{
    public static readonly GitState Exact = new()
    {
        Commit = "23228e6f00000000000000000000000000000000",
        Tag = "tiny/v1.0.0",
        Distance = 0,
        Commits = 4,
        Branch = "main",
        IsDirty = false,
    };

    private readonly string _folder = Directory.CreateTempSubdirectory("slipway-release-").FullName;
    private readonly List<RehearsalRegistry> _registries = [];
    private readonly List<RegistryRequest> _seen = [];
    private readonly Credentials _credentials = Credentials.Of(
        Hosts.Select(host => KeyValuePair.Create(host, new Credential("robot", "s3cret", "a test")))
    );
    private readonly HttpTransport _transport = new(
        HttpTransport.NewHandler(),
        new RetryPolicy { Attempts = 1, ResponseTimeLimit = TimeSpan.FromSeconds(30) },
        TimeProvider.System,
        _ => { }
    );

    private SignedReleaseFixture()
    {
        Layout = OciLayout.Create(Path.Combine(_folder, "layout"));
        Store = TrustStore.Create(Path.Combine(_folder, "trust"));
    }

    public static ImmutableArray<string> Hosts { get; } = ["quay.io", "docker.io"];

    public OciLayout Layout { get; }

    public TrustStore Store { get; }

    public KeySigner Signer { get; } = KeySigner.CreateThrowAway();

    public Reference Official { get; private set; } = Reference.Parse("quay.io/test/tiny");

    public Reference Fallback { get; private set; } = Reference.Parse("docker.io/mirror/tiny");

    public Descriptor Index { get; private set; } = null!;

    /// <summary>Asked before each request is handled; told which registry it came to.</summary>
    public Func<RegistryRequest, Fault?> Faults { get; set; } = _ => null;

    /// <summary>What both registries were asked, in the order of arrival at either.</summary>
    public ImmutableArray<RegistryRequest> Requests
    {
        get
        {
            lock (_seen)
                return [.. _seen];
        }
    }

    public static async Task<SignedReleaseFixture> CreateAsync(
        bool announce = false,
        string? standIn = null,
        bool rehearsal = false,
        Func<RehearsalOptions, RehearsalOptions>? with = null,
        bool stated = false
    )
    {
        SignedReleaseFixture fixture = new() { IsStated = stated };
        foreach (string host in Hosts)
        {
            RehearsalOptions options = new RehearsalOptions
            {
                Storage = Path.Combine(fixture._folder, host),
                User = "robot",
                Password = "s3cret",
                AnnounceRehearsal = announce,
            }.WithFaults(request => fixture.Ask(new RegistryRequest(host, request.Method, request.Path, request.HasAuthorization)));
            fixture._registries.Add(await RehearsalRegistry.StartAsync(with?.Invoke(options) ?? options, default));
        }

        await fixture.AssembleAsync("one", standIn, rehearsal);
        return fixture;
    }

    /// <summary>Whether a plan's image has the statements of a release, of the plan's commit, and not signatures alone.</summary>
    public bool IsStated { get; private init; }

    /// <summary>What is said of it beside that.</summary>
    public List<WantedStatement> Says { get; } = [];

    /// <summary>What a release's provenance says of the image at a commit.</summary>
    public async Task<SlsaProvenance> ProvenanceAsync(GitState git) =>
        (ProvenanceSamples.NewSource(git: git) with { Image = await ImageReader.ReadAsync("tiny", Layout, default) }).ToProvenance();

    /// <summary>Signs SBOMs, which say nothing, and a provenance.</summary>
    /// <param name="signer">Instead of the fixture's.</param>
    public async Task StateAsync(SlsaProvenance provenance, KeySigner? signer = null)
    {
        AssembledImage image = await ImageReader.ReadAsync("tiny", Layout, default);
        Digest[] subjects = [image.Index.Digest, .. image.Platforms.Select(platform => platform.Manifest.Digest)];
        WantedStatement[] bills = [.. subjects.Select(subject => new WantedStatement([subject], Statement.SpdxType, "{}"u8.ToArray()))];
        await Store.SignAsync(
            new SignedImage(Layout, Index.Digest, Official),
            [.. bills, provenance.About(image.Subjects), .. Says],
            signer ?? Signer,
            default
        );
    }

    /// <summary>Makes and signs an image whose content is <paramref name="content"/>, in place of the one there was.</summary>
    /// <param name="signed">Else what was signed about the one there was stays.</param>
    public async Task AssembleAsync(string content, string? standIn = null, bool rehearsal = false, bool signed = true)
    {
        var annotations = standIn is null ? Descriptor.NoAnnotations : Descriptor.NoAnnotations.Add(StandInMark.Key, standIn);
        List<Descriptor> manifests = [];
        foreach (Platform platform in (Platform[])[Platform.LinuxAmd64, Platform.LinuxArm64])
        {
            using MemoryStream blob = new();
            Layer layer = LayerWriter.Write(
                "all",
                [LayerEntry.File("x", System.Text.Encoding.UTF8.GetBytes($"{content} {platform}"), "test")],
                blob,
                default
            );
            await Layout.AddBlobAsync(layer.Blob, new MemoryStream(blob.ToArray()));
            ImageConfig config = new()
            {
                Platform = platform,
                Created = DateTimeOffset.UnixEpoch,
                DiffIds = [layer.DiffId],
                History = ["all"],
            };
            Manifest manifest = new(await Layout.AddBlobAsync(MediaType.Config, config.ToBytes()), [layer.Blob])
            {
                Annotations = annotations,
            };
            manifests.Add(
                await Layout.AddManifestAsync(new ManifestContent(MediaType.Manifest, manifest.ToBytes())) with
                {
                    Platform = platform,
                }
            );
        }

        Index = await Layout.AddManifestAsync(
            new ManifestContent(MediaType.Index, new Oci.Index([.. manifests]) { Annotations = annotations }.ToBytes())
        );
        var marks = rehearsal ? Descriptor.NoAnnotations.Add(ReleasePlan.RehearsalMark, "true") : Descriptor.NoAnnotations;
        Layout.WriteIndex(new Oci.Index([Index]) { Annotations = marks });
        if (signed)
            await Store.SignAsync(new SignedImage(Layout, Index.Digest, Official), [], Signer, default);
    }

    /// <summary>Goes on with other repositories on the same registries, where nothing is yet, and with another image.</summary>
    public async Task BeginAnewAsync(int number)
    {
        Faults = _ => null;
        Official = Reference.Parse($"quay.io/test/tiny{number}");
        Fallback = Reference.Parse($"docker.io/mirror/tiny{number}");
        await AssembleAsync($"image {number}");
    }

    public async Task<ReleasePlan> PlanAsync(GitState? git = null)
    {
        if (IsStated)
            await StateAsync(await ProvenanceAsync(git ?? Exact));
        return await SignedPlanAsync(git ?? Exact);
    }

    /// <summary>The plan of what is signed as it is.</summary>
    public async Task<ReleasePlan> SignedPlanAsync(GitState git) =>
        await ReleasePlan.ForAsync(
            new ReleaseSource
            {
                Image = await ImageReader.ReadAsync("tiny", Layout, default),
                Layout = Layout,
                Trust = Store.Layout,
                Git = git,
                Version = "v1.0.0",
                Official = Official,
                Destinations = [Official, Fallback],
            },
            default
        );

    /// <summary>What was kept of the latest publication.</summary>
    public ReleaseRecord? Record { get; private set; }

    public async Task<ReleaseRecord> PublishAsync(GitState? git = null) => await PublishAsync(await PlanAsync(git), Signer.Key);

    public Task<ReleaseRecord> PublishAsync(ReleasePlan plan, VerificationKey key)
    {
        Record = null;
        return new Publisher(Connect, VerificationPolicy.RequireKey(key), _ => { }).PublishAsync(
            new ReleaseContent(plan, Layout, Store.Layout),
            Keep,
            default
        );
    }

    private Task Keep(ReleaseRecord record)
    {
        Record = record;
        return Task.CompletedTask;
    }

    public RegistryClient Connect() =>
        new(
            _transport,
            _credentials,
            RegistryMap.Parse(Hosts.Select((host, i) => $"{host}={_registries[i].Address.GetLeftPart(UriPartial.Authority)}")),
            TimeProvider.System
        );

    public Repository At(Reference destination) => Connect().Repository(destination);

    public Repository[] Sites() => [At(Official), At(Fallback)];

    public void Forget()
    {
        lock (_seen)
            _seen.Clear();
    }

    /// <summary>Puts other bytes where a registry keeps a manifest or blob.</summary>
    public void Damage(string host, Digest digest, string bytes)
    {
        string file = Directory
            .EnumerateFiles(Path.Combine(_folder, host), digest.Hex, SearchOption.AllDirectories)
            .MaxBy(path => new FileInfo(path).Length)!;
        File.WriteAllText(file, bytes);
    }

    public Task StopAsync(int registry) => _registries[registry].DisposeAsync().AsTask();

    /// <summary>Asserts that no tag of the plan stands on either registry.</summary>
    public async Task AssertUntaggedAsync(ReleasePlan plan)
    {
        foreach (Repository site in Sites())
        {
            foreach (PlannedTag tag in plan.Tags)
                Assert.Null(await site.ResolveAsync(tag.Name, default));
        }
    }

    /// <summary>Asserts that every tag of the plan stands on both registries and that both verify.</summary>
    public async Task AssertPublishedAsync(ReleasePlan plan)
    {
        foreach (Repository site in Sites())
        {
            foreach (PlannedTag tag in plan.Tags)
                Assert.Equal(plan.SubjectOf(tag).Digest, (await site.ResolveAsync(tag.Name, default))?.Digest);
            VerificationResult result = await new Verifier(VerificationPolicy.RequireKey(Signer.Key)).VerifyAsync(
                new VerificationRequest
                {
                    Content = site,
                    Signatures = site,
                    Wanted = plan.Release,
                    Official = Official,
                },
                default
            );
            Assert.True(result.Passed);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _transport.Dispose();
        Signer.Dispose();
        foreach (RehearsalRegistry registry in _registries)
            await registry.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private Fault? Ask(RegistryRequest request)
    {
        lock (_seen)
            _seen.Add(request);
        return Faults(request);
    }
}
