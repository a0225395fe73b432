using Slipway.Testing;

namespace Slipway.Peers.Tests;

/// <summary>
/// The transaction against two real registry servers, one of them with a password; the other is killed in the middle of each
/// phase, and comes back with what it had.
/// </summary>
[Collection(SmallImages.Name)]
public sealed class RegistryRestartTests(SmallFixture fixture)
{
    private const string Quay = "slipway-tests/small", Hub = "slipwaytests/small";
    private const int TryAgain = 75;

    /// <summary>The beginning of the request at which it is killed.</summary>
    private static readonly (string Phase, string Request)[] Points =
    [
        ("blobs", $"PUT /v2/{Hub}/blobs/uploads/"),
        ("manifests", $"PUT /v2/{Hub}/manifests/sha256:"),
        ("signatures", $"PUT /v2/{Hub}/manifests/sha256-"),
        ("tags", $"PUT /v2/{Hub}/manifests/{SmallImage.Version}"),
    ];

    [Fact]
    public async Task While_one_is_away_nothing_is_tagged_before_the_tags_and_the_same_command_finishes_it_later()
    {
        using SignedSmallImage image = await SignedSmallImage.MakeAsync(fixture);
        await Task.WhenAll(Points.Select(async point =>
        {
            await using Stage stage = await Stage.OpenAsync();
            stage.KillAt(point.Request, andRestart: false);
            string artifacts = await image.CopyAsync();

            ChildResult failed = (await stage.PublishAsync(image, artifacts)).Require(TryAgain);

            Assert.Contains("un the same command again", failed.Error, StringComparison.Ordinal);
            Assert.Equal(point.Phase != "tags", failed.Error.Contains("Nothing was tagged", StringComparison.Ordinal));
            Assert.Empty(failed.Output);
            await stage.RestartAsync();
            await stage.RequireSoundAsync(image, point.Phase);
            if (point.Phase != "tags")
                Assert.Empty(await stage.ReleasesAsync());
            (await stage.PublishAsync(image, artifacts)).Require();
            await stage.RequireCompleteAsync(image, point.Phase);
        }));
    }

    [Fact]
    public async Task One_that_comes_back_at_once_is_waited_for()
    {
        using SignedSmallImage image = await SignedSmallImage.MakeAsync(fixture);
        await Task.WhenAll(Points.Select(async point =>
        {
            await using Stage stage = await Stage.OpenAsync();
            stage.KillAt(point.Request, andRestart: true);

            ChildResult published = (await stage.PublishAsync(image, await image.CopyAsync())).Require();

            Assert.Contains("trying again in ", published.Error, StringComparison.Ordinal);
            await stage.RequireCompleteAsync(image, point.Phase);
        }));
    }

    private sealed class Stage(DockerRegistry quay, DockerRegistry hub) : IAsyncDisposable
    {
        private readonly Relay _relay = new(hub.Host);

        public static async Task<Stage> OpenAsync() => new(await DockerRegistry.StartAsync(asks: true), await DockerRegistry.StartAsync());

        /// <summary>Kills the second registry, once, when a request comes that begins so; it does not get that one.</summary>
        public void KillAt(string request, bool andRestart)
        {
            int killed = 0;
            _relay.Before = async sent =>
            {
                if (!sent.StartsWith(request, StringComparison.Ordinal) || Interlocked.Exchange(ref killed, 1) == 1)
                    return;
                await hub.KillAsync();
                if (andRestart)
                    await hub.RestartAsync();
                throw new IOException("the registry was killed");
            };
        }

        public Task RestartAsync() => hub.RestartAsync();

        public Task<ChildResult> PublishAsync(SignedSmallImage image, string artifacts) => image.PublishAsync(
            artifacts,
            [$"quay.io=http://{quay.Host}", $"docker.io=http://{_relay.Host}"],
            new Dictionary<string, string?> { ["QUAY_USERNAME"] = DockerRegistry.User, ["QUAY_PASSWORD"] = DockerRegistry.Password });

        /// <summary>The release tags of both.</summary>
        public async Task<IReadOnlyList<string>> ReleasesAsync() =>
            [.. (await TagsAsync()).SelectMany(RegistryWitness.ReleasesOf).Select(tag => tag.Key)];

        public async Task RequireSoundAsync(SignedSmallImage image, string what)
        {
            foreach (RegistryWitness witness in Witnesses())
            {
                IReadOnlyList<string> flaws = await witness.FlawsAsync(image.PublicKey);
                Assert.True(flaws.Count == 0, $"{what}: {string.Join("; ", flaws)}");
            }
        }

        public async Task RequireCompleteAsync(SignedSmallImage image, string what)
        {
            await RequireSoundAsync(image, what);
            SortedDictionary<string, string>[] tags = await TagsAsync();
            Assert.Equal(7, RegistryWitness.ReleasesOf(tags[0]).Count());
            Assert.Equal(tags[0], tags[1]);
        }

        public async ValueTask DisposeAsync()
        {
            await _relay.DisposeAsync();
            await quay.DisposeAsync();
            await hub.DisposeAsync();
        }

        private Task<SortedDictionary<string, string>[]> TagsAsync() => Task.WhenAll(Witnesses().Select(witness => witness.TagsAsync()));

        private IEnumerable<RegistryWitness> Witnesses() => [new(quay.Client, Quay), new(hub.Client, Hub)];
    }
}
