using System.Text.Json.Nodes;

namespace Slipway.Tuf.Tests;

/// <summary>Who must sign what, and what counts as a signature (specification, 5.3.4, 5.4.2, 5.5.3, 5.6.3).</summary>
public sealed class SignatureTests : IAsyncLifetime
{
    private TufScene _scene = null!;

    private TestRepository Repository => _scene.Repository;

    public async ValueTask InitializeAsync()
    {
        _scene = await TufScene.StartAsync();
        await _scene.UpdateAsync();
    }

    public ValueTask DisposeAsync() => _scene.DisposeAsync();

    [Theory]
    [InlineData("timestamp")]
    [InlineData("snapshot")]
    [InlineData("targets")]
    public async Task A_stranger_signs_for_a_role(string role)
    {
        Repository.Roles[role] = Repository.Roles[role] with { Signers = [TestKeys.Stranger.Called(TestKeys.Online.Id)] };
        Repository.Renew();
        await _scene.RequireAsync(TufFailure.ThresholdNotMet);
    }

    [Fact]
    public async Task A_key_of_another_role_signs()
    {
        Repository.Roles["targets"] = Repository.Roles["targets"] with { Signers = [TestKeys.RootOne, TestKeys.Online] };
        Repository.Renew();
        Assert.Contains(
            "targets.json: wanted signatures by 2",
            (await _scene.RequireAsync(TufFailure.ThresholdNotMet)).Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task One_key_signs_twice()
    {
        Repository.Roles["targets"] = Repository.Roles["targets"] with { Signers = [TestKeys.RootTwo, TestKeys.RootTwo] };
        Repository.Renew();
        Assert.EndsWith("got 1", (await _scene.RequireAsync(TufFailure.ThresholdNotMet)).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_key_signs_under_two_names()
    {
        Repository.Roles["targets"] = new(2, TestKeys.RootTwo, TestKeys.RootTwo.Called("another"), TestKeys.RootOne)
        {
            Signers = [TestKeys.RootTwo, TestKeys.RootTwo.Called("another")],
        };
        Repository.PublishRoot();
        Repository.Renew();
        Assert.EndsWith(
            "2 usable keys of the role targets, got 1",
            (await _scene.RequireAsync(TufFailure.ThresholdNotMet)).Problem,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task One_key_signs_in_two_forms()
    {
        (TestKey pem, TestKey hex) = TestKey.EcdsaTwice();
        Repository.Roles["targets"] = new(2, pem, hex);
        Repository.PublishRoot();
        Repository.Renew();
        await _scene.RequireAsync(TufFailure.ThresholdNotMet);
        Repository.Roles["targets"] = new(1, hex);
        Repository.PublishRoot();
        Repository.Renew();
        Assert.Equal(3, (await _scene.UpdateAsync()).RootVersion);
    }

    [Fact]
    public async Task A_key_of_a_type_that_nobody_knows_is_not_counted_and_does_not_disturb()
    {
        TestKey unknown = TestKey.Unknown();
        Repository.Roles["targets"] = new(2, TestKeys.RootOne, unknown);
        Repository.PublishRoot();
        Repository.Renew();
        Assert.Contains("the 1 usable keys", (await _scene.RequireAsync(TufFailure.ThresholdNotMet)).Message, StringComparison.Ordinal);
        Repository.Roles["targets"] = new(2, TestKeys.RootOne, unknown, TestKeys.RootThree);
        Repository.PublishRoot();
        Repository.Renew();
        Assert.Equal(3, (await _scene.UpdateAsync()).RootVersion);
    }

    [Fact]
    public async Task A_signature_that_is_empty_or_no_hex_is_none()
    {
        Repository.Renew();
        Tamper("2.targets.json", file => file["signatures"]![0]!["sig"] = "");
        Repository.SaysHashes = false;
        Repository.Renew();
        Tamper("3.targets.json", file => file["signatures"]![0]!["sig"] = "");
        await _scene.RequireAsync(TufFailure.ThresholdNotMet);
        Tamper("3.targets.json", file => file["signatures"]![0]!["sig"] = "not hex");
        await _scene.RequireAsync(TufFailure.ThresholdNotMet);
    }

    [Fact]
    public async Task What_is_signed_is_changed_afterwards()
    {
        Repository.Renew();
        Tamper("timestamp.json", file => file["signed"]!["version"] = 9);
        await _scene.RequireAsync(TufFailure.ThresholdNotMet);
    }

    [Fact]
    public async Task A_member_that_nobody_knows_is_signed_too()
    {
        Repository.Edits["timestamp"] = signed => signed["x-more"] = new JsonObject { ["a"] = new JsonArray(1, "two", true, null) };
        Repository.Renew();
        Assert.Equal(2, (await _scene.UpdateAsync()).TimestampVersion);
        Repository.Renew();
        Tamper("timestamp.json", file => file["signed"]!["x-more"]!["a"]![0] = 2);
        await _scene.RequireAsync(TufFailure.ThresholdNotMet);
    }

    [Fact]
    public async Task A_root_is_signed_by_the_old_keys_alone()
    {
        Repository.Roles["root"] = new(2, TestKeys.Other, TestKeys.Online);
        Repository.PublishRoot(TestKeys.RootOne, TestKeys.RootTwo, TestKeys.RootThree);
        await _scene.RequireAsync(TufFailure.RootRotationBroken);
    }

    [Fact]
    public async Task A_root_is_signed_by_the_new_keys_alone()
    {
        Repository.Roles["root"] = new(2, TestKeys.Other, TestKeys.Online);
        Repository.PublishRoot(TestKeys.Other, TestKeys.Online);
        await _scene.RequireAsync(TufFailure.RootRotationBroken);
    }

    [Fact]
    public async Task A_key_that_a_rotation_removed_no_longer_counts()
    {
        Repository.Roles["root"] = new(2, TestKeys.RootTwo, TestKeys.RootThree);
        Repository.PublishRoot();
        Assert.Equal(2, (await _scene.UpdateAsync()).RootVersion);
        Repository.PublishRoot(TestKeys.RootOne, TestKeys.RootTwo);
        await _scene.RequireAsync(TufFailure.RootRotationBroken);
    }

    [Fact]
    public async Task A_timestamp_key_that_a_rotation_removed_no_longer_counts()
    {
        Repository.Roles["timestamp"] = new(1, TestKeys.Other) { Signers = [TestKeys.Online] };
        Repository.PublishRoot();
        Repository.Renew();
        await _scene.RequireAsync(TufFailure.ThresholdNotMet);
    }

    [Theory]
    [InlineData(2, TufFailure.Rollback)]
    [InlineData(1, TufFailure.Rollback)]
    [InlineData(4, TufFailure.VersionGap)]
    public async Task A_root_has_another_version_than_the_next(int version, TufFailure failure)
    {
        Repository.PublishRoot();
        Repository.Edits["root"] = signed => signed["version"] = version;
        Repository.PublishRoot();
        await _scene.RequireAsync(failure);
    }

    [Fact]
    public async Task A_new_root_is_kept_though_what_follows_cannot_be_believed_and_hiding_it_helps_nobody()
    {
        Repository.Roles["timestamp"] = new(1, TestKeys.Other) { Signers = [TestKeys.Online] };
        Repository.PublishRoot();
        Repository.Renew();
        await _scene.RequireAsync(TufFailure.ThresholdNotMet);
        Repository.Files.Remove("2.root.json");
        TufException problem = await _scene.RequireAsync(TufFailure.ThresholdNotMet);
        Assert.StartsWith("timestamp.json", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pinned_root_must_be_signed_by_its_own_keys()
    {
        Repository.PublishRoot(TestKeys.RootOne);
        TufClient client = new(Repository.Files["2.root.json"], _scene.Time);
        TufException problem = await Assert.ThrowsAsync<TufException>(() =>
            client.UpdateAsync(_scene.Remote, null, _scene.Store, TestRepository.Target, default)
        );
        Assert.Equal(TufFailure.ThresholdNotMet, problem.Failure);
    }

    [Fact]
    public async Task More_roots_than_an_update_goes_through_are_left_for_the_next()
    {
        // Rotations that only count up are quick to make with keys that sign fast.
        TestKey key = TestKeys.Other;
        Repository.Roles["root"] = new(1, key);
        for (int i = 0; i < 258; i++)
            Repository.PublishRoot();
        Assert.Equal(257, (await _scene.UpdateAsync()).RootVersion);
        Assert.Equal(259, (await _scene.UpdateAsync()).RootVersion);
    }

    private void Tamper(string path, Action<JsonNode> change)
    {
        JsonNode file = JsonNode.Parse(Repository.Files[path])!;
        change(file);
        Repository.Files[path] = TestJson.Pretty(file);
    }
}
