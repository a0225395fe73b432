using System.Text;
using Slipway.Http;
using Slipway.Oci;
using Slipway.StandIns;

namespace Slipway.Engine.Tests;

/// <summary>
/// What an Engine answers to the library's requests and should not: each is a failure that names Engine and request, and has an end.
/// </summary>
public sealed class HostileAnswerTests
{
    private static readonly string Deep = string.Concat(Enumerable.Repeat("{\"Config\":", 1000));

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static TheoryData<string, string> Answers()
    {
        string[] answers =
        [
            "",
            "null",
            "{}",
            "[]",
            "1",
            "\"x\"",
            "<html>",
            "[null]",
            "[[]]",
            "{\"Id\":1}",
            "{\"Id\":null}",
            "[{\"Id\":{}}]",
            "{\"Id\":\"\"}",
            "{\"Id\":\"x\",\"RepoTags\":[null]}",
            "{\"Id\":\"x\",\"RepoTags\":7}",
            "{\"Id\":\"x\",\"Created\":\"soon\"}",
            "{\"Id\":\"x\",\"Created\":[]}",
            "[{\"Id\":\"x\",\"Created\":null}]",
            "[{\"Id\":\"x\",\"Created\":1e300}]",
            "[{\"Id\":\"x\",\"Created\":9223372036854775807}]",
            "[{\"Id\":\"x\",\"Labels\":{\"a\":1}}]",
            "[{\"Id\":\"x\",\"Labels\":[]}]",
            "{\"Id\":\"\ud800\"}",
            "{\"Id\":\"x\"} {\"Id\":\"y\"}",
            Deep,
            "[{\"Id\":\"x\",\"RepoTags\":[null,\"slipway.invalid/passing:\"]}]",
        ];
        TheoryData<string, string> all = [];
        foreach (string operation in (string[])["inspect", "remove", "sweep", "run", "tag"])
        {
            foreach (string answer in answers)
                all.Add(operation, answer);
        }

        return all;
    }

    [Theory(DisableDiscoveryEnumeration = true)]
    [MemberData(nameof(Answers))]
    public async Task What_an_engine_answers_is_understood_or_told_and_nothing_else(string operation, string answer)
    {
        await using FakeEngine fake = new(async request =>
        {
            if (request.Path != "/version")
                await request.JsonAsync(200, answer);
        });
        using EngineClient client = await fake.ConnectAsync();
        EngineException? told = await ToldAsync(() =>
            operation switch
            {
                "inspect" => client.InspectAsync("x", Stop),
                "remove" => client.RemoveAsync("x", Stop),
                "sweep" => client.SweepAsync(Stop),
                "run" => client.RunAsync(new ContainerSpec("x"), (_, _) => { }, Stop),
                _ => client.TagAsync("x", Reference.Parse("a.invalid/b:c"), Stop),
            }
        );
        Assert.All(told is null ? [] : (EngineException[])[told], e =>
        {
            Assert.Equal((RemoteFault.Protocol, true), (e.Fault, e.IsResponse));
            Assert.StartsWith(fake.Address + ": ", e.Message, StringComparison.Ordinal);
            Assert.DoesNotContain(e.Message, char.IsControl);
        });
        // A container whose end nobody understood never ran well.
        Assert.False(operation == "run" && told is null);
    }

    [Theory]
    [InlineData("GET", "/json", "GET images/x/json: its response is larger than 4194304 bytes")]
    [InlineData("DELETE", "/x", "DELETE images/x: its response is larger than 4194304 bytes")]
    public async Task No_small_answer_is_read_without_end(string method, string end, string why)
    {
        await using FakeEngine fake = new(request =>
            request.Is(method, end) ? EndlessAsync(request, "HTTP/1.1 200 OK\r\n\r\n", " "u8) : Task.CompletedTask
        );
        using EngineClient client = await fake.ConnectAsync();
        EngineException? e = await ToldAsync(() => method == "GET" ? client.InspectAsync("x", Stop) : client.RemoveAsync("x", Stop));
        Assert.Contains(why, e!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_error_is_read_without_end()
    {
        await using FakeEngine fake = new(request =>
            request.Is("GET", "/json") ? EndlessAsync(request, "HTTP/1.1 500 X\r\n\r\n{\"message\":\"", "x"u8) : Task.CompletedTask
        );
        using EngineClient client = await fake.ConnectAsync();
        EngineException? e = await ToldAsync(() => client.InspectAsync("x", Stop));
        Assert.Equal((RemoteFault.Protocol, true), (e!.Fault, e.IsResponse));
        Assert.EndsWith(": GET images/x/json: 500", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"error\":\"alone\"}", "alone")]
    [InlineData("{\"errorDetail\":{}}", "it failed without an error message")]
    [InlineData("{\"errorDetail\":{\"message\":\"first\"}}\n{\"stream\":\"Loaded image: x\"}\n", "first")]
    [InlineData("{\"stream\":\"Loaded image: x\"}\nSSH-2.0", "a message", "ImageLoad")]
    [InlineData("{\"stream\":\"Loaded", "a message")]
    [InlineData("{\"stream\":7}", "ImageLoad", "stream")]
    [InlineData("{\"stream\":\"a\",\"stream\":\"b\"}", "a message")]
    [InlineData("[]", "ImageLoad", "a message")]
    public async Task No_load_ends_well_whose_messages_do_not(string answer, params string[] either)
    {
        EngineException e = await LoadAsync(request => request.JsonAsync(200, answer));
        Assert.True(e.IsResponse);
        Assert.Contains(either, why => e.Message.Contains(why, StringComparison.Ordinal));
    }

    [Fact]
    public async Task No_line_of_a_load_is_read_without_end()
    {
        EngineException e = await LoadAsync(request => EndlessAsync(request, "HTTP/1.1 200 OK\r\n\r\n{\"stream\":\"", "x"u8));
        Assert.Contains("a message is longer than 262144 bytes", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_load_that_is_cut_while_it_tells_is_an_engine_that_went_away()
    {
        EngineException e = await LoadAsync(async request =>
        {
            await request.RawAsync("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{\"status\":\"Loading\"}\n");
            request.Cut();
        });
        Assert.Equal((RemoteFault.TryAgain, false), (e.Fault, e.IsResponse));
        Assert.Contains("POST images/load: the connection to the Engine broke", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_archive_that_breaks_off_is_told_and_a_disk_that_is_full_is_no_fault_of_the_engine()
    {
        await using FakeEngine fake = new(async request =>
        {
            if (!request.Is("GET", "/get"))
                return;
            Assert.EndsWith("names=some%2Fimage%3Av1", request.Path, StringComparison.Ordinal);
            await request.RawAsync("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf");
            request.Cut();
        });
        using EngineClient client = await fake.ConnectAsync();
        EngineException e = await Assert.ThrowsAsync<EngineException>(() => client.ExportAsync("some/image:v1", Stream.Null, Stop));
        Assert.Equal(RemoteFault.TryAgain, e.Fault);
        Assert.Contains("GET images/get: the connection to the Engine broke", e.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<IOException>(() => client.ExportAsync("some/image:v1", new Full(), Stop));
    }

    [Fact]
    public async Task Requests_of_the_library_say_who_asks_as_ours_do()
    {
        List<string> agents = [];
        await using FakeEngine fake = new(async request =>
        {
            agents.Add(request.Header("User-Agent"));
            await ContainerRunTests.AnswerAsync(request, [], 0);
        });
        using EngineClient client = await fake.ConnectAsync();
        await client.RunAsync(new ContainerSpec("x"), (_, _) => { }, Stop);
        Assert.Equal(5, agents.Count);
        Assert.All(agents, agent => Assert.Equal("slipway", agent));
    }

    private static async Task<EngineException> LoadAsync(Func<FakeRequest, Task> answer)
    {
        await using FakeEngine fake = new(async request =>
        {
            if (!request.Is("POST", "/images/load"))
                return;
            await request.BodyAsync();
            await answer(request);
        });
        using EngineRequests wire = new(fake.Address, TimeProvider.System) { Api = ApiVersion.Oldest };
        return await Assert.ThrowsAsync<EngineException>(() =>
            wire.DoAsync("ImageLoad", ResponseLimits.Messages, docker =>
                docker.Images.LoadImageAsync(
                    new Docker.DotNet.Models.ImageLoadParameters(),
                    Stream.Null,
                    new Progress<Docker.DotNet.Models.JSONMessage>(),
                    Stop
                )
            )
        );
    }

    private static async Task<EngineException?> ToldAsync(Func<Task> act)
    {
        try
        {
            await act();
            return null;
        }
        catch (EngineException e)
        {
            return e;
        }
    }

    private static Task EndlessAsync(FakeRequest request, string head, ReadOnlySpan<byte> fill)
    {
        byte[] piece = new byte[1 << 20];
        piece.AsSpan().Fill(fill[0]);
        return SendAsync();

        async Task SendAsync()
        {
            await request.RawAsync(Encoding.ASCII.GetBytes(head));
            while (true)
                await request.RawAsync(piece);
        }
    }

    private sealed class Full : MemoryStream
    {
        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
            throw new IOException("no space left on device");
    }
}
