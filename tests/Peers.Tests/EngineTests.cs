using System.Buffers.Binary;
using System.Collections.Immutable;
using Slipway.Engine;
using Slipway.Http;
using Slipway.Images;
using Slipway.Oci;
using Slipway.Rehearsal;
using Slipway.Testing;

namespace Slipway.Peers.Tests;

/// <summary>A real Docker Engine runs, builds, is interrupted, and is killed.</summary>
[Collection(SmallImages.Name)]
public sealed class EngineTests(SmallFixture fixture) : IDisposable
{
    private static readonly TimeSpan Short = TimeSpan.FromMinutes(5);

    private readonly ScratchFolder _folder = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_hundred_megabytes_of_output_come_whole_and_a_cancelled_container_is_gone()
    {
        PeerProgram docker = await PeerPrograms.RequireAsync(Peer.Docker);
        using EngineClient engine = await ConnectAsync();
        using ScratchRepository repository = await AssembleAsync();
        await using PassingImage image = await LoadAsync(engine, repository);
        KeptOutput kept = new();

        ContainerResult result = await engine.RunAsync(Busybox(image, "sh", "-c", "yes | head -c 100000000"), kept.Receive, Stop);
        Assert.Equal((0, 100_000_000, true), (result.ExitCode, kept.Total, kept.IsCut));

        using CancellationTokenSource cancel = new();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => engine.RunAsync(
            Busybox(image, "sh", "-c", "echo up; sleep 100"), (_, _) => cancel.Cancel(), cancel.Token));
        ContainerResult late = await engine.RunAsync(Busybox(image, "sleep", "100") with { TimeLimit = TimeSpan.FromSeconds(2) }, kept.Receive, Stop);
        Assert.True(late.IsTimedOut);
        Assert.Equal("", (await docker.RunAsync("ps", "--all", "--quiet", "--filter", $"ancestor={image.Name}")).Require().Output);
    }

    [Theory]
    [InlineData("amd64")]
    [InlineData("arm64")]
    public async Task A_dockerfile_is_built_for_a_platform_and_its_steps_are_told(string architecture)
    {
        await PeerPrograms.RequireAsync(Peer.DockerArm64);
        using EngineClient engine = await ConnectAsync();
        using ScratchRepository repository = await AssembleAsync();
        await using PassingImage image = await LoadAsync(engine, repository, architecture);
        List<string> told = [];
        BuildRequest request = new()
        {
            Context =
            [
                LayerEntry.File("Dockerfile", System.Text.Encoding.UTF8.GetBytes($"""
                    FROM {image.Name} AS first
                    ARG TARGETARCH
                    ARG WORD
                    COPY words /words
                    RUN ["/usr/bin/busybox", "sh", "-c", "echo built for $TARGETARCH: $WORD; ls /words | grep -c ."]
                    FROM first
                    RUN ["/usr/bin/busybox", "false"]
                    """), "test"),
                LayerEntry.Directory("words", "test"),
                LayerEntry.File("words/" + new string('w', 150), "x"u8.ToArray(), "test"),
            ],
            Platform = Platform.Parse("linux/" + architecture),
            Target = "first",
            Arguments = Descriptor.NoAnnotations.Add("WORD", "well met"),
            IgnoresCache = true,
        };

        string id = await engine.BuildAsync(request, told.Add, Stop);
        try
        {
            Assert.Equal(architecture, (await engine.InspectAsync(id, Stop))!.Platform.Architecture);
            Assert.Contains(told, line => line.EndsWith($" built for {architecture}: well met", StringComparison.Ordinal));
            EngineException e = await Assert.ThrowsAsync<EngineException>(() => engine.BuildAsync(request with { Target = null }, told.Add, Stop));
            Assert.True(e.IsAnswer);
            Assert.Matches("exit code: 1", e.Message);
        }
        finally
        {
            await engine.RemoveAsync(id, Stop);
        }
    }

    [Fact]
    public async Task A_platform_that_the_engine_cannot_run_is_told_as_not_run()
    {
        await PeerPrograms.RequireAsync(Peer.Docker);
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
        ImageConfig config = new() { Platform = foreign, Created = DateTimeOffset.UnixEpoch, DiffIds = [layer.DiffId], History = ["x"], Entrypoint = ["/x"] };
        Manifest manifest = new(await layout.AddBlobAsync(MediaType.Config, config.ToBytes(), Stop), [layer.Blob]);
        Descriptor descriptor = await layout.AddManifestAsync(new ManifestContent(MediaType.Manifest, manifest.ToBytes()), Stop);

        PlatformSmoke smoke = await new SmokeTest(engine).RunAsync(
            new SmokeSubject("x", "v1", new AssembledPlatform(foreign, descriptor, [layer]), [new ContractCommand()]), layout, Stop);

        Assert.Contains("runs no linux/s390x", smoke.NotRun, StringComparison.Ordinal);
        Assert.False(smoke.Passed);
        Assert.Empty(smoke.Failures);
    }

    [Fact]
    public async Task An_engine_that_is_killed_is_told_as_such_and_when_it_is_back_nothing_of_ours_is_there()
    {
        using ScratchRepository repository = await AssembleAsync();
        await using OwnEngine own = await OwnEngine.StartAsync();
        List<string> notices = [];
        using EngineClient engine = await own.ConnectAsync(notices);
        PassingImage image = await LoadAsync(engine, repository);

        // During a run.
        EngineException run = await Assert.ThrowsAsync<EngineException>(() => engine.RunAsync(
            Busybox(image, "sh", "-c", "echo up; sleep 30"), (_, _) => own.KillAsync().Wait(), Stop));
        await own.RestartAsync();
        Assert.Equal("", await own.DockerAsync("ps", "--all", "--quiet"));

        // During a build.
        EngineException build = await Assert.ThrowsAsync<EngineException>(() => engine.BuildAsync(
            new BuildRequest
            {
                Context = [LayerEntry.File("Dockerfile", System.Text.Encoding.UTF8.GetBytes($"FROM {image.Name}\nRUN [\"/usr/bin/busybox\", \"sh\", \"-c\", \"echo up; sleep 10\"]\n"), "test")],
                Platform = Platform.LinuxAmd64,
            },
            line =>
            {
                if (line.EndsWith(" up", StringComparison.Ordinal))
                    own.KillAsync().Wait();
            },
            Stop));
        await own.RestartAsync();
        Assert.Equal("", await own.DockerAsync("ps", "--all", "--quiet"));
        Assert.Equal($"{image.Name}\n", await own.DockerAsync("image", "ls", "--all", "--format", "{{.Repository}}:{{.Tag}}"));
        await image.DisposeAsync();

        // During a load.
        OciLayout layout = OciLayout.Open(repository.Layout(SmallImage.Name));
        Descriptor manifest = await ManifestAsync(layout, "amd64");
        EngineException load = await Assert.ThrowsAsync<EngineException>(
            () => engine.LoadPassingAsync(new KillingReader(layout, () => own.KillAsync()), manifest, Short, Stop));
        await own.RestartAsync();
        Assert.Equal("", await own.DockerAsync("image", "ls", "--all", "--quiet"));

        Assert.All([run, build, load], e =>
        {
            Assert.Equal(RemoteFault.TryAgain, e.Fault);
            Assert.Contains("the Engine went away", e.Message, StringComparison.Ordinal);
        });
        Assert.Equal(2, notices.Count);
    }

    public void Dispose() => _folder.Dispose();

    private static Task<EngineClient> ConnectAsync() =>
        EngineClient.ConnectAsync(new EngineAddresses(Environment.GetEnvironmentVariable).Find(), TimeProvider.System, _ => { }, Stop);

    private static ContainerSpec Busybox(PassingImage image, params ImmutableArray<string> arguments) =>
        new(image.Name) { Entrypoint = ["/usr/bin/busybox"], Command = arguments };

    private static async Task<PassingImage> LoadAsync(EngineClient engine, ScratchRepository repository, string architecture = "amd64")
    {
        OciLayout layout = OciLayout.Open(repository.Layout(SmallImage.Name));
        return await engine.LoadPassingAsync(layout, await ManifestAsync(layout, architecture), Short, Stop);
    }

    private static async Task<Descriptor> ManifestAsync(OciLayout layout, string architecture) =>
        (await ImageReader.ReadAsync(SmallImage.Name, layout, Stop)).Platforms.Single(platform => platform.Platform.Architecture == architecture).Manifest;

    private async Task<ScratchRepository> AssembleAsync()
    {
        ScratchRepository repository = await fixture.NewAsync();
        (await fixture.In(repository).RunAsync("Assemble", "--upstream-mirror", repository.Mirror.Path)).Require();
        return repository;
    }

    /// <summary>Does something before a layer is read for the first time.</summary>
    private sealed class KillingReader(OciLayout inner, Func<Task> act) : IContentReader
    {
        public string Name => inner.Name;

        public Task<Descriptor?> ResolveAsync(string tag, CancellationToken cancellationToken) => inner.ResolveAsync(tag, cancellationToken);

        public Task<ManifestContent?> ReadManifestAsync(Digest digest, CancellationToken cancellationToken) => inner.ReadManifestAsync(digest, cancellationToken);

        public async Task<Stream?> OpenBlobAsync(Descriptor descriptor, CancellationToken cancellationToken)
        {
            if (descriptor.MediaType == MediaType.LayerGzip)
                await act();
            return await inner.OpenBlobAsync(descriptor, cancellationToken);
        }

        public Task<ImmutableArray<Descriptor>> ReferrersAsync(Digest subject, string? artifactType, CancellationToken cancellationToken) =>
            inner.ReferrersAsync(subject, artifactType, cancellationToken);
    }
}
