using Slipway.Http;
using Slipway.Testing;

namespace Slipway.Fetching.Tests;

public sealed class UpstreamMirrorTests : IDisposable
{
    private readonly DownloadFixture _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task A_folder_gives_the_file_below_its_host()
    {
        string folder = Path.Combine(_bench.Folder, "a mirror #1 100%");
        Directory.CreateDirectory(Path.Combine(folder, "dl.k8s.io", "release"));
        await File.WriteAllTextAsync(Path.Combine(folder, "dl.k8s.io", "release", "kube let"), "content");

        Origin origin = UpstreamMirror.At(folder).Locate(new Uri("https://dl.k8s.io/release/kube%20let?x=1"));

        Assert.Equal("content"u8.ToArray(), await _bench.Reader.ReadSmallAsync(origin, 100, default));
    }

    [Fact]
    public async Task A_file_that_the_folder_lacks_is_not_found_by_its_path()
    {
        Origin origin = UpstreamMirror.At(_bench.Folder).Locate(new Uri("https://dl.k8s.io/release/kubelet"));
        RemoteException e = await Assert.ThrowsAsync<RemoteException>(() => _bench.Reader.OpenAsync(origin, default));
        Assert.Equal(RemoteFault.NotFound, e.Fault);
        Assert.Contains(Path.Combine(_bench.Folder, "dl.k8s.io", "release", "kubelet"), e.Message);
    }

    [Fact]
    public void An_address_gives_the_file_below_its_host() =>
        Assert.Equal(
            new Uri("http://mirror.invalid/up/dl.k8s.io/release/v1/kubelet"),
            UpstreamMirror.At("http://mirror.invalid/up").Locate(new Uri("https://dl.k8s.io/release/v1/kubelet")).Address
        );

    [Theory]
    [InlineData("https://dl.k8s.io/a/%2e%2e%2f%2e%2e%2fetc/passwd")]
    [InlineData("https://dl.k8s.io/a/..%2f..%2fetc%2fpasswd")]
    [InlineData("https://dl.k8s.io/a//b")]
    [InlineData("https://dl.k8s.io/a/%00b")]
    [InlineData("https://dl.k8s.io/a/..%5cb")]
    [InlineData("file:///etc/passwd")]
    public void A_path_that_could_leave_the_mirror_is_refused(string address) =>
        Assert.Throws<ArgumentException>(() => UpstreamMirror.At(_bench.Folder).Locate(new Uri(address)));

    [Fact]
    public void Dots_that_an_address_itself_resolves_stay_below_the_host()
    {
        Origin origin = UpstreamMirror.At(_bench.Folder).Locate(new Uri("https://dl.k8s.io/../../etc/passwd"));
        Assert.Equal(Path.Combine(_bench.Folder, "dl.k8s.io", "etc", "passwd"), origin.ToString());
    }

    [Fact]
    public void Without_a_mirror_upstream_needs_https()
    {
        Assert.Equal(new Uri("https://dl.k8s.io/a"), UpstreamMirror.None.Locate(new Uri("https://dl.k8s.io/a")).Address);
        Assert.Throws<ArgumentException>(() => UpstreamMirror.None.Locate(new Uri("http://dl.k8s.io/a")));
        Assert.Throws<ArgumentException>(() => UpstreamMirror.None.Locate(new Uri("file:///etc/passwd")));
        Assert.False(UpstreamMirror.None.Locate(new Uri("http://127.0.0.1:5001/a")).PlainHttp);
    }

    [Theory]
    [InlineData("ftp://mirror.invalid/")]
    [InlineData("://x")]
    public void A_mirror_of_another_kind_is_refused(string text) => Assert.Throws<ArgumentException>(() => UpstreamMirror.At(text));
}
