using System.Net;
using System.Net.Sockets;
using System.Text;
using Slipway.Testing;

namespace Slipway.Graph.Tests;

/// <summary>A host that keeps us waiting, by the command line: the run ends in the time that it has, with a word to try again.</summary>
public sealed class TimeTests
{
    [Theory]
    [InlineData("90s", 90)]
    [InlineData("30m", 1800)]
    [InlineData("1h30m", 5400)]
    [InlineData("2h0m5s", 7205)]
    [InlineData("168h", 604800)]
    public void A_time_is_read_as_people_write_it(string text, int seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), TargetTime.Parse("--timeout", text));

    [Theory]
    [InlineData("")]
    [InlineData("90")]
    [InlineData("0s")]
    [InlineData("-1s")]
    [InlineData("1.5h")]
    [InlineData("1s1m")]
    [InlineData("169h")]
    [InlineData("9999999s")]
    [InlineData("1d")]
    [InlineData(" 1s")]
    public void What_is_no_time_is_refused_with_the_options_name(string text) =>
        Assert.Contains(
            $"--timeout '{text}'",
            Assert.Throws<FormatException>(() => TargetTime.Parse("--timeout", text)).Message,
            StringComparison.Ordinal
        );

    [Theory]
    [InlineData("--timeout", "soon")]
    [InlineData("--request-timeout", "5")]
    [InlineData("--minimum-rate", "0")]
    public async Task A_limit_that_is_none_is_wrong_use(string option, string value)
    {
        ChildResult result = await VerifyAsync("127.0.0.1:1/a/b:v1", option, value);
        Assert.Equal(64, result.ExitCode);
        Assert.Contains(option, result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_target_ends_when_its_time_is_over_whatever_the_server_does()
    {
        await using Server server = new("");
        ChildResult result = await VerifyAsync($"{server.Host}/a/b:v1", "--timeout", "3s");
        Assert.Equal(75, result.ExitCode);
        Assert.Contains("Verify: the 3s of --timeout have passed", result.Error, StringComparison.Ordinal);
        Assert.Contains("Run the same command again", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_is_silent_is_given_up_when_the_time_of_the_request_is_over()
    {
        await using Server server = new("");
        ChildResult result = await VerifyAsync($"{server.Host}/a/b:v1", "--request-timeout", "2s");
        Assert.Equal(75, result.ExitCode);
        Assert.Contains("(--request-timeout)", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_asks_to_come_back_tomorrow_is_not_waited_for()
    {
        await using Server server = new("HTTP/1.1 429 Too Many Requests\r\nRetry-After: 86400\r\nContent-Length: 0\r\n\r\n");
        ChildResult result = await VerifyAsync($"{server.Host}/a/b:v1");
        Assert.Equal(75, result.ExitCode);
        Assert.Contains("it asks to come back in 86400 s, at ", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("trying again", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_of_one_byte_a_second_is_not_taken_for_alive()
    {
        await using Server server = new(
            $"HTTP/1.1 200 OK\r\nContent-Type: application/vnd.oci.image.index.v1+json\r\nContent-Length: 1000\r\n\r\n",
            trickles: true
        );
        ChildResult result = await VerifyAsync($"{server.Host}/a/b:v1", "--request-timeout", "4s");
        Assert.Equal(75, result.ExitCode);
        // Both limits are over in the same moment here; either says so by its option.
        Assert.Matches(@"\(--(request-timeout|minimum-rate)\)", result.Error);
    }

    private static async Task<ChildResult> VerifyAsync(string reference, params string[] more)
    {
        using ScratchRepository repository = await ScratchRepository.CreateAsync();
        string key = Path.Combine(repository.Root, "key.pub");
        using System.Security.Cryptography.ECDsa made = System.Security.Cryptography.ECDsa.Create(
            System.Security.Cryptography.ECCurve.NamedCurves.nistP256
        );
        await File.WriteAllTextAsync(key, made.ExportSubjectPublicKeyInfoPem());
        return await (repository.Slipway with { TimeLimit = TimeSpan.FromMinutes(2) }).RunAsync([
            "Verify",
            "--reference",
            reference,
            "--public-key",
            key,
            .. more,
        ]);
    }

    /// <summary>Plain http on loopback: answers every request with the same bytes, then says nothing, or a byte a second.</summary>
    private sealed class Server : IAsyncDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly CancellationTokenSource _end = new();
        private readonly Task _serving;

        public Server(string answer, bool trickles = false)
        {
            _listener.Start();
            _serving = ServeAsync(Encoding.ASCII.GetBytes(answer), trickles);
        }

        public string Host => $"127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

        public async ValueTask DisposeAsync()
        {
            await _end.CancelAsync();
            _listener.Stop();
            await _serving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _end.Dispose();
        }

        private async Task ServeAsync(byte[] answer, bool trickles)
        {
            List<Task> all = [];
            while (!_end.IsCancellationRequested)
            {
                TcpClient client = await _listener.AcceptTcpClientAsync(_end.Token);
                all.Add(AnswerAsync(client, answer, trickles));
            }
        }

        private async Task AnswerAsync(TcpClient client, byte[] answer, bool trickles)
        {
            using (client)
            {
                NetworkStream stream = client.GetStream();
                byte[] request = new byte[16 * 1024];
                while (await stream.ReadAsync(request, _end.Token) > 0)
                {
                    // A greeting of TLS: there is none here.
                    if (request[0] == 0x16)
                        return;
                    if (answer.Length > 0)
                        await stream.WriteAsync(answer, _end.Token);
                    while (trickles)
                    {
                        await Task.Delay(1000, _end.Token);
                        await stream.WriteAsync(" "u8.ToArray(), _end.Token);
                    }
                }
            }
        }
    }
}
