using System.Text;
using System.Text.Json.Nodes;

namespace Slipway.Tuf.Tests;

/// <summary>Metadata that is signed and is not what it has to be (specification, 4).</summary>
public sealed class FormatTests : IAsyncLifetime
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
    [InlineData("1.0", true)]
    [InlineData("1.0.34", true)]
    [InlineData("1.1.0", true)]
    [InlineData("2.0.0", false)]
    [InlineData("0.9", false)]
    [InlineData("1", false)]
    [InlineData("1.0.0.0", false)]
    [InlineData("1.0-beta", false)]
    [InlineData("1.0.0\n", false)]
    [InlineData("", false)]
    public async Task A_version_of_the_specification(string version, bool known)
    {
        Repository.Edits["timestamp"] = signed => signed["spec_version"] = version;
        Repository.Renew();
        if (known)
            Assert.Equal(2, (await _scene.UpdateAsync()).TimestampVersion);
        else
            Assert.Contains(
                "newer version of this program",
                (await _scene.RequireAsync(TufFailure.UnknownFormat)).Message,
                StringComparison.Ordinal
            );
    }

    [Theory]
    [InlineData("root")]
    [InlineData("snapshot")]
    [InlineData("targets")]
    public async Task A_version_of_the_specification_that_nobody_knows_in_each_role(string role)
    {
        Repository.Edits[role] = signed => signed["spec_version"] = "7.0.0";
        Repository.PublishRoot();
        Repository.Renew();
        await _scene.RequireAsync(TufFailure.UnknownFormat);
    }

    [Theory]
    [InlineData("root", "timestamp")]
    [InlineData("timestamp", "snapshot")]
    [InlineData("snapshot", "targets")]
    [InlineData("targets", "root")]
    public async Task A_file_is_of_another_type(string role, string type)
    {
        Repository.Edits[role] = signed => signed["_type"] = type;
        Repository.PublishRoot();
        Repository.Renew();
        Assert.Contains(
            $"'_type' wanted {role}, got {type}",
            (await _scene.RequireAsync(TufFailure.Malformed)).Message,
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("expires", "\"2031-01-01\"")]
    [InlineData("expires", "\"2031-01-01T00:00:00\"")]
    [InlineData("expires", "\"2031-13-01T00:00:00Z\"")]
    [InlineData("expires", "\"never\"")]
    [InlineData("expires", "2031")]
    [InlineData("expires", null)]
    [InlineData("version", "0")]
    [InlineData("version", "-1")]
    [InlineData("version", "\"2\"")]
    [InlineData("version", null)]
    [InlineData("meta", "{}")]
    [InlineData("meta", "[]")]
    [InlineData("meta", null)]
    [InlineData("meta", """{ "snapshot.json": { "version": 1 }, "more.json": { "version": 1 } }""")]
    [InlineData("meta", """{ "snapshot.json": { "version": 0 } }""")]
    [InlineData("meta", """{ "snapshot.json": { "version": 1, "length": -1 } }""")]
    [InlineData("meta", """{ "snapshot.json": { "version": 1, "hashes": {} } }""")]
    [InlineData("meta", """{ "snapshot.json": { "version": 1, "hashes": { "md5": "00" } } }""")]
    [InlineData("meta", """{ "snapshot.json": { "version": 1, "hashes": { "sha256": "00" } } }""")]
    public async Task A_member_of_the_timestamp_is_malformed(string member, string? value)
    {
        Repository.Edits["timestamp"] = signed =>
        {
            if (value is null)
                signed.Remove(member);
            else
                signed[member] = JsonNode.Parse(value);
        };
        Repository.Renew();
        await _scene.RequireAsync(TufFailure.Malformed);
    }

    [Theory]
    [InlineData("2031-01-01T00:00:00Z", true)]
    [InlineData("2031-01-01T00:00:00.663975009Z", true)]
    [InlineData("2030-01-01T01:00:00.5-06:00", true)]
    [InlineData("2030-01-01T05:00:00+06:00", false)]
    public async Task A_time_of_Sigstores_first_roots_is_understood(string expires, bool fresh)
    {
        Repository.Edits["timestamp"] = signed => signed["expires"] = expires;
        Repository.Renew();
        if (fresh)
            Assert.Equal(2, (await _scene.UpdateAsync()).TimestampVersion);
        else
            await _scene.RequireAsync(TufFailure.Freeze);
    }

    [Theory]
    [InlineData("threshold", "0")]
    [InlineData("threshold", "-2")]
    [InlineData("threshold", "\"1\"")]
    [InlineData("keyids", "{}")]
    [InlineData("keyids", "[1]")]
    public async Task A_role_of_the_root_is_malformed(string member, string value)
    {
        Repository.Edits["root"] = signed => signed["roles"]!["timestamp"]![member] = JsonNode.Parse(value);
        Repository.PublishRoot();
        await _scene.RequireAsync(TufFailure.Malformed);
    }

    [Theory]
    [InlineData("root")]
    [InlineData("timestamp")]
    [InlineData("snapshot")]
    [InlineData("targets")]
    public async Task A_root_lacks_a_role(string role)
    {
        Repository.Edits["root"] = signed => signed["roles"]!.AsObject().Remove(role);
        Repository.PublishRoot();
        await _scene.RequireAsync(TufFailure.Malformed);
    }

    [Fact]
    public async Task A_snapshot_that_does_not_name_the_targets()
    {
        _scene.Time.Advance(TimeSpan.Zero);
        Repository.Edits["snapshot"] = signed => signed["meta"] = new JsonObject();
        Repository.Renew();
        // Gone from a snapshot is a rollback for whoever knew it; who begins has nothing to compare with.
        await _scene.RequireAsync(TufFailure.Rollback);
        Directory.Delete(_scene.Store.Folder, recursive: true);
        Assert.Contains("targets.json", (await _scene.RequireAsync(TufFailure.Malformed)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("length", null)]
    [InlineData("length", "-1")]
    [InlineData("hashes", null)]
    [InlineData("hashes", """{ "md5": "00" }""")]
    public async Task A_target_without_length_or_hash(string member, string? value)
    {
        Repository.Edits["targets"] = signed =>
            signed["targets"]![TestRepository.Target]![member] = value is null ? null : JsonNode.Parse(value);
        Repository.Renew();
        await _scene.RequireAsync(TufFailure.Malformed);
    }

    [Theory]
    [InlineData("""{ "signed": { "a": 1, "a": 1 }, "signatures": [] }""")]
    [InlineData("""{ "signed": { "a": 1, "\u0061": 1 }, "signatures": [] }""")]
    [InlineData("""{ "signed": {}, "signed": {}, "signatures": [] }""")]
    [InlineData("""{ "signed": { "a": 1.5 }, "signatures": [] }""")]
    [InlineData("""{ "signed": {}, "signatures": [] } {}""")]
    [InlineData("""{ "signed": {}, "signatures": {} }""")]
    [InlineData("""{ "signed": [], "signatures": [] }""")]
    [InlineData("""{ "signed": {}, "signatures": [{ "keyid": "a" }] }""")]
    [InlineData("""{ "signatures": [] }""")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("")]
    public async Task A_file_that_is_no_metadata(string text)
    {
        Repository.Files["timestamp.json"] = Encoding.UTF8.GetBytes(text);
        await _scene.RequireAsync(TufFailure.Malformed);
    }

    [Fact]
    public async Task More_signatures_than_are_read()
    {
        Repository.Roles["timestamp"] = Repository.Roles["timestamp"] with { Signers = [.. Enumerable.Repeat(TestKeys.Online, 257)] };
        Repository.Edits["timestamp"] = _ => { };
        Repository.Renew();
        // Each takes some bytes: they do not even fit.
        await _scene.RequireAsync(TufFailure.WrongLength);
        JsonArray signatures = [];
        for (int i = 0; i < 257; i++)
            signatures.Add(new JsonObject { ["keyid"] = "", ["sig"] = "" });
        JsonNode file = new JsonObject { ["signed"] = new JsonObject(), ["signatures"] = signatures };
        Repository.Files["timestamp.json"] = Encoding.UTF8.GetBytes(file.ToJsonString());
        Assert.Contains("at most 256 signatures", (await _scene.RequireAsync(TufFailure.Malformed)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_nested_too_deep()
    {
        Repository.Files["timestamp.json"] = Encoding.UTF8.GetBytes(
            $$"""{ "signed": { "a": {{new string('[', 1000)}}{{new string(']', 1000)}} }, "signatures": [] }"""
        );
        await _scene.RequireAsync(TufFailure.Malformed);
    }

    [Fact]
    public async Task A_file_cut_anywhere_is_refused()
    {
        Repository.PublishRoot();
        Repository.Renew(TestKeys.TrustedRoot("two"));
        Dictionary<string, byte[]> whole = new(Repository.Files);
        string target = whole.Keys.Single(path =>
            path.StartsWith("targets/", StringComparison.Ordinal) && whole[path].AsSpan().SequenceEqual(TestKeys.TrustedRoot("two"))
        );
        foreach (string path in (string[])["2.root.json", "timestamp.json", "2.snapshot.json", "2.targets.json", target])
        {
            for (int part = 0; part < 50; part++)
            {
                Repository.Files[path] = whole[path][..(whole[path].Length * part / 50)];
                TufException problem = await Assert.ThrowsAsync<TufException>(() => _scene.UpdateAsync());
                Assert.True(problem.Failure is TufFailure.Malformed or TufFailure.WrongLength, $"{path} {part}: {problem.Message}");
            }

            Repository.Files[path] = whole[path];
        }

        Assert.Equal(2, (await _scene.UpdateAsync()).TimestampVersion);
    }
}
