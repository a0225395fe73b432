using Slipway.Testing;

namespace Slipway.Graph.Tests;

/// <summary>What a person typed wrong is told in words about what was typed, and is wrong use wherever it is read.</summary>
public sealed class WrongUseTests : IAsyncLifetime
{
    private ScratchRepository _repository = null!;

    public async ValueTask InitializeAsync() => _repository = await UpstreamImage.CreateAsync(("a", 10));

    public ValueTask DisposeAsync()
    {
        _repository.Dispose();
        return ValueTask.CompletedTask;
    }

    [Theory]
    [InlineData("unknown image 'nothing'; there are: tools", "Fetch", "--images", "nothing")]
    [InlineData("platform 'linux': wanted OS/ARCH, as in linux/amd64", "Fetch", "--platforms", "linux")]
    [InlineData("tools has no platform linux/arm64; it has: linux/amd64", "Fetch", "--platforms", "linux/arm64")]
    [InlineData("mirror ftp://example.org/: wanted https, http or a folder", "Fetch", "--upstream-mirror", "ftp://example.org")]
    [InlineData("mirror ftp://example.org/: wanted https, http or a folder", "Fetch", "--debian-mirror", "ftp://example.org")]
    [InlineData("'1 GB'", "Cache", "--prune-to-size", "1 GB")]
    [InlineData("reference 'quay.io/Test/tools:v1'", "Verify", "--public-key", "{key}", "--reference", "quay.io/Test/tools:v1")]
    [InlineData("wanted a tag or a digest", "Verify", "--public-key", "{key}", "--reference", "quay.io/test/tools")]
    [InlineData(
        "--registry-map 'quay.io': wanted HOST=URL",
        "Verify",
        "--public-key",
        "{key}",
        "--reference",
        "quay.io/test/tools:v1",
        "--registry-map",
        "quay.io"
    )]
    [InlineData(
        "--registry-map 'quay.io=http://example.org': plain http is allowed for this machine only",
        "Verify",
        "--public-key",
        "{key}",
        "--reference",
        "quay.io/test/tools:v1",
        "--registry-map",
        "quay.io=http://example.org"
    )]
    [InlineData(
        "--token-realm 'quay.io': wanted HOST=REALM-HOST",
        "Verify",
        "--public-key",
        "{key}",
        "--reference",
        "quay.io/test/tools:v1",
        "--token-realm",
        "quay.io"
    )]
    [InlineData(
        "--client-certificate 'FILE': wanted HOST=FILE",
        "Verify",
        "--public-key",
        "{key}",
        "--reference",
        "quay.io/test/tools:v1",
        "--client-certificate",
        "FILE"
    )]
    [InlineData(
        "--docker-host: wanted unix:///PATH, tcp://HOST:PORT or ssh://[USER@]HOST, got 'docker'",
        "Smoke",
        "--docker-host",
        "docker"
    )]
    [InlineData(
        "--docker-host: tcp://far.example.org:2375/: without TLS",
        "Load",
        "--docker-host",
        "linux/arm64=tcp://far.example.org:2375"
    )]
    [InlineData(
        "--docker-host: linux/arm64 wanted one Engine, got 2",
        "Smoke",
        "--docker-host",
        "linux/arm64=unix:///a",
        "linux/arm64=unix:///b"
    )]
    [InlineData(
        "--base docker.io/library/debian:trixie: wanted a digest, as docker.io/library/debian@sha256:",
        "BuildDockerfile",
        "--base",
        "docker.io/library/debian:trixie"
    )]
    [InlineData("platform 'arm64': wanted OS/ARCH", "Smoke", "--docker-host", "arm64=unix:///a")]
    public async Task A_value_of_the_command_line_that_is_wrong_is_64_and_named(string because, params string[] arguments)
    {
        string[] given = [.. arguments.Select(argument => argument.Replace("{key}", _repository.Key.Public, StringComparison.Ordinal))];
        ChildResult result = (await (_repository.Slipway with { Cache = _repository.Beside("cache") }).RunAsync(given)).Require(64);
        Assert.Contains(because, result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
    }
}
