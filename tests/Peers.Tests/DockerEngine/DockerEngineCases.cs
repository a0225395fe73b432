using System.Collections.Immutable;
using Slipway.Engine;
using Slipway.Http;
using Slipway.Oci;
using Slipway.Testing;

namespace Slipway.Peers.Tests;

/// <summary>What holds of every Docker Engine besides: it is killed, and when it is back it takes away what was ours.</summary>
public abstract class DockerEngineCases(SmallFixture fixture) : EngineCases(fixture)
{
    /// <summary>What an Engine of the same kind is made of.</summary>
    protected abstract EngineRecipe Recipe { get; }

    [Fact]
    public async Task An_engine_that_is_killed_is_told_as_such_and_when_it_is_back_nothing_of_ours_is_there()
    {
        using ScratchRepository repository = await AssembleAsync();
        await using OwnEngine own = await OwnEngine.StartAsync(Recipe);
        List<string> notices = [];
        using EngineClient engine = await own.ConnectAsync(notices);
        TemporaryImage image = await LoadAsync(engine, repository);

        // During a run.
        EngineException run = await Assert.ThrowsAsync<EngineException>(() =>
            engine.RunAsync(Busybox(image, "sh", "-c", "echo up; sleep 30"), (_, _) => own.KillAsync().Wait(), Stop)
        );
        await own.RestartAsync();
        Assert.Equal("", await own.ContainersLeftAsync());

        // During a build.
        EngineException build = await Assert.ThrowsAsync<EngineException>(() =>
            engine.BuildAsync(
                new BuildRequest
                {
                    Context =
                    [
                        LayerEntry.File(
                            "Dockerfile",
                            System.Text.Encoding.UTF8.GetBytes(
                                $"FROM {image.Name}\nRUN [\"/usr/bin/busybox\", \"sh\", \"-c\", \"echo up; sleep 10\"]\n"
                            ),
                            "test"
                        ),
                    ],
                    Platform = Platform.LinuxAmd64,
                },
                line =>
                {
                    if (line.EndsWith(" up", StringComparison.Ordinal))
                        own.KillAsync().Wait();
                },
                Stop
            )
        );
        await own.RestartAsync();
        Assert.Equal("", await own.ContainersLeftAsync());
        Assert.Equal($"{image.Name}\n", await own.DockerAsync("image", "ls", "--all", "--format", "{{.Repository}}:{{.Tag}}"));
        await image.DisposeAsync();

        // During a load.
        OciLayout layout = OciLayout.Open(repository.Layout(SmallImage.Name));
        Descriptor manifest = await ManifestAsync(layout, "amd64");
        EngineException load = await Assert.ThrowsAsync<EngineException>(() =>
            engine.LoadPassingAsync(new KillingReader(layout, () => own.KillAsync()), manifest, FiveMinutes, Stop)
        );
        await own.RestartAsync();
        Assert.Equal("", await own.DockerAsync("image", "ls", "--all", "--quiet"));

        // While an image is given away.
        await using TemporaryImage given = await LoadAsync(engine, repository);
        await using KillingStream archive = new(() => own.KillAsync().Wait());
        EngineException export = await Assert.ThrowsAsync<EngineException>(() => engine.ExportAsync(given.Name, archive, Stop));
        await own.RestartAsync();
        Assert.Equal("", await own.ContainersLeftAsync());

        Assert.All([run, build, load, export], e =>
        {
            Assert.Equal(RemoteFault.TryAgain, e.Fault);
            Assert.Contains("the connection to the Engine broke", e.Message, StringComparison.Ordinal);
        });
        Assert.Equal(2, notices.Count);
    }

    /// <summary>Does something before a layer is read for the first time.</summary>
    private sealed class KillingReader(OciLayout inner, Func<Task> act) : IContentReader
    {
        public string Name => inner.Name;

        public Task<Descriptor?> ResolveAsync(string tag, CancellationToken cancellationToken) =>
            inner.ResolveAsync(tag, cancellationToken);

        public Task<ManifestContent?> ReadManifestAsync(Digest digest, CancellationToken cancellationToken) =>
            inner.ReadManifestAsync(digest, cancellationToken);

        public async Task<Stream?> OpenBlobAsync(Descriptor descriptor, CancellationToken cancellationToken)
        {
            if (descriptor.MediaType == MediaType.LayerGzip)
                await act();
            return await inner.OpenBlobAsync(descriptor, cancellationToken);
        }

        public Task<ImmutableArray<Descriptor>> ReferrersAsync(Digest subject, string? artifactType, CancellationToken cancellationToken) =>
            inner.ReferrersAsync(subject, artifactType, cancellationToken);
    }

    /// <summary>Does something as soon as it is written to.</summary>
    private sealed class KillingStream(Action act) : MemoryStream
    {
        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (Length == 0)
                act();
            await base.WriteAsync(buffer, cancellationToken);
        }
    }
}
