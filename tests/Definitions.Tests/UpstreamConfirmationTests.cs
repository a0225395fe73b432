using System.Text;
using Slipway.Fetching;
using Slipway.Http;
using Slipway.Oci;
using Slipway.StandIns;
using Slipway.Testing;

namespace Slipway.Definitions.Tests;

/// <summary>
/// What becomes of a lock whose upstream files, or their published checksums, cannot be had: from the host itself, which a
/// server on loopback is here, and from a mirror.
/// </summary>
public sealed class UpstreamConfirmationTests : IAsyncLifetime
{
    private const string Tool = "example.org/v9/tool-amd64.tgz";
    private static readonly byte[] Content = "the tool"u8.ToArray();

    private readonly DownloadFixture _bench = new();
    private readonly List<string> _told = [];
    private LoopbackServer _server = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await LoopbackServer.StartAsync();
        _server.Serve(Tool, Content);
        _server.Serve($"{Tool}.sha256", Encoding.ASCII.GetBytes(Digest.Of(Content).Hex));
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _bench.Dispose();
    }

    [Fact]
    public async Task What_the_host_has_and_publishes_is_confirmed_and_what_a_mirror_has_is_not()
    {
        LockedUpstream host = await ConfirmAsync(isMirror: false),
            mirror = await ConfirmAsync(isMirror: true);
        Assert.Equal((true, Content.Length), (host.Confirmed, host.Files["amd64"].Size));
        Assert.Equal((false, Content.Length), (mirror.Confirmed, mirror.Files["amd64"].Size));
        Assert.Empty(_told);
    }

    [Theory]
    [InlineData(404)]
    [InlineData(410)]
    public async Task A_file_that_the_host_does_not_have_is_an_error_that_says_where_and_what_next(int status)
    {
        _server.Serve(Tool, status);
        ContentException e = await Assert.ThrowsAsync<ContentException>(() => ConfirmAsync(isMirror: false));
        Assert.Equal(
            $"tiny amd64: tool v9: GET {_server.At(Tool)}: {status}. Upstream has no such file: correct 'url' or 'version' of tool "
                + "in images/tiny/image.yaml, then run ./build.sh Lock --images tiny",
            e.Message
        );
        Assert.Empty(_told);
    }

    [Fact]
    public async Task A_checksum_file_that_the_host_does_not_have_is_an_error_that_says_where_and_what_next()
    {
        _server.Serve($"{Tool}.sha256", 404);
        ContentException e = await Assert.ThrowsAsync<ContentException>(() => ConfirmAsync(isMirror: false));
        Assert.Equal(
            $"tiny amd64: tool v9: published checksum: GET {_server.At(Tool)}.sha256: 404. Upstream publishes no such checksum "
                + "file: correct "
                + "'checksumFile' of tool, or remove it, in images/tiny/image.yaml, then run ./build.sh Lock --images tiny",
            e.Message
        );
    }

    [Theory]
    [InlineData("", 429, false)]
    [InlineData("", 503, false)]
    [InlineData("", 503, true)]
    [InlineData(".sha256", 429, false)]
    [InlineData(".sha256", 503, false)]
    [InlineData("", 404, true)]
    [InlineData(".sha256", 404, true)]
    public async Task What_may_pass_or_a_mirror_lacks_is_told_and_leaves_the_file_unconfirmed(string ending, int status, bool isMirror)
    {
        _server.Serve(Tool + ending, status);
        LockedUpstream locked = await ConfirmAsync(isMirror);
        Assert.False(locked.Confirmed);
        Assert.Equal(ending.Length == 0 ? null : Content.Length, locked.Files["amd64"].Size);
        string told = Assert.Single(_told);
        Assert.StartsWith("tiny amd64: tool v9: ", told, StringComparison.Ordinal);
        Assert.Contains($"{Tool}{ending}: {status}", told, StringComparison.Ordinal);
        Assert.EndsWith("; unconfirmed", told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_host_that_is_not_there_leaves_the_file_unconfirmed()
    {
        await _server.DisposeAsync();
        Assert.False((await ConfirmAsync(isMirror: false)).Confirmed);
        Assert.EndsWith("; unconfirmed", Assert.Single(_told), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", 403, false)]
    [InlineData("", 403, true)]
    [InlineData(".sha256", 401, false)]
    public async Task A_refusal_is_no_excuse(string ending, int status, bool isMirror)
    {
        _server.Serve(Tool + ending, status);
        RemoteException e = await Assert.ThrowsAnyAsync<RemoteException>(() => ConfirmAsync(isMirror));
        Assert.Equal(RemoteFault.Refused, e.Fault);
        Assert.Empty(_told);
    }

    private async Task<LockedUpstream> ConfirmAsync(bool isMirror)
    {
        ImageDefinition definition = ImageDefinitions.Parse(
            ImageDefinitions
                .Sound.Replace("[linux/amd64, linux/arm64]", "[linux/amd64]", StringComparison.Ordinal)
                .Replace(ImageDefinitions.Checksum, Digest.Of(Content).ToString(), StringComparison.Ordinal)
        );
        LockedUpstream sound = ImageLocks.Sound.Upstream[0];
        LockedFile file = sound.Files["amd64"] with { Digest = Digest.Of(Content), Size = null };
        ImageLock made = ImageLocks.Sound with
        {
            Upstream = [sound with { Confirmed = false, Files = sound.Files.Clear().Add("amd64", file) }],
        };
        UpstreamMirror mirror = UpstreamMirror.At(_server.Address.ToString());
        UpstreamConfirmation confirmation = new(_bench.Download, mirror, isMirror, new PublishedChecksum(_bench.Reader, mirror), _told.Add);
        return (await confirmation.ConfirmAsync(definition, made, TestContext.Current.CancellationToken)).Upstream.Single();
    }
}
