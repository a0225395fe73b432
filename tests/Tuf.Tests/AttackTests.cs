using System.Text.Json.Nodes;

namespace Slipway.Tuf.Tests;

/// <summary>What the specification protects from (1.5.2), each attack by its name; after each of them the store is as it was.</summary>
public sealed class AttackTests : IAsyncLifetime
{
    private TufScene _scene = null!;

    private TestRepository Repository => _scene.Repository;

    public async ValueTask InitializeAsync()
    {
        _scene = await TufScene.StartAsync();
        foreach (string role in (string[])["timestamp", "snapshot", "targets"])
            Repository.Versions[role] = 5;
        Repository.Publish();
        await _scene.UpdateAsync();
    }

    public ValueTask DisposeAsync() => _scene.DisposeAsync();

    [Fact]
    public async Task Rollback_of_the_timestamp()
    {
        Repository.Versions["timestamp"] = 4;
        Repository.Publish();
        Assert.Contains(
            "wanted version 5 or newer of the timestamp",
            (await _scene.RequireAsync(TufFailure.Rollback)).Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task Rollback_of_the_snapshot_in_a_newer_timestamp()
    {
        Repository.Versions["timestamp"] = 6;
        Repository.Versions["snapshot"] = 4;
        Repository.Publish();
        Assert.Contains(
            "wanted version 5 or newer of the snapshot",
            (await _scene.RequireAsync(TufFailure.Rollback)).Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task Rollback_of_the_targets_in_a_newer_snapshot()
    {
        Repository.Versions["timestamp"] = 6;
        Repository.Versions["snapshot"] = 6;
        Repository.Versions["targets"] = 4;
        Repository.Publish();
        Assert.Contains("targets.json, got version 4", (await _scene.RequireAsync(TufFailure.Rollback)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Removal_of_a_role_from_the_snapshot()
    {
        Repository.Edits["snapshot"] = signed => signed["meta"]!["more.json"] = new JsonObject { ["version"] = 1 };
        Repository.Renew();
        await _scene.UpdateAsync();
        Repository.Edits.Clear();
        Repository.Renew();
        Assert.Contains("more.json, got none", (await _scene.RequireAsync(TufFailure.Rollback)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("root")]
    [InlineData("timestamp")]
    [InlineData("snapshot")]
    [InlineData("targets")]
    public async Task Freeze_of_each_role(string role)
    {
        Repository.Expires[role] = TestRepository.Now;
        Repository.PublishRoot();
        Repository.Renew();
        Assert.Contains(
            $"{role}.json: it expired at 2030-01-01T00:00:00Z",
            (await _scene.RequireAsync(TufFailure.Freeze)).Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task Freeze_at_what_the_store_has()
    {
        _scene.Time.Advance(TimeSpan.FromDays(31));
        Repository.Expires["root"] = _scene.Time.GetUtcNow().AddDays(1);
        Repository.PublishRoot();
        await _scene.RequireAsync(TufFailure.Freeze);
    }

    [Fact]
    public async Task Mix_and_match_of_a_snapshot_of_another_version()
    {
        Repository.SaysHashes = false;
        Repository.Edits["snapshot"] = signed => signed["version"] = 9;
        Repository.Renew();
        await _scene.RequireAsync(TufFailure.VersionMismatch);
    }

    [Fact]
    public async Task Mix_and_match_of_targets_of_another_version()
    {
        Repository.SaysHashes = false;
        Repository.Renew();
        byte[] old = Repository.Files["6.targets.json"];
        Repository.Renew(TestKeys.TrustedRoot("two"));
        Repository.Files["7.targets.json"] = old;
        await _scene.RequireAsync(TufFailure.VersionMismatch);
    }

    [Theory]
    [InlineData("snapshot")]
    [InlineData("targets")]
    public async Task Mix_and_match_of_metadata_that_is_signed_and_has_another_hash(string role)
    {
        Repository.Renew();
        byte[] good = Repository.Files[$"6.{role}.json"];
        byte[] other = [.. good[..^1], (byte)' '];
        Assert.Equal(good.Length, other.Length);
        Repository.Files[$"6.{role}.json"] = other;
        await _scene.RequireAsync(TufFailure.HashMismatch);
    }

    [Theory]
    [InlineData("2.root.json", 512 * 1024)]
    [InlineData("timestamp.json", 16 * 1024)]
    [InlineData("6.snapshot.json", 2 * 1024 * 1024)]
    [InlineData("6.targets.json", 5 * 1024 * 1024)]
    public async Task Endless_data_where_no_length_is_said(string path, int limit)
    {
        Repository.SaysHashes = false;
        Repository.PublishRoot();
        Repository.Renew();
        ServeEndlessly(path);
        TufException problem = await _scene.RequireAsync(TufFailure.WrongLength);
        Assert.Contains($"wanted at most {limit} bytes", problem.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("6.snapshot.json")]
    [InlineData("6.targets.json")]
    [InlineData("target")]
    public async Task Endless_data_where_a_length_is_said(string path)
    {
        Repository.Renew(TestKeys.TrustedRoot("two"));
        string file = path == "target" ? TargetFile : path;
        int length = Repository.Files[file].Length;
        ServeEndlessly(file);
        TufException problem = await _scene.RequireAsync(TufFailure.WrongLength);
        Assert.Contains($"wanted at most {length} bytes", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_length_that_is_signed_and_beyond_the_limit()
    {
        Repository.Targets[TestRepository.Target] = new byte[(4 * 1024 * 1024) + 1];
        Repository.Renew();
        await _scene.RequireAsync(TufFailure.WrongLength);
    }

    [Fact]
    public async Task A_target_with_another_hash()
    {
        Repository.Renew(TestKeys.TrustedRoot("two"));
        Repository.Files[TargetFile] = TestKeys.TrustedRoot("owt");
        await _scene.RequireAsync(TufFailure.HashMismatch);
    }

    [Fact]
    public async Task A_target_that_is_too_short()
    {
        Repository.Renew(TestKeys.TrustedRoot("two"));
        Repository.Files[TargetFile] = Repository.Files[TargetFile][..^1];
        await _scene.RequireAsync(TufFailure.WrongLength);
    }

    [Fact]
    public async Task A_target_of_which_one_hash_of_two_is_wrong()
    {
        Repository.Edits["targets"] = signed => signed["targets"]![TestRepository.Target]!["hashes"]!["sha512"] = new string('0', 128);
        Repository.Renew(TestKeys.TrustedRoot("two"));
        await _scene.RequireAsync(TufFailure.HashMismatch);
    }

    [Fact]
    public async Task A_target_under_the_wrong_consistent_name_is_not_found()
    {
        Repository.Renew(TestKeys.TrustedRoot("two"));
        byte[] content = Repository.Files[TargetFile];
        Repository.Files.Remove(TargetFile);
        Repository.Files["targets/" + TestRepository.Target] = content;
        await Assert.ThrowsAsync<Http.RemoteException>(() => _scene.UpdateAsync());
        Assert.Equal(5, (await _scene.TrustedAsync())!.TimestampVersion);
    }

    [Fact]
    public async Task A_target_that_nobody_vouches_for()
    {
        await _scene.UpdateAsync();
        Repository.Targets.Clear();
        Repository.Renew();
        await _scene.RequireAsync(TufFailure.TargetMissing);
    }

    private string TargetFile => $"targets/{TestRepository.Hash(Repository.Targets[TestRepository.Target])}.{TestRepository.Target}";

    /// <summary>The file, and then blanks until nobody reads any more; in place of the repository's own.</summary>
    private void ServeEndlessly(string path)
    {
        byte[] content = _scene.Take(path),
            blanks = [.. Enumerable.Repeat((byte)' ', 64 * 1024)];
        _scene.Server.On(path, async (context, _) =>
        {
            await context.Response.Body.WriteAsync(content);
            for (int i = 0; i < 1000; i++)
                await context.Response.Body.WriteAsync(blanks, context.RequestAborted);
        });
    }
}
