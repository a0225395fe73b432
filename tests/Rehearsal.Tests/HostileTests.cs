using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Slipway.Oci;
using Slipway.Testing;

namespace Slipway.Rehearsal.Tests;

/// <summary>What is malformed, huge or at once is refused or waits; the registry answers the next request as if nothing had been.</summary>
public class HostileTests
{
    private static readonly byte[] Content = "0123456789"u8.ToArray();

    public static TheoryData<string> Bombs =>
        [
            new string('[', 100_000),
            string.Concat(Enumerable.Repeat("{\"a\":", 40)) + "1" + new string('}', 40),
            "{\"layers\":" + new string('[', 50) + new string(']', 50) + "}",
            "{\"manifests\":{}}",
            "{\"config\":7}",
            "{\"config\":{\"mediaType\":\"x/y\",\"digest\":\"sha256:0\",\"size\":1}}",
            "{\"config\":{\"mediaType\":\"x/y\",\"digest\":7,\"size\":1}}",
            "{\"layers\":[{\"mediaType\":\"x/y\",\"digest\":\"sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\",\"size\":-1}]}",
            "{\"layers\":[{\"mediaType\":\"x/y\",\"digest\":\"sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\",\"size\":99999999999999999999}]}",
            "{\"annotations\":{\"a\":1}}",
            "{\"annotations\":[\"a\"]}",
            "{\"subject\":{\"mediaType\":\"x/y\",\"digest\":\"../../x\",\"size\":1}}",
            "{\"artifactType\":[]}",
            "{} {}",
            "\ufeff{}",
            "{\"a\":\"\\ud800\"",
            "",
        ];

    [Theory, MemberData(nameof(Bombs))]
    public async Task A_manifest_that_is_none_is_MANIFEST_INVALID_and_leaves_no_trace(string body)
    {
        await using RegistryFixture fixture = await RegistryFixture.StartAsync();
        await (await fixture.SendAsync("PUT", "/v2/a/manifests/v1", Encoding.UTF8.GetBytes(body), MediaType.Manifest)).ShouldBeAsync(
            400,
            "MANIFEST_INVALID"
        );
        await (await fixture.SendAsync("GET", "/v2/a/tags/list")).ShouldBeAsync(404, "NAME_UNKNOWN");
    }

    [Theory]
    [InlineData("/v2/a/manifests/v1%0aX", 400)]
    [InlineData("/v2/a%00b/manifests/v1", 400)]
    [InlineData("/v2/%2e%2e/%2e%2e/etc/manifests/v1", 404)]
    [InlineData("/v2/a/blobs/sha256:..%2f..%2f..%2fetc%2fpasswd", 400)]
    [InlineData("/v2/a/_blobs/manifests/v1", 400)]
    [InlineData("/v2/a./manifests/v1", 400)]
    [InlineData("/v2/a___b/manifests/v1", 400)]
    [InlineData("/v2/a/b-/manifests/v1", 400)]
    [InlineData("/v2/%C3%A4/manifests/v1", 400)]
    [InlineData("/v2/manifests/v1", 404)]
    [InlineData("/v2/a/blobs/uploads/..%2f..%2fx", 404)]
    [InlineData("/", 404)]
    [InlineData("/v1/", 404)]
    public async Task A_name_that_breaks_the_grammar_is_an_error_of_the_client(string path, int status)
    {
        await using RegistryFixture fixture = await RegistryFixture.StartAsync();
        Assert.Equal(status, await RawStatusAsync(fixture, path));
        Assert.Equal(200, (int)(await fixture.SendAsync("GET", "/v2/")).StatusCode);
    }

    [Fact]
    public async Task A_name_of_255_characters_is_one_and_a_longer_one_is_not()
    {
        await using RegistryFixture fixture = await RegistryFixture.StartAsync();
        string name = string.Join('/', Enumerable.Repeat("abcdefg", 32))[..255];
        await fixture.PushBlobAsync(name, Content);
        await (await fixture.SendAsync("GET", $"/v2/{name}x/tags/list")).ShouldBeAsync(400, "NAME_INVALID");
        Assert.Equal(414, await RawStatusAsync(fixture, "/v2/" + new string('a', 20_000) + "/tags/list"));
    }

    [Fact]
    public async Task Chunks_sent_at_once_take_turns_and_only_one_fits()
    {
        await using RegistryFixture fixture = await RegistryFixture.StartAsync();
        string location = await fixture.BeginUploadAsync("a");
        HttpResponseMessage[] answers = await Task.WhenAll(
            Enumerable.Range(0, 20).Select(_ => fixture.SendAsync("PATCH", location, Content, null, ("Content-Range", "0-9")))
        );
        Assert.Equal(1, answers.Count(answer => (int)answer.StatusCode == 202));
        Assert.Equal(19, answers.Count(answer => (int)answer.StatusCode == 416));
        Assert.Equal(201, (int)(await fixture.SendAsync("PUT", $"{location}?digest={Digest.Of(Content)}")).StatusCode);
    }

    [Fact]
    public async Task Ends_sent_at_once_make_one_blob()
    {
        await using RegistryFixture fixture = await RegistryFixture.StartAsync();
        string location = await fixture.BeginUploadAsync("a");
        (await fixture.SendAsync("PATCH", location, Content)).Dispose();
        HttpResponseMessage[] answers = await Task.WhenAll(
            Enumerable.Range(0, 20).Select(_ => fixture.SendAsync("PUT", $"{location}?digest={Digest.Of(Content)}"))
        );
        Assert.Equal(1, answers.Count(answer => (int)answer.StatusCode == 201));
        Assert.Equal(19, answers.Count(answer => (int)answer.StatusCode == 404));
    }

    [Fact]
    public async Task Tags_moved_and_manifests_deleted_at_once_never_leave_a_tag_on_nothing()
    {
        await using RegistryFixture fixture = await RegistryFixture.StartAsync(options =>
            options with
            {
                Storage = RehearsalStorage.InMemory(),
            }
        );
        Descriptor config = await fixture.PushBlobAsync("a", "{}"u8.ToArray());
        await Task.WhenAll(
            Enumerable
                .Range(0, 40)
                .Select(async i =>
                {
                    byte[] manifest = new Manifest(config, []) { Annotations = Descriptor.NoAnnotations.Add("n", $"{i % 4}") }.ToBytes();
                    (await fixture.SendAsync("PUT", "/v2/a/manifests/v1", manifest, MediaType.Manifest)).Dispose();
                    (await fixture.SendAsync("DELETE", $"/v2/a/manifests/{Digest.Of(manifest)}")).Dispose();
                })
        );
        string list = await fixture.Client.GetStringAsync("/v2/a/tags/list", TestContext.Current.CancellationToken);
        using HttpResponseMessage tag = await fixture.SendAsync("GET", "/v2/a/manifests/v1");
        Assert.Equal(list.Contains("v1", StringComparison.Ordinal) ? 200 : 404, (int)tag.StatusCode);
    }

    [Fact]
    public async Task An_upload_that_nobody_goes_on_with_is_dropped_after_an_hour()
    {
        ManualTime time = new();
        await using RegistryFixture fixture = await RegistryFixture.StartAsync(options => options with { Time = time });
        string idle = await fixture.BeginUploadAsync("a"),
            busy = await fixture.BeginUploadAsync("a");
        time.Advance(TimeSpan.FromMinutes(50));
        (await fixture.SendAsync("PATCH", busy, Content)).Dispose();
        time.Advance(TimeSpan.FromMinutes(11));
        await fixture.BeginUploadAsync("a");
        Assert.Equal(404, (int)(await fixture.SendAsync("GET", idle)).StatusCode);
        Assert.Equal(204, (int)(await fixture.SendAsync("GET", busy)).StatusCode);
    }

    [Fact]
    public async Task Nobody_gets_more_tags_into_one_push_than_a_hundred()
    {
        await using RegistryFixture fixture = await RegistryFixture.StartAsync();
        byte[] manifest = new Manifest(await fixture.PushBlobAsync("a", Content), []).ToBytes();
        string tags = string.Join('&', Enumerable.Range(0, 101).Select(i => $"tag=v{i}"));
        await (await fixture.SendAsync("PUT", $"/v2/a/manifests/{Digest.Of(manifest)}?{tags}", manifest, MediaType.Manifest)).ShouldBeAsync(
            414,
            "SIZE_INVALID"
        );
        await (await fixture.SendAsync("PUT", $"/v2/a/manifests/{Digest.Of(manifest)}?tag=-", manifest, MediaType.Manifest)).ShouldBeAsync(
            400,
            "MANIFEST_INVALID"
        );
        Assert.Equal(
            """{"name":"a","tags":[]}""",
            await fixture.Client.GetStringAsync("/v2/a/tags/list", TestContext.Current.CancellationToken)
        );
    }

    [Fact]
    public async Task A_log_line_is_one_line_whatever_was_asked()
    {
        List<string> lines = [];
        await using (
            RegistryFixture fixture = await RegistryFixture.StartAsync(options =>
                options with
                {
                    Responded = request => lines.Add(request.ToString()),
                }
            )
        )
            await RawStatusAsync(fixture, "/v2/a%0d%0aPUT%20/x%1b[31m/tags/list");
        Assert.Equal("GET /v2/a%0D%0APUT%20/x%1B%5B31m/tags/list 404", Assert.Single(lines));
    }

    /// <summary>As it stands: a client of .NET would put the path in order first.</summary>
    private static async Task<int> RawStatusAsync(RegistryFixture fixture, string path)
    {
        using TcpClient socket = new();
        await socket.ConnectAsync("127.0.0.1", fixture.Registry.Address.Port, TestContext.Current.CancellationToken);
        NetworkStream wire = socket.GetStream();
        await wire.WriteAsync(
            Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"),
            TestContext.Current.CancellationToken
        );
        using StreamReader reader = new(wire);
        string? line = await reader.ReadLineAsync(TestContext.Current.CancellationToken);
        return int.Parse(line!.Split(' ')[1], CultureInfo.InvariantCulture);
    }
}
