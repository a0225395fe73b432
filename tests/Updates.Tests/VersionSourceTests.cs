using Slipway.Definitions;
using Slipway.Fetching;
using Slipway.Http;
using Slipway.Oci;
using Slipway.Testing;

namespace Slipway.Updates.Tests;

/// <summary>What upstream's channels say is newest, hostile answers among it.</summary>
public sealed class VersionSourceTests : IDisposable
{
    private static readonly KubernetesChannel Kubernetes = new("https://dl.k8s.io/release");

    private readonly DownloadFixture _bench = new();
    private readonly Tags _tags = new();

    private string Mirror => Path.Combine(_bench.Folder, "mirror");

    public void Dispose() => _bench.Dispose();

    [Theory]
    [InlineData(VersionReach.Patch, "v1.36.5")]
    [InlineData(VersionReach.Minor, "v1.37.2")]
    [InlineData(VersionReach.Major, "v2.0.1")]
    public async Task The_newest_within_reach_is_found_and_the_newest_of_all_told(VersionReach reach, string newest)
    {
        Say("stable-1.36.txt", "v1.36.5");
        Say("stable-1.txt", "v1.37.2\n");
        Say("stable.txt", "v2.0.1\r\n");

        UpstreamUpdate updates = await AskAsync("v1.36.4", Kubernetes, reach);

        Assert.Equal((newest, "v2.0.1", newest), (updates.Newest.Text, updates.Latest.Text, updates.Update?.Text));
    }

    [Fact]
    public async Task The_locked_version_is_no_update_and_an_older_one_is_said_and_never_updated_to()
    {
        Say("stable-1.36.txt", "v1.36.4");
        Say("stable.txt", "v1.36.4");
        UpstreamUpdate same = await AskAsync("v1.36.4", Kubernetes, VersionReach.Patch);
        Assert.Equal((null, false), (same.Update, same.IsBehind));
        UpstreamUpdate older = await AskAsync("v1.36.5", Kubernetes, VersionReach.Patch);
        Assert.Equal((null, null, true), (older.Update, older.Change, older.IsBehind));
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n")]
    [InlineData("<html>not here</html>")]
    [InlineData("v1.36.5 v1.36.6")]
    [InlineData("v1.36.5\nv1.36.6\n")]
    [InlineData("1.36.5")]
    [InlineData("v1.36.5-rc.0")]
    [InlineData("v1.35.9")]
    [InlineData("v1.36.5\u001b[2J")]
    [InlineData("../../../etc/passwd")]
    public async Task A_version_file_that_holds_anything_else_is_refused_and_named(string text)
    {
        Say("stable-1.36.txt", text);
        Say("stable.txt", "v1.36.5");
        ContentException e = await Assert.ThrowsAsync<ContentException>(() => AskAsync("v1.36.4", Kubernetes, VersionReach.Patch));
        Assert.Contains("stable-1.36.txt", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(e.Message, char.IsControl);
    }

    [Fact]
    public async Task A_version_file_without_end_is_refused()
    {
        Say("stable-1.36.txt", "v1.36.5" + new string('\n', 100_000));
        ContentException e = await Assert.ThrowsAsync<ContentException>(() => AskAsync("v1.36.4", Kubernetes, VersionReach.Patch));
        Assert.Contains("wanted at most 128 bytes", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_version_is_not_read_over_plain_http()
    {
        VersionSource source = new(_bench.Reader, UpstreamMirror.At("http://mirror.invalid/"), _tags);
        RemoteException e = await Assert.ThrowsAsync<RemoteException>(() =>
            source.AskAsync(Of("v1.36.4", Kubernetes), VersionReach.Patch, default)
        );
        Assert.Equal(RemoteFault.Refused, e.Fault);
    }

    [Fact]
    public async Task Of_a_repository_the_newest_release_of_the_same_line_counts_and_other_tags_do_not()
    {
        _tags.All = ["nightly", "v1.9.2-flannel1", "v1.9.10-flannel2", "v1.10.0-flannel1", "v1.11.0", "v1.9.11-rc.1", "v9.9.9\nv1"];
        GitHubChannel channel = new("flannel-io/cni-plugin");
        UpstreamUpdate updates = await AskAsync("v1.9.1-flannel1", channel, VersionReach.Patch);
        Assert.Equal(("v1.9.10-flannel2", "v1.10.0-flannel1"), (updates.Newest.Text, updates.Latest.Text));
        Assert.Equal("v1.10.0-flannel1", (await AskAsync("v1.9.1-flannel1", channel, VersionReach.Minor)).Newest.Text);
        _tags.All = ["nightly"];
        ContentException e = await Assert.ThrowsAsync<ContentException>(() => AskAsync("v1.9.1-flannel1", channel, VersionReach.Patch));
        Assert.Contains(
            "https://github.com/flannel-io/cni-plugin/releases: wanted a release of v1.9, got none",
            e.Message,
            StringComparison.Ordinal
        );
    }

    private static Versioned Of(string version, VersionChannel channel) => new("tiny", null, ReleaseVersion.Parse(version), channel);

    private Task<UpstreamUpdate> AskAsync(string version, VersionChannel channel, VersionReach reach) =>
        new VersionSource(_bench.Reader, UpstreamMirror.At(Mirror), _tags).AskAsync(Of(version, channel), reach, default);

    private void Say(string file, string text)
    {
        string path = Path.Combine(Mirror, "dl.k8s.io", "release", file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }

    private sealed class Tags : IReleaseList
    {
        public IReadOnlyList<string> All { get; set; } = [];

        public Task<IReadOnlyList<string>> TagsAsync(string repository, CancellationToken cancellationToken) => Task.FromResult(All);
    }
}
