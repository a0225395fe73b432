using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Slipway.Oci;
using Slipway.StandIns;
using Slipway.Testing;

namespace Slipway.Rehearsal.Tests;

/// <summary>Each fault does to its request what it says, and nothing to the next one.</summary>
public class FaultTests
{
    private static readonly byte[] Content = "0123456789"u8.ToArray();
    private static readonly Digest Wanted = Digest.Of(Content);
    private static readonly string Blob = $"/v2/a/blobs/{Wanted}";

    /// <summary>A registry that holds the blob, and a fault for every request but those of the preparation.</summary>
    private static async Task<RegistryFixture> StartAsync(Fault fault, Func<RehearsalOptions, RehearsalOptions>? with = null)
    {
        long prepared = long.MaxValue;
        RegistryFixture fixture = await RegistryFixture.StartAsync(options =>
            (with?.Invoke(options) ?? options).WithFaults(request => request.Number > Interlocked.Read(ref prepared) ? fault : null)
        );
        await fixture.PushBlobAsync("a", Content);
        Interlocked.Exchange(ref prepared, 1);
        return fixture;
    }

    /// <summary>What comes over the wire in answer to a GET, and how it ends.</summary>
    private static async Task<string> RawAsync(RegistryFixture fixture, string path)
    {
        using TcpClient socket = new();
        await socket.ConnectAsync("127.0.0.1", fixture.Registry.Address.Port, TestContext.Current.CancellationToken);
        NetworkStream wire = socket.GetStream();
        await wire.WriteAsync(Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n"), TestContext.Current.CancellationToken);
        StringBuilder seen = new();
        byte[] buffer = new byte[1024];
        try
        {
            int count;
            while ((count = await wire.ReadAsync(buffer, TestContext.Current.CancellationToken)) > 0)
                seen.Append(Encoding.ASCII.GetString(buffer, 0, count));
            return seen + "<end>";
        }
        catch (IOException)
        {
            return seen + "<reset>";
        }
    }

    [Fact]
    public async Task A_reset_sends_nothing()
    {
        await using RegistryFixture fixture = await StartAsync(Fault.Reset);
        Assert.Equal("<reset>", await RawAsync(fixture, Blob));
    }

    [Fact]
    public async Task A_lost_answer_sends_nothing()
    {
        await using RegistryFixture fixture = await StartAsync(Fault.LostAnswer);
        Assert.Equal("<reset>", await RawAsync(fixture, Blob));
    }

    [Fact]
    public async Task A_reset_in_the_header_sends_the_begin_of_one()
    {
        await using RegistryFixture fixture = await StartAsync(Fault.ResetInHeader);
        string seen = await RawAsync(fixture, Blob);
        Assert.StartsWith("HTTP/1.1 200 ", seen, StringComparison.Ordinal);
        Assert.DoesNotContain("\r\n\r\n", seen, StringComparison.Ordinal);
        Assert.EndsWith("<reset>", seen, StringComparison.Ordinal);
        Assert.Equal(0, fixture.Registry.Log.All[^1].Status);
    }

    [Fact]
    public async Task A_truncated_answer_promises_more_than_it_gives()
    {
        await using RegistryFixture fixture = await StartAsync(Fault.TruncatedHalfway);
        string seen = await RawAsync(fixture, Blob);
        Assert.Contains("Content-Length: 10\r\n", seen, StringComparison.Ordinal);
        Assert.EndsWith("\r\n\r\n01234<end>", seen, StringComparison.Ordinal);
        await using RegistryFixture other = await StartAsync(Fault.Truncated(7));
        Assert.EndsWith("\r\n\r\n0123456<end>", await RawAsync(other, Blob), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_error_can_be_truncated_too()
    {
        await using RegistryFixture fixture = await StartAsync(Fault.Truncated(5));
        string seen = await RawAsync(fixture, "/v2/a/manifests/v1");
        Assert.StartsWith("HTTP/1.1 404 ", seen, StringComparison.Ordinal);
        Assert.EndsWith("\r\n\r\n{\"err<end>", seen, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_truncated_answer_without_body_is_lost()
    {
        await using RegistryFixture fixture = await StartAsync(Fault.TruncatedHalfway);
        await Assert.ThrowsAsync<HttpRequestException>(() => fixture.SendAsync("POST", "/v2/a/blobs/uploads/"));
        Assert.Equal(1, fixture.Registry.OpenUploads);
    }

    [Theory]
    [InlineData(429, "TOOMANYREQUESTS")]
    [InlineData(500, "UNKNOWN")]
    [InlineData(502, "UNKNOWN")]
    [InlineData(503, "UNAVAILABLE")]
    public async Task An_answer_is_that_status_with_an_error_document(int status, string code)
    {
        await using RegistryFixture fixture = await StartAsync(Fault.Answer(status));
        using HttpResponseMessage answer = await fixture.SendAsync("GET", Blob);
        await answer.ShouldBeAsync(status, code);
        Assert.Equal("", answer.Header("Retry-After"));
    }

    [Fact]
    public async Task Retry_after_can_be_a_date_by_the_registrys_clock()
    {
        ManualTime time = new();
        await using RegistryFixture fixture = await StartAsync(Fault.AnswerUntil(429, TimeSpan.FromSeconds(90)), options =>
            options with
            {
                Time = time,
            }
        );
        using HttpResponseMessage answer = await fixture.SendAsync("GET", Blob);
        Assert.Equal("Thu, 01 Jan 2026 00:01:30 GMT", answer.Header("Retry-After"));
    }

    [Fact]
    public async Task A_mount_that_is_ignored_begins_an_upload()
    {
        await using RegistryFixture fixture = await StartAsync(Fault.MountIgnored);
        using HttpResponseMessage answer = await fixture.SendAsync("POST", $"/v2/b/blobs/uploads/?mount={Wanted}&from=a");
        Assert.Equal(202, (int)answer.StatusCode);
        Assert.Contains("/v2/b/blobs/uploads/", answer.Header("Location"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refused_chunk_is_416_with_the_true_offset()
    {
        await using RegistryFixture fixture = await RegistryFixture.StartAsync(options => options.WithFaults(Fault.ChunkRefused.At(3)));
        string location = await fixture.BeginUploadAsync("a");
        (await fixture.SendAsync("PATCH", location, Content[..4], null, ("Content-Range", "0-3"))).Dispose();
        using HttpResponseMessage refused = await fixture.SendAsync("PATCH", location, Content[4..], null, ("Content-Range", "4-9"));
        Assert.Equal((416, "0-3", location), ((int)refused.StatusCode, refused.Header("Range"), refused.Header("Location")));
        Assert.Equal(202, (int)(await fixture.SendAsync("PATCH", location, Content[4..], null, ("Content-Range", "4-9"))).StatusCode);
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("HEAD")]
    public async Task A_wrong_digest_is_in_the_header_alone(string method)
    {
        await using RegistryFixture fixture = await StartAsync(Fault.WrongDigest);
        using HttpResponseMessage answer = await fixture.SendAsync(method, Blob);
        Assert.NotEqual(Wanted, Digest.Parse(answer.Header("Docker-Content-Digest")));
        Assert.Equal(method == "GET" ? Content : [], await answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task What_is_created_in_name_is_not_there()
    {
        await using RegistryFixture fixture = await RegistryFixture.StartAsync(options =>
            options.WithFaults(request => request.Method is "PUT" or "POST" ? Fault.CreatedInName : null)
        );
        await fixture.PushBlobAsync("a", Content);
        byte[] manifest = new Manifest(Descriptor.Of(MediaType.Config, Content), []).ToBytes();
        using HttpResponseMessage put = await fixture.SendAsync("PUT", "/v2/a/manifests/v1", manifest, MediaType.Manifest);
        Assert.Equal((201, Digest.Of(manifest).ToString()), ((int)put.StatusCode, put.Header("Docker-Content-Digest")));
        string location = await fixture.BeginUploadAsync("a");
        using HttpResponseMessage end = await fixture.SendAsync("PUT", $"{location}?digest={Wanted}", Content);
        Assert.Equal((201, Blob), ((int)end.StatusCode, end.Header("Location")));
        foreach (string path in new[] { Blob, "/v2/a/manifests/v1", put.Header("Location") })
            Assert.Equal(404, (int)(await fixture.SendAsync("GET", path)).StatusCode);
    }

    [Fact]
    public async Task A_slow_answer_is_whole()
    {
        await using RegistryFixture fixture = await StartAsync(Fault.Slow(3, TimeSpan.FromMilliseconds(1)));
        Assert.Equal(Content, await fixture.Client.GetByteArrayAsync(Blob, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Faults_compose_from_the_wire_inwards()
    {
        await using RegistryFixture fixture = await StartAsync(Fault.Truncated(5).And(Fault.Slow(2, TimeSpan.FromMilliseconds(1))));
        Assert.EndsWith("\r\n\r\n01234<end>", await RawAsync(fixture, Blob), StringComparison.Ordinal);
        await using RegistryFixture other = await StartAsync(Fault.Truncated(5).And(Fault.Answer(503)));
        Assert.StartsWith("HTTP/1.1 503 ", await RawAsync(other, Blob), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_revoked_token_is_worth_nothing_from_then_on()
    {
        await using RegistryFixture fixture = await RegistryFixture.StartAsync(options =>
            (options with { Authentication = RehearsalAuthentication.Token, User = "robot", Password = "s3cret" }).WithFaults(
                Fault.TokenRevoked.At(3)
            )
        );
        (string, string) token = (
            "Authorization",
            "Bearer " + await AuthMiddlewareTests.TokenAsync(fixture, "repository:a:pull,push", asUser: true)
        );
        using HttpResponseMessage begun = await fixture.SendAsync("POST", "/v2/a/blobs/uploads/", headers: token);
        string location = begun.Headers.Location!.ToString();
        using HttpResponseMessage refused = await fixture.SendAsync("PATCH", location, Content, null, token);
        await refused.ShouldBeAsync(401, "UNAUTHORIZED");
        Assert.Contains("scope=\"repository:a:pull,push\"", refused.Header("WWW-Authenticate"), StringComparison.Ordinal);
        Assert.Equal(401, (int)(await fixture.SendAsync("PATCH", location, Content, null, token)).StatusCode);
        (string, string) fresh = (
            "Authorization",
            "Bearer " + await AuthMiddlewareTests.TokenAsync(fixture, "repository:a:pull,push", asUser: true)
        );
        Assert.Equal(202, (int)(await fixture.SendAsync("PATCH", location, Content, null, fresh)).StatusCode);
    }

    [Fact]
    public async Task Every_kind_has_a_name_of_its_own_and_leaves_the_registry_alive()
    {
        FaultKind[] kinds = [.. Fault.Kinds, .. Oddities.All, .. Oddities.Pages, .. Oddities.Lapses];
        Assert.Equal(kinds.Length, kinds.Select(kind => kind.Name).Distinct().Count());
        foreach (FaultKind kind in kinds)
        {
            bool faulty = true;
            await using RegistryFixture fixture = await RegistryFixture.StartAsync(options =>
                options.WithFaults(_ => Volatile.Read(ref faulty) ? kind.Fault : null)
            );
            foreach (
                (string method, string path) in new[]
                {
                    ("GET", "/v2/"),
                    ("HEAD", Blob),
                    ("POST", "/v2/a/blobs/uploads/"),
                    ("PUT", $"/v2/a/blobs/uploads/x?digest={Wanted}"),
                    ("GET", "/nowhere"),
                }
            )
            {
                await OutcomeAsync(fixture, method, path);
            }

            Volatile.Write(ref faulty, false);
            Assert.Equal("200", await OutcomeAsync(fixture, "GET", "/v2/"));
        }
    }

    [Fact]
    public void A_kind_knows_the_requests_that_it_applies_to()
    {
        RehearsalRequest mount = new(1, "POST", "/v2/a/blobs/uploads/", false) { Query = "?mount=x&from=b" };
        RehearsalRequest get = new(2, "GET", "/v2/a/manifests/v1", false);
        Assert.True(Fault.MountIgnored.AppliesTo(mount));
        Assert.False(Fault.MountIgnored.AppliesTo(get));
        Assert.False(Fault.ChunkRefused.AppliesTo(mount));
        Assert.True(Fault.Truncated(1).And(Fault.MountIgnored).AppliesTo(get));
        Assert.False(Fault.CreatedInName.AppliesTo(get));
    }

    private static async Task<string> OutcomeAsync(RegistryFixture fixture, string method, string path)
    {
        try
        {
            using HttpResponseMessage answer = await fixture.SendAsync(method, path, method is "PUT" ? Content : null);
            return ((int)answer.StatusCode).ToString(CultureInfo.InvariantCulture);
        }
        catch (HttpRequestException)
        {
            return "cut";
        }
    }
}
