using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using Slipway.Oci;
using Slipway.Testing;

namespace Slipway.Graph.Tests;

/// <summary>The target ServeRegistry as people start it: a process that is a registry until it is told to end.</summary>
public sealed class ServeRegistryTests : IAsyncLifetime
{
    private const string Password = "p1anted-s3cret";

    private ScratchRepository _repository = null!;

    private SlipwayCommand Slipway => _repository.Slipway with { Cache = _repository.Beside("cache") };

    public async ValueTask InitializeAsync() => _repository = await ScratchRepository.CreateAsync();

    public ValueTask DisposeAsync()
    {
        _repository.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task It_prints_its_address_takes_and_gives_content_and_ends_cleanly()
    {
        await using RunningChild running = await Slipway.StartAsync("ServeRegistry", "--verbosity", "Verbose");
        using HttpClient client = new() { BaseAddress = new Uri(running.FirstLine) };
        Assert.Equal("127.0.0.1", client.BaseAddress.Host);
        Assert.Equal(HttpStatusCode.Created, await PushAsync(client));
        Assert.Equal(
            "content",
            await client.GetStringAsync($"v2/a/b/blobs/{Digest.Of("content"u8)}", TestContext.Current.CancellationToken)
        );

        ChildResult ended = (await running.TerminateAsync()).Require();

        Assert.Contains("POST /v2/a/b/blobs/uploads/ 201\n", ended.Error, StringComparison.Ordinal);
        Assert.Equal([running.FirstLine], ended.Lines);
    }

    [Fact]
    public async Task A_folder_keeps_content_from_one_run_to_the_next_and_requests_are_not_logged_unasked()
    {
        string folder = _repository.Beside("registry");
        await using (RunningChild first = await Slipway.StartAsync("ServeRegistry", "--storage", folder))
        {
            using HttpClient client = new() { BaseAddress = new Uri(first.FirstLine) };
            await PushAsync(client);
            Assert.DoesNotContain("POST", (await first.TerminateAsync()).Require().Error, StringComparison.Ordinal);
        }

        await using RunningChild second = await Slipway.StartAsync("ServeRegistry", "--storage", folder);
        using HttpClient again = new() { BaseAddress = new Uri(second.FirstLine) };
        Assert.Equal(
            "content",
            await again.GetStringAsync($"v2/a/b/blobs/{Digest.Of("content"u8)}", TestContext.Current.CancellationToken)
        );
    }

    [Fact]
    public async Task With_basic_the_user_of_the_environment_alone_may_push_and_the_password_is_told_nowhere()
    {
        SlipwayCommand slipway = Slipway with
        {
            Variables = new Dictionary<string, string?> { ["SLIPWAY_REGISTRY_USER"] = "robot", ["SLIPWAY_REGISTRY_PASSWORD"] = Password },
        };
        await using RunningChild running = await slipway.StartAsync("ServeRegistry", "--auth", "basic", "--verbosity", "Verbose");
        using HttpClient client = new() { BaseAddress = new Uri(running.FirstLine) };
        Assert.Equal(HttpStatusCode.Unauthorized, await PushAsync(client));
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Basic",
            Convert.ToBase64String(Encoding.UTF8.GetBytes("robot:" + Password))
        );
        Assert.Equal(HttpStatusCode.Created, await PushAsync(client));
        ChildResult ended = (await running.TerminateAsync()).Require();
        Assert.DoesNotContain(Password, ended.Error + ended.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(client.DefaultRequestHeaders.Authorization.Parameter!, ended.Error + ended.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("SLIPWAY_REGISTRY_USER is not set", null)]
    [InlineData("SLIPWAY_REGISTRY_PASSWORD is not set", "robot")]
    public async Task Without_user_or_password_it_is_78_and_the_variable_named(string because, string? user)
    {
        SlipwayCommand slipway = Slipway with { Variables = new Dictionary<string, string?> { ["SLIPWAY_REGISTRY_USER"] = user } };
        ChildResult result = (await slipway.RunAsync("ServeRegistry", "--auth", "token")).Require(78);
        Assert.Contains(because, result.Error, StringComparison.Ordinal);
        Assert.Empty(result.Output);
    }

    [Theory]
    [InlineData("--auth digest: wanted none, basic or token", "--auth", "digest")]
    [InlineData("--port 65536: wanted 1 to 65535", "--port", "65536")]
    [InlineData("--port -1: wanted 1 to 65535", "--port=-1")]
    public async Task What_cannot_be_is_64(string because, params string[] arguments)
    {
        ChildResult result = (await Slipway.RunAsync(["ServeRegistry", .. arguments])).Require(64);
        Assert.Contains(because, result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_that_is_taken_is_69()
    {
        using TcpListener taken = new(IPAddress.Loopback, 0);
        taken.Start();
        int port = ((IPEndPoint)taken.LocalEndpoint).Port;
        ChildResult result = (await Slipway.RunAsync("ServeRegistry", "--port", $"{port}")).Require(69);
        Assert.Contains($"127.0.0.1:{port}: address already in use", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
    }

    private static async Task<HttpStatusCode> PushAsync(HttpClient client)
    {
        using ByteArrayContent content = new("content"u8.ToArray());
        using HttpResponseMessage answer = await client.PostAsync(
            $"v2/a/b/blobs/uploads/?digest={Digest.Of("content"u8)}",
            content,
            TestContext.Current.CancellationToken
        );
        return answer.StatusCode;
    }
}
