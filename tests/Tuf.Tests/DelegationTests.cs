using System.Text.Json.Nodes;

namespace Slipway.Tuf.Tests;

/// <summary>Roles that targets delegate to (specification, 4.5 and 5.6.7).</summary>
public sealed class DelegationTests : IAsyncLifetime
{
    private static readonly TestRole Role = new(1, TestKeys.Other);

    private TufScene _scene = null!;

    private TestRepository Repository => _scene.Repository;

    public async ValueTask InitializeAsync() => _scene = await TufScene.StartAsync();

    public ValueTask DisposeAsync() => _scene.DisposeAsync();

    [Fact]
    public async Task A_delegated_role_vouches_for_its_paths_and_is_proven_again_from_the_store()
    {
        Add(new TestDelegation("a", Role, "dir/*") { Targets = Files("dir/x", "one") });
        Assert.Equal(Content("one"), (await _scene.UpdateAsync("dir/x")).Content.ToArray());
        Assert.Equal(Content("one"), (await _scene.TrustedAsync("dir/x"))!.Content.ToArray());
    }

    [Fact]
    public async Task The_top_level_targets_come_first()
    {
        Repository.Targets["dir/x"] = Content("top");
        Add(new TestDelegation("a", Role, "dir/*") { IsTerminating = true, Targets = Files("dir/x", "one") });
        Assert.Equal(Content("top"), (await _scene.UpdateAsync("dir/x")).Content.ToArray());
    }

    [Fact]
    public async Task A_role_may_not_vouch_for_other_paths()
    {
        Add(new TestDelegation("a", Role, "dir/*") { Targets = Files("other/x", "one") });
        await _scene.RequireAsync(TufFailure.TargetMissing, "other/x");
    }

    [Fact]
    public async Task A_role_below_may_not_vouch_for_paths_that_the_one_above_may_not()
    {
        TestDelegation below = new("b", Role, "*/x") { Targets = Files("other/x", "one") };
        Add(new TestDelegation("a", Role, "dir/*") { Below = [below] });
        await _scene.RequireAsync(TufFailure.TargetMissing, "other/x");
    }

    [Fact]
    public async Task The_first_of_two_counts_and_all_below_it_before_the_second()
    {
        TestDelegation below = new("b", Role, "dir/x") { Targets = Files("dir/x", "below the first") };
        Add(new TestDelegation("a", Role, "dir/*") { Below = [below] }, new("c", Role, "dir/*") { Targets = Files("dir/x", "second") });
        Assert.Equal(Content("below the first"), (await _scene.UpdateAsync("dir/x")).Content.ToArray());
    }

    [Fact]
    public async Task After_a_terminating_role_nobody_is_asked()
    {
        Add(
            new TestDelegation("a", Role, "dir/*") { IsTerminating = true },
            new TestDelegation("b", Role, "dir/*") { Targets = Files("dir/x", "one") }
        );
        await _scene.RequireAsync(TufFailure.TargetMissing, "dir/x");
        Repository.Delegations[0] = Repository.Delegations[0] with { IsTerminating = false };
        Repository.Renew();
        Assert.Equal(Content("one"), (await _scene.UpdateAsync("dir/x")).Content.ToArray());
    }

    [Fact]
    public async Task A_terminating_role_below_ends_the_whole_search()
    {
        TestDelegation below = new("b", Role, "dir/*") { IsTerminating = true };
        Add(
            new TestDelegation("a", Role, "dir/*") { Below = [below] },
            new TestDelegation("c", Role, "dir/*") { Targets = Files("dir/x", "one") }
        );
        await _scene.RequireAsync(TufFailure.TargetMissing, "dir/x");
    }

    [Fact]
    public async Task A_terminating_role_for_other_paths_ends_nothing()
    {
        Add(
            new TestDelegation("a", Role, "elsewhere/*") { IsTerminating = true },
            new TestDelegation("b", Role, "dir/*") { Targets = Files("dir/x", "one") }
        );
        Assert.Equal(Content("one"), (await _scene.UpdateAsync("dir/x")).Content.ToArray());
    }

    [Fact]
    public async Task Paths_may_be_given_by_the_beginning_of_their_hash()
    {
        string hash = TestRepository.Hash("dir/x"u8.ToArray());
        Add(new TestDelegation("a", Role, hash[..2]) { IsByHash = true, Targets = Files("dir/x", "one") });
        Assert.Equal(Content("one"), (await _scene.UpdateAsync("dir/x")).Content.ToArray());
        string other = hash[0] == '0' ? "1" : "0";
        Repository.Delegations[0] = new TestDelegation("a", Role, other) { IsByHash = true, Targets = Files("dir/x", "one") };
        Repository.Renew();
        await _scene.RequireAsync(TufFailure.TargetMissing, "dir/x");
    }

    [Fact]
    public async Task Roles_that_delegate_in_a_circle_are_asked_once()
    {
        TestDelegation a = new("a", Role, "*") { };
        a.Below.Add(new TestDelegation("b", Role, "*") { Below = [new TestDelegation("a", Role, "*")] });
        Repository.Edits["b"] = signed => signed["delegations"] = TestDelegation.Json([new TestDelegation("a", Role, "*")]);
        a.Below[0].Below.Clear();
        Add(a);
        TufException problem = await _scene.RequireAsync(TufFailure.TargetMissing, "nowhere");
        Assert.Contains("none of the 3 roles", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_more_than_32_roles_are_asked()
    {
        Add([
            .. Enumerable.Range(1, 40).Select(i => new TestDelegation($"r{i}", Role, "*") { Targets = i == 32 ? Files("x", "one") : [] }),
        ]);
        TufException problem = await _scene.RequireAsync(TufFailure.TargetMissing, "x");
        Assert.Contains("none of the 32 roles", problem.Message, StringComparison.Ordinal);
        Assert.Equal(0, _scene.Server.CountOf("1.r32.json"));
        Assert.Equal(1, _scene.Server.CountOf("1.r31.json"));
    }

    [Fact]
    public async Task A_stranger_signs_for_a_delegated_role()
    {
        TestRole role = Role with { Signers = [TestKeys.Stranger] };
        Add(new TestDelegation("a", role, "dir/*") { Targets = Files("dir/x", "one") });
        Assert.Contains("a.json", (await _scene.RequireAsync(TufFailure.ThresholdNotMet, "dir/x")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rollback_of_a_delegated_role()
    {
        Add(new TestDelegation("a", Role, "dir/*") { Version = 3, Targets = Files("dir/x", "one") });
        await _scene.UpdateAsync("dir/x");
        Repository.Delegations[0] = Repository.Delegations[0] with { Version = 2 };
        Repository.Renew();
        await _scene.RequireAsync(TufFailure.Rollback, "dir/x");
    }

    [Fact]
    public async Task Freeze_of_a_delegated_role()
    {
        Repository.Edits["a"] = signed => signed["expires"] = "2029-12-31T00:00:00Z";
        Add(new TestDelegation("a", Role, "dir/*") { Targets = Files("dir/x", "one") });
        await _scene.RequireAsync(TufFailure.Freeze, "dir/x");
    }

    [Fact]
    public async Task A_role_whose_name_is_a_path_is_one_file()
    {
        Add(new TestDelegation("../a b/c%", Role, "dir/*") { Targets = Files("dir/x", "one") });
        Assert.Equal(Content("one"), (await _scene.UpdateAsync("dir/x")).Content.ToArray());
    }

    [Theory]
    [InlineData("""{ "name": "targets", "keyids": [], "threshold": 1, "terminating": true, "paths": [] }""", TufFailure.Malformed)]
    [InlineData("""{ "name": "root", "keyids": [], "threshold": 1, "terminating": true, "paths": [] }""", TufFailure.Malformed)]
    [InlineData("""{ "name": "", "keyids": [], "threshold": 1, "terminating": true, "paths": [] }""", TufFailure.Malformed)]
    [InlineData("""{ "name": "a", "keyids": [], "threshold": 1, "terminating": true }""", TufFailure.Malformed)]
    [InlineData("""{ "name": "a", "keyids": [], "threshold": 1, "paths": [], "path_hash_prefixes": [] }""", TufFailure.Malformed)]
    [InlineData("""{ "name": "a", "keyids": [], "threshold": 0, "paths": [] }""", TufFailure.Malformed)]
    [InlineData("""{ "name": "a", "keyids": [], "threshold": 1, "paths": ["[ab]"] }""", TufFailure.UnknownFormat)]
    [InlineData("""{ "name": "a", "keyids": [], "threshold": 1, "paths": ["a\\b"] }""", TufFailure.UnknownFormat)]
    public async Task A_delegation_that_cannot_be_followed(string role, TufFailure failure)
    {
        Repository.Edits["targets"] = signed =>
            signed["delegations"] = new JsonObject { ["keys"] = new JsonObject(), ["roles"] = new JsonArray(JsonNode.Parse(role)) };
        Repository.Renew();
        await _scene.RequireAsync(failure);
    }

    [Fact]
    public async Task Succinct_roles_are_not_known()
    {
        Repository.Edits["targets"] = signed => signed["delegations"] = new JsonObject { ["succinct_roles"] = new JsonObject() };
        Repository.Renew();
        await _scene.RequireAsync(TufFailure.UnknownFormat);
    }

    [Theory]
    [InlineData("targets/*.tgz", "targets/foo.tgz", true)]
    [InlineData("targets/*.tgz", "targets/foo.txt", false)]
    [InlineData("foo-version-?.tgz", "foo-version-a.tgz", true)]
    [InlineData("foo-version-?.tgz", "foo-version-alpha.tgz", false)]
    [InlineData("*.tgz", "targets/foo.tgz", false)]
    [InlineData("foo.tgz", "foo.tgz", true)]
    [InlineData("foo.tgz", "foo.tgz2", false)]
    [InlineData("*", "a/b", false)]
    [InlineData("*/*", "a/b", true)]
    [InlineData("?", "/", false)]
    [InlineData("**", "", true)]
    [InlineData("a*b*c", "a-b-b-c", true)]
    [InlineData("a*b*c", "a-b-b-d", false)]
    [InlineData("*a?", "aab", true)]
    [InlineData("", "", true)]
    [InlineData("", "a", false)]
    public void A_pattern_matches_as_a_shells_does_without_crossing_a_slash(string pattern, string path, bool matches) =>
        Assert.Equal(matches, PathPattern.Parse(pattern, "test").Matches(path));

    private void Add(params IReadOnlyList<TestDelegation> delegations)
    {
        Repository.Delegations.AddRange(delegations);
        Repository.Publish();
    }

    private static Dictionary<string, byte[]> Files(string path, string mark) => new() { [path] = Content(mark) };

    private static byte[] Content(string mark) => TestKeys.TrustedRoot(mark);
}
