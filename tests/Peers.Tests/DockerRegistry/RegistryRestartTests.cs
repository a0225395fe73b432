using Slipway.StandIns;
using Slipway.Testing;

namespace Slipway.Peers.Tests;

/// <summary>
/// The transaction against two real registry servers, one of them with a password, over TLS by an authority of the test's own;
/// one is killed in the middle of each phase, and comes back with what it had.
/// </summary>
[Collection(SmallImages.Name)]
public sealed class RegistryRestartTests(SmallFixture fixture)
{
    private const string Quay = "slipway-tests/small",
        Hub = "slipwaytests/small";
    private const int Unavailable = 69,
        TryAgain = 75;

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
        await Task.WhenAll(
            Points.Select(async point =>
            {
                await using RestartFixture registries = await RestartFixture.OpenAsync();
                registries.KillAt(point.Request, andRestart: false);
                string artifacts = await image.CopyAsync();

                ChildResult failed = (await registries.PublishAsync(image, artifacts)).Require(TryAgain);

                Assert.Contains("un the same command again", failed.Error, StringComparison.Ordinal);
                Assert.Equal(point.Phase != "tags", failed.Error.Contains("Nothing was tagged", StringComparison.Ordinal));
                Assert.Empty(failed.Output);
                await registries.RestartAsync();
                await registries.RequireSoundAsync(image, point.Phase);
                if (point.Phase != "tags")
                    Assert.Empty(await registries.ReleasesAsync());
                (await registries.PublishAsync(image, artifacts)).Require();
                await registries.RequireCompleteAsync(image, point.Phase);
            })
        );
    }

    [Fact]
    public async Task One_that_comes_back_at_once_is_waited_for()
    {
        using SignedSmallImage image = await SignedSmallImage.MakeAsync(fixture);
        await Task.WhenAll(
            Points.Select(async point =>
            {
                await using RestartFixture registries = await RestartFixture.OpenAsync();
                registries.KillAt(point.Request, andRestart: true);

                ChildResult published = (await registries.PublishAsync(image, await image.CopyAsync())).Require();

                Assert.Contains("trying again in ", published.Error, StringComparison.Ordinal);
                await registries.RequireCompleteAsync(image, point.Phase);
            })
        );
    }

    /// <summary>Killed when the other is asked something: which of its own requests that meets is chance, but the phase is not.</summary>
    [Fact]
    public async Task The_one_with_TLS_can_be_away_or_come_back_at_once_too()
    {
        using SignedSmallImage image = await SignedSmallImage.MakeAsync(fixture);
        // Its tags may be complete when the other gets its first.
        await Task.WhenAll(
            Points
                .Where(point => point.Phase != "tags")
                .Select(async point =>
                {
                    await using RestartFixture away = await RestartFixture.OpenAsync(),
                        back = await RestartFixture.OpenAsync();
                    away.KillQuayAt(point.Request, andRestart: false);
                    back.KillQuayAt(point.Request, andRestart: true);
                    string artifacts = await image.CopyAsync();

                    ChildResult failed = (await away.PublishAsync(image, artifacts)).Require(TryAgain);
                    (await back.PublishAsync(image, await image.CopyAsync())).Require();

                    Assert.Contains("Nothing was tagged", failed.Error, StringComparison.Ordinal);
                    await away.RestartAsync();
                    Assert.Empty(await away.ReleasesAsync());
                    (await away.PublishAsync(image, artifacts)).Require();
                    await away.RequireCompleteAsync(image, point.Phase);
                    await back.RequireCompleteAsync(image, point.Phase);
                })
        );
    }

    [Fact]
    public async Task An_authority_that_nobody_named_is_69_with_the_parameter_to_give_and_neither_gets_anything()
    {
        using SignedSmallImage image = await SignedSmallImage.MakeAsync(fixture);
        await using RestartFixture registries = await RestartFixture.OpenAsync();

        ChildResult refused = (await registries.PublishAsync(image, await image.CopyAsync(), namesAuthority: false)).Require(Unavailable);

        Assert.Contains("--registry-ca HOST=FILE", refused.Error, StringComparison.Ordinal);
        Assert.Empty(refused.Output);
        Assert.Equal((0, 0), registries.Stored);
        (await registries.PublishAsync(image, await image.CopyAsync())).Require();
        await registries.RequireCompleteAsync(image, "trusted");
    }

    private sealed class RestartFixture : IAsyncDisposable
    {
        private readonly ScratchFolder _folder = new();
        private readonly TestAuthority _authority;
        private readonly DockerRegistry _quay,
            _hub;
        private readonly Relay _relay;
        private DockerRegistry? _killed;

        private RestartFixture(TestAuthority authority, DockerRegistry quay, DockerRegistry hub)
        {
            (_authority, _quay, _hub) = (authority, quay, hub);
            _relay = new Relay(hub.Host);
            _folder.Write("authority.pem", authority.Certificate.ExportCertificatePem());
        }

        /// <summary>How many requests to keep something each was asked.</summary>
        public (int Quay, int Hub) Stored => (_quay.Writes, _hub.Writes);

        public static async Task<RestartFixture> OpenAsync()
        {
            TestAuthority authority = new();
            return new(
                authority,
                await DockerRegistry.StartAsync(new RegistryAccess { Asks = true, Authority = authority }),
                await DockerRegistry.StartAsync()
            );
        }

        /// <summary>Kills the second registry, once, when a request comes that begins so; it does not get that one.</summary>
        public void KillAt(string request, bool andRestart) => When(request, async () =>
            {
                await KillAsync(_hub, andRestart);
                throw new IOException("the registry was killed");
            });

        /// <summary>Kills the first registry, once, when the second is about to get a request that begins so.</summary>
        public void KillQuayAt(string request, bool andRestart) => When(request, () => KillAsync(_quay, andRestart));

        public Task RestartAsync() => _killed!.RestartAsync();

        public Task<ChildResult> PublishAsync(SignedSmallImage image, string artifacts, bool namesAuthority = true)
        {
            string[] authority = namesAuthority ? ["--registry-ca", $"quay.io={_folder.At("authority.pem")}"] : [];
            return image.PublishAsync(
                artifacts,
                [.. authority, "--registry-map", $"quay.io=https://{_quay.Host}", $"docker.io=http://{_relay.Host}"],
                new Dictionary<string, string?> { ["QUAY_USERNAME"] = DockerRegistry.User, ["QUAY_PASSWORD"] = DockerRegistry.Password }
            );
        }

        /// <summary>The release tags of both.</summary>
        public async Task<IReadOnlyList<string>> ReleasesAsync() =>
            [.. (await TagsAsync()).SelectMany(RepositoryCheck.ReleasesOf).Select(tag => tag.Key)];

        public async Task RequireSoundAsync(SignedSmallImage image, string what)
        {
            foreach (RepositoryCheck check in Checks())
            {
                IReadOnlyList<string> flaws = await check.FlawsAsync(image.PublicKey);
                Assert.True(flaws.Count == 0, $"{what}: {string.Join("; ", flaws)}");
            }
        }

        public async Task RequireCompleteAsync(SignedSmallImage image, string what)
        {
            await RequireSoundAsync(image, what);
            SortedDictionary<string, string>[] tags = await TagsAsync();
            Assert.Equal(7, RepositoryCheck.ReleasesOf(tags[0]).Count());
            Assert.Equal(tags[0], tags[1]);
        }

        public async ValueTask DisposeAsync()
        {
            await _relay.DisposeAsync();
            await _quay.DisposeAsync();
            await _hub.DisposeAsync();
            _authority.Dispose();
            _folder.Dispose();
        }

        private void When(string request, Func<Task> happens)
        {
            int happened = 0;
            _relay.Before = async sent =>
            {
                if (sent.StartsWith(request, StringComparison.Ordinal) && Interlocked.Exchange(ref happened, 1) == 0)
                    await happens();
            };
        }

        private async Task KillAsync(DockerRegistry registry, bool andRestart)
        {
            _killed = registry;
            await registry.KillAsync();
            if (andRestart)
                await registry.RestartAsync();
        }

        private Task<SortedDictionary<string, string>[]> TagsAsync() => Task.WhenAll(Checks().Select(check => check.TagsAsync()));

        private IEnumerable<RepositoryCheck> Checks() => [new(_quay.Client, Quay), new(_hub.Client, Hub)];
    }
}
