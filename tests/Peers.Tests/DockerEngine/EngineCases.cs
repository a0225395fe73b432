using System.Buffers.Binary;
using System.Collections.Immutable;
using System.IO.Compression;
using System.Text.Json;
using Slipway.Engine;
using Slipway.Images;
using Slipway.Inspection;
using Slipway.Oci;
using Slipway.Rehearsal;
using Slipway.Testing;

namespace Slipway.Peers.Tests;

/// <summary>What holds of every real Engine: it loads, runs, builds, gives images away, and is swept.</summary>
public abstract class EngineCases(SmallFixture fixture) : IDisposable
{
    protected static readonly TimeSpan FiveMinutes = TimeSpan.FromMinutes(5);

    private readonly ScratchFolder _folder = new();

    /// <summary>Where it is; the test is skipped where there is none.</summary>
    protected abstract Task<EngineAddress> AddressAsync();

    /// <summary>Null where it builds, else what is said of why it does not.</summary>
    protected virtual string? BuildsNot => null;

    protected static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_hundred_megabytes_of_output_come_whole_and_a_cancelled_container_is_gone()
    {
        using EngineClient engine = await ConnectAsync();
        using ScratchRepository repository = await AssembleAsync();
        await using TemporaryImage image = await LoadAsync(engine, repository);
        KeptOutput kept = new();

        ContainerResult result = await engine.RunAsync(Busybox(image, "sh", "-c", "yes | head -c 100000000"), kept.Receive, Stop);
        Assert.Equal((0, 100_000_000, true), (result.ExitCode, kept.Total, kept.IsCut));

        using CancellationTokenSource cancel = new();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            engine.RunAsync(Busybox(image, "sh", "-c", "echo up; sleep 100"), (_, _) => cancel.Cancel(), cancel.Token)
        );
        ContainerResult late = await engine.RunAsync(
            Busybox(image, "sleep", "100") with
            {
                TimeLimit = TimeSpan.FromSeconds(2),
            },
            kept.Receive,
            Stop
        );
        Assert.True(late.IsTimedOut);
        Assert.Equal("", await DockerAsync("ps", "--all", "--quiet", "--filter", $"ancestor={image.Name}"));
    }

    [Theory]
    [InlineData("amd64")]
    [InlineData("arm64")]
    public async Task An_image_is_loaded_named_told_of_given_away_and_removed(string architecture)
    {
        using EngineClient engine = await ConnectAsync();
        using ScratchRepository repository = await AssembleAsync();
        OciLayout layout = OciLayout.Open(repository.Layout(SmallImage.Name));
        Descriptor descriptor = await ManifestAsync(layout, architecture);
        Reference first = Reference.Parse($"slipway.invalid/tests:{Guid.NewGuid():n}"),
            second = Reference.Parse($"slipway.invalid/tests:{Guid.NewGuid():n}");
        EngineArchive archive = await EngineArchive.OfAsync(layout, descriptor, [first], Stop);

        EngineImage loaded = await engine.LoadAsync(archive, Stop);
        await engine.TagAsync(first.ToString(), second, Stop);

        Assert.Contains(loaded.Id, new[] { archive.Manifest.Config.Digest.ToString(), descriptor.Digest.ToString() });
        Assert.Equal((architecture, "linux"), (loaded.Platform.Architecture, loaded.Platform.Os));
        EngineImage named = (await engine.InspectAsync(second.ToString(), Stop))!;
        Assert.Equal(loaded.Id, named.Id);
        Assert.Equal(
            new[] { first.ToString(), second.ToString() }.Order(StringComparer.Ordinal),
            named.Names.Order(StringComparer.Ordinal)
        );
        await AssertGivenAwayAsync(engine, second.ToString(), ImageConfig.Parse(await ReadAsync(layout, archive.Manifest.Config)));
        Assert.True(await engine.RemoveAsync(first.ToString(), Stop));
        Assert.True(await engine.RemoveAsync(second.ToString(), Stop));
        Assert.False(await engine.RemoveAsync(second.ToString(), Stop));
        Assert.Null(await engine.InspectAsync(loaded.Id, Stop));
    }

    [Fact]
    public async Task What_killed_runs_left_is_swept_and_what_one_may_still_need_is_not()
    {
        using EngineClient engine = await ConnectAsync();
        using ScratchRepository repository = await AssembleAsync();
        TemporaryImage over = await LoadAsync(engine, repository, limit: TimeSpan.FromHours(-1));
        await using TemporaryImage needed = await LoadAsync(engine, repository);
        // Our own label, with a time long ago and one far ahead.
        string[] containers = [];
        foreach (string until in (string[])["1", "99999999999"])
            containers =
            [
                .. containers,
                (
                    await DockerAsync("create", "--network", "none", "--label", $"io.github.poseidon.slipway.until={until}", needed.Name)
                ).Trim(),
            ];
        try
        {
            Assert.True(await engine.SweepAsync(Stop) >= 2);
            Assert.Null(await engine.InspectAsync(over.Name, Stop));
            Assert.NotNull(await engine.InspectAsync(needed.Name, Stop));
            Assert.Equal(
                containers[1] + "\n",
                await DockerAsync("ps", "--all", "--quiet", "--no-trunc", "--filter", $"ancestor={needed.Name}")
            );
        }
        finally
        {
            await DockerAsync("rm", "--force", containers[1]);
        }
    }

    [Fact]
    public async Task Smoke_runs_a_contract_closed_up_and_load_gives_a_line_that_works()
    {
        EngineAddress address = await AddressAsync();
        using ScratchRepository repository = await AssembleAsync(SmokeTests.Sound);
        SlipwayCommand slipway = fixture.In(repository) with
        {
            Variables = new Dictionary<string, string?>(fixture.In(repository).Variables) { ["DOCKER_HOST"] = address.ToString() },
        };

        ChildResult smoke = (await slipway.RunAsync("Smoke", "--json")).Require();
        using JsonDocument verdicts = JsonDocument.Parse(smoke.Output);
        Assert.Equal(
            [("linux/amd64", "passed", 7), ("linux/arm64", "passed", 5)],
            verdicts
                .RootElement.EnumerateArray()
                .Select(row =>
                    (
                        row.GetProperty("platform").GetString()!,
                        row.GetProperty("verdict").GetString()!,
                        row.GetProperty("commands").GetInt32()
                    )
                )
        );

        ChildResult load = (await slipway.RunAsync("Load", "--platforms", "linux/amd64", "linux/arm64")).Require();
        try
        {
            string[] platforms = ["linux/amd64", "linux/arm64"];
            foreach ((string line, string platform) in load.Lines.Zip(platforms))
                Assert.Equal($"tool v1.2.3 {platform}\n", await DockerAsync(["run", "--network", "none", .. line.Split(' ')[2..]]));
        }
        finally
        {
            string[] left = (await DockerAsync("image", "ls", "--format", "{{.Repository}}:{{.Tag}}", "quay.io/slipway-tests/small")).Split(
                '\n',
                StringSplitOptions.RemoveEmptyEntries
            );
            await DockerAsync(["image", "rm", "--force", .. left]);
        }
    }

    [Theory]
    [InlineData("amd64")]
    [InlineData("arm64")]
    public async Task A_dockerfile_is_built_for_a_platform_and_its_steps_are_told(string architecture)
    {
        using EngineClient engine = await ConnectAsync();
        using ScratchRepository repository = await AssembleAsync();
        await using TemporaryImage image = await LoadAsync(engine, repository, architecture);
        List<string> told = [];
        BuildRequest request = new()
        {
            Context =
            [
                LayerEntry.File(
                    "Dockerfile",
                    System.Text.Encoding.UTF8.GetBytes(
                        $"""
                        FROM {image.Name} AS first
                        ARG TARGETARCH
                        ARG WORD
                        COPY words /words
                        RUN ["/usr/bin/busybox", "sh", "-c", "echo built for $TARGETARCH: $WORD; ls /words | grep -c ."]
                        FROM first
                        RUN ["/usr/bin/busybox", "false"]
                        """
                    ),
                    "test"
                ),
                LayerEntry.Directory("words", "test"),
                LayerEntry.File("words/" + new string('w', 150), "x"u8.ToArray(), "test"),
            ],
            Platform = Platform.Parse("linux/" + architecture),
            Target = "first",
            Arguments = Descriptor.NoAnnotations.Add("WORD", "well met"),
            IgnoresCache = true,
        };

        if (BuildsNot is { } why)
        {
            Assert.Contains(
                why,
                (await Assert.ThrowsAsync<EngineException>(() => engine.BuildAsync(request, told.Add, Stop))).Message,
                StringComparison.Ordinal
            );
            return;
        }

        string id = await engine.BuildAsync(request, told.Add, Stop);
        try
        {
            Assert.Equal(architecture, (await engine.InspectAsync(id, Stop))!.Platform.Architecture);
            Assert.Contains(told, line => line.EndsWith($"built for {architecture}: well met", StringComparison.Ordinal));
            EngineException e = await Assert.ThrowsAsync<EngineException>(() =>
                engine.BuildAsync(request with { Target = null }, told.Add, Stop)
            );
            Assert.True(e.IsResponse);
            Assert.Matches("exit (code:|status) 1", e.Message);
        }
        finally
        {
            await engine.RemoveAsync(id, Stop);
        }
    }

    [Fact]
    public async Task A_platform_that_the_engine_cannot_run_is_told_as_not_run()
    {
        using EngineClient engine = await ConnectAsync();
        Platform foreign = Platform.Parse("linux/s390x");
        // Of a machine whose bytes are in the other order, and which nobody has registered.
        byte[] program = StandInProgram.Make(Platform.LinuxAmd64, "x");
        program[5] = 2;
        BinaryPrimitives.WriteUInt16BigEndian(program.AsSpan(16), 2);
        BinaryPrimitives.WriteUInt16BigEndian(program.AsSpan(18), 22);
        OciLayout layout = OciLayout.Create(_folder.At("layout"));
        using MemoryStream blob = new();
        Layer layer = LayerWriter.Write("x", [LayerEntry.File("x", program, "test", 0b111_101_101)], blob, Stop);
        await layout.AddBlobAsync(layer.Blob.MediaType, blob.ToArray(), Stop);
        ImageConfig config = new()
        {
            Platform = foreign,
            Created = DateTimeOffset.UnixEpoch,
            DiffIds = [layer.DiffId],
            History = ["x"],
            Entrypoint = ["/x"],
        };
        Manifest manifest = new(await layout.AddBlobAsync(MediaType.Config, config.ToBytes(), Stop), [layer.Blob]);
        Descriptor descriptor = await layout.AddManifestAsync(new ManifestContent(MediaType.Manifest, manifest.ToBytes()), Stop);

        PlatformSmoke smoke = await new SmokeTest(engine).RunAsync(
            new SmokeSubject("x", "v1", new AssembledPlatform(foreign, descriptor, [layer]), [new ContractCommand()]),
            layout,
            Stop
        );

        Assert.Contains("cannot run linux/s390x", smoke.NotRun, StringComparison.Ordinal);
        Assert.False(smoke.Passed);
        Assert.Empty(smoke.Failures);
    }

    public void Dispose()
    {
        GC.SuppressFinalize(this);
        _folder.Dispose();
    }

    /// <summary>What docker prints of this Engine.</summary>
    private async Task<string> DockerAsync(params string[] arguments)
    {
        PeerProgram docker = await PeerPrograms.RequireAsync(Peer.DockerArm64);
        return (await docker.RunAsync(["--host", (await AddressAsync()).ToString(), .. arguments])).Require().Output;
    }

    private async Task<EngineClient> ConnectAsync() =>
        await EngineClient.ConnectAsync([await AddressAsync()], TimeProvider.System, _ => { }, Stop);

    /// <summary>The archive of an image names one, with its configuration and its layers, plain or packed.</summary>
    private async Task AssertGivenAwayAsync(EngineClient engine, string image, ImageConfig config)
    {
        string tar = _folder.At("given.tar"),
            folder = _folder.Folder("given");
        await using (FileStream file = File.Create(tar))
            await engine.ExportAsync(image, file, Stop);
        await System.Formats.Tar.TarFile.ExtractToDirectoryAsync(tar, folder, overwriteFiles: true, Stop);
        using JsonDocument list = JsonDocument.Parse(await File.ReadAllBytesAsync(Path.Combine(folder, "manifest.json"), Stop));
        JsonElement only = Assert.Single(list.RootElement.EnumerateArray());
        Assert.Equal(
            config.DiffIds,
            ImageConfig.Parse(await File.ReadAllBytesAsync(Path.Combine(folder, only.GetProperty("Config").GetString()!), Stop)).DiffIds
        );
        Assert.All(only.GetProperty("Layers").EnumerateArray().Zip(config.DiffIds), layer =>
            Assert.Equal(layer.Second, DiffIdOf(Path.Combine(folder, layer.First.GetString()!)))
        );
    }

    private static Digest DiffIdOf(string layer)
    {
        byte[] bytes = File.ReadAllBytes(layer);
        if (bytes is not [0x1F, 0x8B, ..])
            return Digest.Of(bytes);
        using GZipStream plain = new(new MemoryStream(bytes), CompressionMode.Decompress);
        using MemoryStream content = new();
        plain.CopyTo(content);
        return Digest.Of(content.ToArray());
    }

    private static async Task<byte[]> ReadAsync(OciLayout layout, Descriptor blob)
    {
        await using Stream stream = (await layout.OpenBlobAsync(blob, Stop))!;
        using MemoryStream bytes = new();
        await stream.CopyToAsync(bytes, Stop);
        return bytes.ToArray();
    }

    protected static ContainerSpec Busybox(TemporaryImage image, params ImmutableArray<string> arguments) =>
        new(image.Name) { Entrypoint = ["/usr/bin/busybox"], Command = arguments };

    protected static async Task<TemporaryImage> LoadAsync(
        EngineClient engine,
        ScratchRepository repository,
        string architecture = "amd64",
        TimeSpan? limit = null
    )
    {
        OciLayout layout = OciLayout.Open(repository.Layout(SmallImage.Name));
        return await engine.LoadPassingAsync(layout, await ManifestAsync(layout, architecture), limit ?? FiveMinutes, Stop);
    }

    protected static async Task<Descriptor> ManifestAsync(OciLayout layout, string architecture) =>
        (await ImageReader.ReadAsync(SmallImage.Name, layout, Stop))
            .Platforms.Single(platform => platform.Platform.Architecture == architecture)
            .Manifest;

    /// <param name="commands">What is at the end of its contract.</param>
    protected async Task<ScratchRepository> AssembleAsync(string commands = "")
    {
        ScratchRepository repository = await fixture.NewAsync();
        await File.AppendAllTextAsync(repository.At("images", SmallImage.Name, "contract.yaml"), commands, Stop);
        await repository.CommitAsync("What is run");
        await repository.GitAsync("tag", "--force", SmallImage.Tag);
        (await fixture.In(repository).RunAsync("Assemble", "--upstream-mirror", repository.Mirror.Path)).Require();
        return repository;
    }
}
