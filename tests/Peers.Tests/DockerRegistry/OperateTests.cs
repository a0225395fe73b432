using System.Net.Http.Headers;
using System.Text.Json;
using Slipway.Testing;

namespace Slipway.Peers.Tests;

/// <summary>Looking after a release on two real registry servers: what goes wrong there is found, repaired and taken back.</summary>
[Collection(SmallImages.Name)]
public sealed class OperateTests(SmallFixture fixture)
{
    private const string Official = "slipway-tests/small";
    private const string Fallback = "slipwaytests/small";
    private const string Manifest = "application/vnd.oci.image.manifest.v1+json";

    [Fact]
    public async Task Drift_tells_apart_what_real_servers_lost()
    {
        await using Release release = await Release.PublishAsync(fixture);
        (await release.RunAsync("Drift", "--public-key", release.Repository.Key.Public)).Require();

        string amd64 = await release.Quay.DigestAsync(Official, "v1.2.3-amd64"),
            arm64 = await release.Quay.DigestAsync(Official, "v1.2.3-arm64");
        release.Quay.DeleteTag(Official, $"sha256-{amd64["sha256:".Length..]}.sig");
        await RetagAsync(release.Hub, Fallback, amd64, "build-v1.2.3");
        await release.Hub.DeleteAsync(Fallback, arm64);

        Assert.Equal(
            [
                ("signature-missing", "quay.io", null),
                ("child-missing", "docker.io", null),
                ("tag-missing", "docker.io", $"build-{release.Commit}-arm64"),
                ("tag-moved", "docker.io", "build-v1.2.3"),
                ("tag-missing", "docker.io", "v1.2.3-arm64"),
            ],
            await release.FindingsAsync(65)
        );
    }

    [Fact]
    public async Task A_registry_that_lost_everything_is_filled_again_and_drift_has_nothing_to_say()
    {
        await using Release release = await Release.PublishAsync(fixture);
        await release.ReplaceHubAsync();
        Assert.All(await release.FindingsAsync(65), finding => Assert.Equal(("tag-missing", "docker.io"), (finding.Kind, finding.Host)));
        string[] mirror =
        [
            "Mirror",
            "--reference",
            $"quay.io/{Official}:{SmallImage.Version}",
            "--to",
            $"docker.io/{Fallback}",
            "--public-key",
            release.Repository.Key.Public,
        ];
        (await release.RunAsync(mirror)).Require();
        (await release.RunAsync("Drift", "--public-key", release.Repository.Key.Public)).Require();

        await release.StopHubAsync();
        Assert.Equal([("registry-unreachable", "docker.io", null)], await release.FindingsAsync(75));
    }

    [Fact]
    public async Task Tags_that_a_server_deletes_for_nobody_are_left_to_people()
    {
        await using Release release = await Release.PublishAsync(fixture);
        string digest = await release.Quay.DigestAsync(Official, SmallImage.Version);
        string[] withdraw = ["Withdraw", "--images", SmallImage.Name, "--release", SmallImage.Version, "--reason", "a test", "--yes"];
        ChildResult result = (await release.RunAsync(withdraw)).Require(69);
        Assert.Contains("7 tags stand", result.Error, StringComparison.Ordinal);
        foreach ((DockerRegistry registry, string repository) in new[] { (release.Quay, Official), (release.Hub, Fallback) })
        {
            foreach (
                string tag in (await registry.TagsAsync(repository))
                    .Where(tag => !tag.StartsWith("sha256-", StringComparison.Ordinal))
                    .ToList()
            )
                registry.DeleteTag(repository, tag);
        }

        (await release.RunAsync(withdraw)).Require();
        (await release.RunAsync("Drift")).Require();
        // The content stays for those who have the digest.
        (
            await release.RunAsync("Verify", "--reference", $"docker.io/{Fallback}@{digest}", "--public-key", release.Repository.Key.Public)
        ).Require();
    }

    [Theory]
    [InlineData(DockerRegistry.Password, 0, "ok")]
    [InlineData("another password", 77, "failed")]
    public async Task The_doctor_tells_whether_a_server_lets_us_push(string password, int exitCode, string verdict)
    {
        using ScratchRepository repository = await fixture.NewAsync();
        await using DockerRegistry registry = await DockerRegistry.StartAsync(asks: true);
        SlipwayCommand slipway = fixture.In(repository) with
        {
            Variables = new Dictionary<string, string?> { ["QUAY_USERNAME"] = DockerRegistry.User, ["QUAY_PASSWORD"] = password },
        };
        ChildResult result = (
            await slipway.RunAsync("Doctor", "--registries", "quay", "--json", "--registry-map", $"quay.io=http://{registry.Host}")
        ).Require(exitCode);
        JsonElement[] lines = [.. JsonDocument.Parse(result.Output).RootElement.EnumerateArray()];
        Assert.Equal("ok", VerdictOf(lines, "reachable"));
        Assert.Equal("ok", VerdictOf(lines, "identity"));
        Assert.Equal(verdict, VerdictOf(lines, "push"));
        Assert.DoesNotContain(password, result.Output + result.Error, StringComparison.Ordinal);
        Assert.Empty(await registry.TagsAsync(Official));
    }

    private static string? VerdictOf(JsonElement[] lines, string check) =>
        lines.Single(line => line.GetProperty("check").GetString() == check).GetProperty("verdict").GetString();

    private static async Task RetagAsync(DockerRegistry registry, string repository, string digest, string tag)
    {
        using HttpRequestMessage get = new(HttpMethod.Get, new Uri($"{repository}/manifests/{digest}", UriKind.Relative))
        {
            Headers = { { "Accept", Manifest } },
        };
        using HttpResponseMessage there = await registry.Client.SendAsync(get);
        using ByteArrayContent content = new(await there.EnsureSuccessStatusCode().Content.ReadAsByteArrayAsync())
        {
            Headers = { ContentType = new MediaTypeHeaderValue(Manifest) },
        };
        using HttpResponseMessage answer = await registry.Client.PutAsync(
            new Uri($"{repository}/manifests/{tag}", UriKind.Relative),
            content
        );
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>The small image on two servers.</summary>
    private sealed class Release : IAsyncDisposable
    {
        private readonly SmallFixture _fixture;
        private bool _isHubStopped;

        private Release(SmallFixture fixture, ScratchRepository repository, DockerRegistry quay, DockerRegistry hub, string commit)
        {
            _fixture = fixture;
            Repository = repository;
            Quay = quay;
            Hub = hub;
            Commit = commit;
        }

        public ScratchRepository Repository { get; }

        public DockerRegistry Quay { get; }

        public DockerRegistry Hub { get; private set; }

        public string Commit { get; }

        public static async Task<Release> PublishAsync(SmallFixture fixture)
        {
            ScratchRepository repository = await fixture.NewAsync();
            Release release = new(
                fixture,
                repository,
                await DockerRegistry.StartAsync(),
                await DockerRegistry.StartAsync(),
                await repository.ShortCommitAsync()
            );
            (
                await release.RunAsync(
                    "Assemble",
                    "Sign",
                    "Publish",
                    "--upstream-mirror",
                    repository.Mirror.Path,
                    "--signing-key",
                    repository.Key.Private
                )
            ).Require();
            return release;
        }

        public Task StopHubAsync()
        {
            _isHubStopped = true;
            return Hub.DisposeAsync().AsTask();
        }

        public async Task ReplaceHubAsync()
        {
            await Hub.DisposeAsync();
            Hub = await DockerRegistry.StartAsync();
        }

        public Task<ChildResult> RunAsync(params string[] arguments) =>
            _fixture
                .In(Repository)
                .RunAsync([.. arguments, "--registry-map", $"quay.io=http://{Quay.Host}", $"docker.io=http://{Hub.Host}"]);

        public async Task<(string? Kind, string Host, string? Tag)[]> FindingsAsync(int exitCode)
        {
            ChildResult result = (await RunAsync("Drift", "--json")).Require(exitCode);
            return
            [
                .. JsonDocument
                    .Parse(result.Output)
                    .RootElement[0]
                    .GetProperty("findings")
                    .EnumerateArray()
                    .Select(finding =>
                        (
                            finding.GetProperty("kind").GetString(),
                            finding.GetProperty("repository").GetString()!.Split('/')[0],
                            finding.GetProperty("tag").GetString()
                        )
                    ),
            ];
        }

        public async ValueTask DisposeAsync()
        {
            await Quay.DisposeAsync();
            if (!_isHubStopped)
                await Hub.DisposeAsync();
            Repository.Dispose();
        }
    }
}
