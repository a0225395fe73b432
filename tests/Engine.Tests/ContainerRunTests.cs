using System.Text.Json;
using Slipway.Http;
using Slipway.StandIns;

namespace Slipway.Engine.Tests;

/// <summary>One container's way through an Engine that does what it should, and through others.</summary>
public sealed class ContainerRunTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_container_is_made_closed_attached_to_and_started_in_this_order()
    {
        string created = "";
        await using FakeEngine fake = new(async request =>
        {
            if (request.Is("POST", "/containers/create"))
            {
                created = System.Text.Encoding.UTF8.GetString((await request.BodyAsync()).Bytes);
                Assert.Contains("platform=linux%2Farm64", request.Path, StringComparison.Ordinal);
            }

            await AnswerAsync(request, output: [.. DecoderTests.Frame(1, "out"), .. DecoderTests.Frame(2, "err")], code: 3);
        });
        using EngineClient client = await fake.ConnectAsync();
        KeptOutput kept = new();
        ContainerResult result = await client.RunAsync(
            new ContainerSpec("some/image:1")
            {
                Platform = new("linux", "arm64"),
                Entrypoint = ["/bin/x"],
                Command = ["y"],
                Capabilities = ["NET_ADMIN"],
                Scratch = ["/run"],
            },
            kept.Receive,
            Stop
        );

        Assert.Equal((3, false, "out", "err"), (result.ExitCode, result.IsTimedOut, kept.Output, kept.Error));
        string[] ends = [.. fake.Requests.Select(request => request.Split('/')[^1])];
        Assert.Equal("start", ends[^1]);
        Assert.Equal(["attach", "create", "start", "version", "wait"], ends.Order(StringComparer.Ordinal));
        Assert.All(fake.Requests.Skip(1), request => Assert.Contains(" /v1.41/containers/", request, StringComparison.Ordinal));
        JsonElement host = JsonDocument.Parse(created).RootElement.GetProperty("HostConfig");
        Assert.True(host.GetProperty("AutoRemove").GetBoolean() && host.GetProperty("ReadonlyRootfs").GetBoolean());
        Assert.Equal(
            ("none", "ALL", "NET_ADMIN", "no-new-privileges"),
            (host.GetProperty("NetworkMode").GetString(), First(host, "CapDrop"), First(host, "CapAdd"), First(host, "SecurityOpt"))
        );
        Assert.Equal((536870912, 256), (host.GetProperty("Memory").GetInt64(), host.GetProperty("PidsLimit").GetInt32()));
        Assert.True(host.GetProperty("Tmpfs").TryGetProperty("/run", out _));
    }

    [Fact]
    public async Task Podman_is_asked_for_the_end_after_the_start_and_to_remove_the_container()
    {
        await using FakeEngine fake = new(request =>
            request.Path == "/version"
                ? request.JsonAsync(
                    200,
                    """{"Components":[{"Name":"Podman Engine"}],"Version":"4.3.1","ApiVersion":"1.41","MinAPIVersion":"1.24","Os":"linux","Arch":"amd64"}"""
                )
                : AnswerAsync(request, output: DecoderTests.Frame(1, "out"), code: 3)
        );
        using EngineClient client = await fake.ConnectAsync();
        KeptOutput kept = new();
        ContainerResult result = await client.RunAsync(new ContainerSpec("x"), kept.Receive, Stop);
        Assert.Equal((3, "out"), (result.ExitCode, kept.Output));
        string[] ends = [.. fake.Requests.Select(request => request.Split('/')[^1])];
        Assert.Equal(["version", "create", "attach", "start", "wait"], ends[..^1]);
        Assert.StartsWith("DELETE ", fake.Requests.Last(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_cancelled_is_removed()
    {
        using CancellationTokenSource cancel = new();
        await using FakeEngine fake = new(request => HangAfterStartAsync(request, () => cancel.CancelAfter(50)));
        using EngineClient client = await fake.ConnectAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => client.RunAsync(new ContainerSpec("x"), (_, _) => { }, cancel.Token));
        Assert.StartsWith("DELETE /v1.41/containers/slipway-", fake.Requests.Last(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_takes_too_long_is_removed_and_said_to_have()
    {
        await using FakeEngine fake = new(request => HangAfterStartAsync(request, () => { }));
        using EngineClient client = await fake.ConnectAsync();
        ContainerResult result = await client.RunAsync(
            new ContainerSpec("x") { TimeLimit = TimeSpan.FromMilliseconds(300) },
            (_, _) => { },
            Stop
        );
        Assert.True(result.IsTimedOut);
        Assert.StartsWith("DELETE /v1.41/containers/slipway-", fake.Requests.Last(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_container_whose_making_was_never_confirmed_is_removed_by_its_name()
    {
        string name = "";
        await using FakeEngine fake = new(async request =>
        {
            if (request.Is("POST", "/containers/create"))
            {
                name = request.Path.Split("name=")[1].Split('&')[0];
                request.Cut();
            }
            else if (request.Method == "DELETE")
            {
                await request.RawAsync("HTTP/1.1 204 No Content\r\n\r\n");
            }
        });
        using EngineClient client = await fake.ConnectAsync();
        EngineException e = await Assert.ThrowsAsync<EngineException>(() => client.RunAsync(new ContainerSpec("x"), (_, _) => { }, Stop));
        Assert.Equal(RemoteFault.TryAgain, e.Fault);
        Assert.Equal($"DELETE /v1.41/containers/{name}", fake.Requests.Last());
        Assert.Empty(fake.Notices);
    }

    [Theory]
    [InlineData("attach")]
    [InlineData("wait")]
    [InlineData("start")]
    public async Task An_engine_that_goes_away_is_told_as_such_and_soon(string at)
    {
        await using FakeEngine fake = new(async request =>
        {
            if (request.Is("POST", "/" + at) || request.Method == "DELETE")
                request.Cut();
            else
                await AnswerAsync(request, [], 0);
        });
        using EngineClient client = await fake.ConnectAsync();
        EngineException e = await Assert.ThrowsAsync<EngineException>(() => client.RunAsync(new ContainerSpec("x"), (_, _) => { }, Stop));
        Assert.Equal((RemoteFault.TryAgain, false), (e.Fault, e.IsResponse));
        Assert.Contains("the connection to the Engine broke", e.Message, StringComparison.Ordinal);
        Assert.Contains("could not be removed", Assert.Single(fake.Notices), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_program_that_is_not_there_is_told_in_the_engines_words()
    {
        await using FakeEngine fake = new(async request =>
        {
            if (request.Is("POST", "/start"))
                await request.JsonAsync(400, """{"message":"exec: \"/bin/x\": no such file\u001b[2J"}""");
            else
                await AnswerAsync(request, [], 0);
        });
        using EngineClient client = await fake.ConnectAsync();
        EngineException e = await Assert.ThrowsAsync<EngineException>(() => client.RunAsync(new ContainerSpec("x"), (_, _) => { }, Stop));
        Assert.True(e.IsResponse);
        Assert.Contains("400 exec: \"/bin/x\": no such file?[2J", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 16\r\n\r\n{\"StatusCode\":\"\"")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 44\r\n\r\n{\"StatusCode\":0,\"Error\":{\"Message\":\"broken\"}}")]
    [InlineData("SSH-2.0-OpenSSH_9.2\r\n\r\n")]
    public async Task An_end_that_cannot_be_understood_is_no_success(string answer)
    {
        await using FakeEngine fake = new(async request =>
        {
            if (request.Is("POST", "/wait"))
                await request.RawAsync(answer);
            else
                await AnswerAsync(request, [], 0);
        });
        using EngineClient client = await fake.ConnectAsync();
        await Assert.ThrowsAsync<EngineException>(() => client.RunAsync(new ContainerSpec("x"), (_, _) => { }, Stop));
    }

    [Fact]
    public async Task Only_what_bears_our_mark_and_is_overdue_is_swept()
    {
        await using FakeEngine fake = new(request =>
            request switch
            {
                { Method: "GET" } when request.Is("GET", "/containers/json") => request.JsonAsync(
                    200,
                    """
                    [{"Id":"old","Labels":{"io.github.poseidon.slipway.until":"1000"}},{"Id":"new","Labels":{"io.github.poseidon.slipway.until":"99999999999"}},
                     {"Id":"strange","Labels":{"io.github.poseidon.slipway.until":"soon"}},{"Id":"other","Labels":null}]
                    """
                ),
                { Method: "GET" } when request.Is("GET", "/images/json") => request.JsonAsync(
                    200,
                    """
                    [{"RepoTags":["slipway.invalid/passing:1000-a","mine:1"]},{"RepoTags":["slipway.invalid/passing:99999999999-b"]},{"RepoTags":null},{"RepoTags":["slipway.invalid/passing-not:1000-a"]}]
                    """
                ),
                { Method: "DELETE" } => request.JsonAsync(200, "[]"),
                _ => Task.CompletedTask,
            }
        );
        using EngineClient client = await fake.ConnectAsync();
        Assert.Equal(2, await client.SweepAsync(Stop));
        Assert.Equal(
            ["DELETE /v1.41/containers/old", "DELETE /v1.41/images/slipway.invalid/passing%3A1000-a"],
            fake.Requests.Where(request => request.StartsWith("DELETE", StringComparison.Ordinal))
        );
    }

    private static string? First(JsonElement host, string name) => host.GetProperty(name)[0].GetString();

    private static async Task HangAfterStartAsync(FakeRequest request, Action started)
    {
        if (request.Is("POST", "/attach"))
        {
            await request.BeginAsync();
            await Task.Delay(Timeout.Infinite, request.Stop);
        }

        if (request.Is("POST", "/start"))
            started();
        await AnswerAsync(request, [], 0, waits: true);
    }

    /// <summary>As an Engine answers whose container prints and ends at once.</summary>
    internal static async Task AnswerAsync(FakeRequest request, byte[] output, int code, bool waits = false)
    {
        if (request.Is("POST", "/containers/create"))
        {
            await request.BodyAsync();
            await request.JsonAsync(201, """{"Id":"0123","Warnings":[]}""");
        }
        else if (request.Is("POST", "/attach"))
        {
            await request.BeginAsync();
            await request.RawAsync(output);
        }
        else if (request.Is("POST", "/wait"))
        {
            if (waits)
                await request.RawAsync("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
            else
                await request.JsonAsync(200, $$"""{"StatusCode":{{code}}}""");
        }
        else if (request.Is("POST", "/start") || request.Method == "DELETE")
        {
            await request.RawAsync("HTTP/1.1 204 No Content\r\n\r\n");
        }
    }
}
