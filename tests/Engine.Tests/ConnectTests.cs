using System.Net.Sockets;
using Slipway.Http;
using Slipway.StandIns;
using Slipway.Testing;

namespace Slipway.Engine.Tests;

/// <summary>Finding an Engine, and what is said when there is none.</summary>
public sealed class ConnectTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_first_that_answers_is_taken()
    {
        await using FakeEngine fake = new(_ => Task.CompletedTask);
        using EngineClient client = await ConnectAsync(EngineAddress.Parse("unix:///nothing/here.sock", "default"), fake.Address);
        Assert.Equal("20.10.24 (API 1.41, linux/amd64)", client.Version.ToString());
        Assert.Equal(fake.Address, client.Address);
    }

    [Fact]
    public async Task Where_there_is_none_all_that_was_tried_is_named()
    {
        using ScratchFolder folder = new();
        // A socket that nobody listens at any more, as a killed Engine leaves it.
        using (Socket left = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
            left.Bind(new UnixDomainSocketEndPoint(folder.At("left.sock")));
        EngineException e = await Assert.ThrowsAsync<EngineException>(() =>
            ConnectAsync(
                EngineAddress.Parse("unix:///nothing/here.sock", "default"),
                EngineAddress.Parse("unix://" + folder.At("left.sock"), "default")
            )
        );
        Assert.Equal((RemoteFault.NotFound, false), (e.Fault, e.IsResponse));
        Assert.Matches("tried unix:///nothing/here.sock .*; unix://.*left.sock .*DOCKER_HOST", e.Message);
    }

    [Theory]
    [InlineData(
        """{"Version":"19.03","ApiVersion":"1.40","MinAPIVersion":"1.12","Os":"linux","Arch":"amd64"}""",
        "speaks API 1.12 to 1.40, wanted one of 1.41"
    )]
    [InlineData("""{"Version":"99","ApiVersion":"1.99","MinAPIVersion":"1.90","Os":"linux","Arch":"amd64"}""", "speaks API 1.90 to 1.99")]
    [InlineData("""{"Version":"20"}""", "'ApiVersion' is missing")]
    [InlineData("<html>", "GET /version")]
    [InlineData("[]", "wanted a JSON object")]
    public async Task What_is_no_engine_that_can_be_spoken_to_is_told(string answer, string why)
    {
        await using FakeEngine fake = new(request => request.JsonAsync(200, answer));
        EngineException e = await Assert.ThrowsAsync<EngineException>(() => fake.ConnectAsync());
        Assert.Equal(RemoteFault.Protocol, e.Fault);
        Assert.Contains(why, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_without_end_is_cut()
    {
        await using FakeEngine fake = new(async request =>
        {
            await request.BeginAsync();
            while (true)
                await request.RawAsync(new byte[1 << 20]);
        });
        Assert.Contains(
            "larger than",
            (await Assert.ThrowsAsync<EngineException>(() => fake.ConnectAsync())).Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task Rights_that_do_not_suffice_are_told_apart_from_an_engine_that_is_not_there()
    {
        await using FakeEngine fake = new(request => request.JsonAsync(403, """{"message":"authorization denied by plugin"}"""));
        EngineException e = await Assert.ThrowsAsync<EngineException>(() => fake.ConnectAsync());
        Assert.Equal(RemoteFault.Refused, e.Fault);
        Assert.Contains("authorization denied by plugin", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ssh_leads_to_the_docker_program_of_the_other_host()
    {
        await using FakeEngine fake = new(_ => Task.CompletedTask);
        using ScratchFolder folder = new();
        string arguments = folder.At("arguments");
        Assert.SkipUnless(PeerPrograms.OnPath("docker") is not null, "the docker program is not there");
        using PathWith path = new(folder, $"echo \"$@\" >'{arguments}'; exec docker --host 'unix://{fake.Socket}' system dial-stdio");
        using EngineClient client = await ConnectAsync(EngineAddress.Parse("ssh://me@arm.example.org:2222/run/docker.sock", "test"));
        Assert.Equal("20.10.24", client.Version.Version);
        Assert.EndsWith(
            "-l me -p 2222 -- arm.example.org docker --host unix:///run/docker.sock system dial-stdio\n",
            await File.ReadAllTextAsync(arguments, Stop),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task What_ssh_complains_of_is_told()
    {
        using ScratchFolder folder = new();
        using PathWith path = new(folder, "echo 'Warning: something' >&2; echo 'me@arm: Permission denied (publickey).' >&2; exit 255");
        EngineException e = await Assert.ThrowsAsync<EngineException>(() => ConnectAsync(EngineAddress.Parse("ssh://me@arm", "test")));
        Assert.Contains("Permission denied (publickey)", e.Message, StringComparison.Ordinal);
    }

    private static Task<EngineClient> ConnectAsync(params EngineAddress[] addresses) =>
        EngineClient.ConnectAsync(addresses, TimeProvider.System, _ => { }, Stop);

    /// <summary>A program named ssh in front of PATH, for this process.</summary>
    private sealed class PathWith : IDisposable
    {
        private readonly string? _path = Environment.GetEnvironmentVariable("PATH");

        public PathWith(ScratchFolder folder, string script)
        {
            folder.Folder("bin");
            ProgramFile.Write(folder.At("bin", "ssh"), "#!/bin/sh\n" + script + "\n");
            Environment.SetEnvironmentVariable("PATH", folder.At("bin") + Path.PathSeparator + _path);
        }

        public void Dispose() => Environment.SetEnvironmentVariable("PATH", _path);
    }
}
