using Slipway.Http;

namespace Slipway.Tuf.Tests;

/// <summary>Updates of a good repository (specification, 5).</summary>
public sealed class UpdateTests : IAsyncLifetime
{
    private TufScene _scene = null!;

    private TestRepository Repository => _scene.Repository;

    public async ValueTask InitializeAsync() => _scene = await TufScene.StartAsync();

    public ValueTask DisposeAsync() => _scene.DisposeAsync();

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public async Task A_target_comes_from_a_repository_with_or_without_consistent_snapshots_and_hashes(bool consistent, bool hashes)
    {
        TestRepository repository = Repository;
        repository.IsConsistent = consistent;
        repository.SaysHashes = hashes;
        repository.Files.Clear();
        repository.Versions["root"] = 0;
        repository.PublishRoot();
        repository.Publish();

        VerifiedTarget target = await _scene.UpdateAsync();

        Assert.Equal(repository.Targets[TestRepository.Target], target.Content.ToArray());
        Assert.Equal((1, 1, 1, 1), (target.RootVersion, target.TimestampVersion, target.SnapshotVersion, target.TargetsVersion));
        repository.Renew(TestKeys.TrustedRoot("two"));
        target = await _scene.UpdateAsync();
        Assert.Equal(TestKeys.TrustedRoot("two"), target.Content.ToArray());
        Assert.Equal((1, 2, 2, 2), (target.RootVersion, target.TimestampVersion, target.SnapshotVersion, target.TargetsVersion));
    }

    [Fact]
    public async Task Fifteen_roots_whose_keys_change_one_by_one_are_gone_through()
    {
        List<TestKey> keys = [.. Repository.Roles["root"].Keys];
        for (int version = 2; version <= 15; version++)
        {
            keys.RemoveAt(0);
            keys.Add(version % 2 == 0 ? TestKey.Ecdsa() : TestKey.Edwards());
            Repository.Roles["root"] = new(2, [.. keys]);
            Repository.PublishRoot();
        }

        Assert.Equal(15, (await _scene.UpdateAsync()).RootVersion);
    }

    [Fact]
    public async Task A_second_update_reads_the_timestamp_and_asks_for_a_new_root_and_nothing_else()
    {
        await _scene.UpdateAsync();
        await _scene.UpdateAsync();
        Assert.Equal((2, 2), (_scene.Server.CountOf("timestamp.json"), _scene.Server.CountOf("2.root.json")));
        Assert.All(Repository.Files.Keys.Except(["timestamp.json", "1.root.json"]), path => Assert.Equal(1, _scene.Server.CountOf(path)));
        Assert.Equal(0, _scene.Server.CountOf("1.root.json"));
    }

    [Fact]
    public async Task A_timestamp_of_the_same_version_changes_nothing_whatever_it_says()
    {
        await _scene.UpdateAsync();
        Repository.Versions["snapshot"] = 7;
        Repository.Targets[TestRepository.Target] = TestKeys.TrustedRoot("two");
        Repository.Publish();
        VerifiedTarget target = await _scene.UpdateAsync();
        Assert.Equal(TestKeys.TrustedRoot("one"), target.Content.ToArray());
        Assert.Equal(1, target.SnapshotVersion);
        Assert.Equal(1, (await _scene.TrustedAsync())!.SnapshotVersion);
    }

    [Fact]
    public async Task New_keys_of_timestamp_and_snapshot_end_what_versions_far_ahead_did()
    {
        Repository.Versions["timestamp"] = 1_000_000;
        Repository.Versions["snapshot"] = 1_000_000;
        Repository.Publish();
        await _scene.UpdateAsync();
        Repository.Roles["timestamp"] = Repository.Roles["snapshot"] = new(1, TestKeys.Other);
        Repository.PublishRoot();
        Repository.Versions["timestamp"] = Repository.Versions["snapshot"] = 2;
        Repository.Publish();
        VerifiedTarget target = await _scene.UpdateAsync();
        Assert.Equal((2, 2, 2), (target.RootVersion, target.TimestampVersion, target.SnapshotVersion));
        Assert.Equal(2, (await _scene.TrustedAsync())!.TimestampVersion);
    }

    [Fact]
    public async Task An_expired_root_on_the_way_does_not_matter()
    {
        Repository.Expires["root"] = TestRepository.Now.AddDays(-1);
        Repository.PublishRoot();
        Repository.Expires.Clear();
        Repository.PublishRoot();
        Assert.Equal(3, (await _scene.UpdateAsync()).RootVersion);
    }

    [Fact]
    public async Task What_expired_in_the_store_is_replaced_by_what_is_newer()
    {
        await _scene.UpdateAsync();
        _scene.Time.Advance(TimeSpan.FromDays(40));
        foreach (string role in (string[])["root", "timestamp", "snapshot", "targets"])
            Repository.Expires[role] = _scene.Time.GetUtcNow().AddDays(1);
        Repository.PublishRoot();
        Repository.Renew();
        Assert.Equal(2, (await _scene.UpdateAsync()).TimestampVersion);
    }

    [Fact]
    public async Task A_body_that_is_cut_is_read_again()
    {
        await _scene.UpdateAsync();
        Repository.Renew(TestKeys.TrustedRoot("two"));
        _scene.Server.ServeCut("timestamp.json", _scene.Take("timestamp.json"), _scene.Server.CountOf("timestamp.json") + 1);
        Assert.Equal(2, (await _scene.UpdateAsync()).TimestampVersion);
    }

    [Fact]
    public async Task A_redirect_is_followed()
    {
        Repository.Files["elsewhere.json"] = _scene.Take("timestamp.json");
        _scene.Server.Redirect("timestamp.json", "elsewhere.json");
        Assert.Equal(1, (await _scene.UpdateAsync()).TimestampVersion);
    }

    [Fact]
    public async Task Redirects_in_a_circle_end()
    {
        _scene.Take("timestamp.json");
        _scene.Server.Redirect("timestamp.json", "timestamp.json");
        RemoteException problem = await Assert.ThrowsAsync<RemoteException>(() => _scene.UpdateAsync());
        Assert.Equal((RemoteFault.Protocol, 6), (problem.Fault, _scene.Server.CountOf("timestamp.json")));
    }

    [Fact]
    public async Task A_file_that_is_not_there_is_a_failure_of_the_network_and_the_store_stays()
    {
        await _scene.UpdateAsync();
        Repository.Renew();
        Repository.Files.Remove("2.snapshot.json");
        RemoteException problem = await Assert.ThrowsAsync<RemoteException>(() => _scene.UpdateAsync());
        Assert.Equal(RemoteFault.NotFound, problem.Fault);
        Assert.Equal(1, (await _scene.TrustedAsync())!.TimestampVersion);
    }

    [Fact]
    public async Task A_root_that_is_refused_is_one_that_is_not_there()
    {
        _scene.Server.Serve("2.root.json", 403);
        Assert.Equal(1, (await _scene.UpdateAsync()).RootVersion);
    }

    [Fact]
    public async Task A_mirror_may_be_a_folder()
    {
        foreach ((string path, byte[] content) in Repository.Files)
        {
            string file = Path.Combine(_scene.FolderOf("mirror"), path);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            await File.WriteAllBytesAsync(file, content);
        }

        RemoteRepository folder = new(_scene.Transport, new Uri("https://tuf.test/"))
        {
            Locate = file => new Uri(_scene.FolderOf("mirror") + file.AbsolutePath),
        };
        VerifiedTarget target = await _scene.Client.UpdateAsync(folder, null, _scene.Store, TestRepository.Target, default);
        Assert.Equal(1, target.TargetsVersion);
    }

    [Theory]
    [InlineData("")]
    [InlineData("/trusted_root.json")]
    [InlineData("a/../trusted_root.json")]
    [InlineData(@"a\b")]
    public async Task A_target_path_that_leads_elsewhere_is_not_asked_for(string path) =>
        await Assert.ThrowsAsync<ArgumentException>(() => _scene.Client.UpdateAsync(_scene.Remote, null, _scene.Store, path, default));
}
