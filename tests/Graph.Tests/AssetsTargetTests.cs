using System.Text.Json;
using Slipway.Testing;

namespace Slipway.Graph.Tests;

/// <summary>The target Assets as its users run it, after a publication to two registries of the tests' own.</summary>
public sealed class AssetsTargetTests : IAsyncLifetime
{
    private PublishedTools _tools = null!;

    private string Folder => _tools.Repository.At("artifacts", UpstreamImage.Name, "assets");

    public async ValueTask InitializeAsync() => _tools = await PublishedTools.CreateAsync();

    public ValueTask DisposeAsync() => _tools.DisposeAsync();

    [Fact]
    public async Task The_files_of_a_release_are_listed_with_their_checksums_and_the_notes_are_the_result()
    {
        ChildResult result = (await AssetsAsync()).Require();

        string[] wanted =
        [
            "SHA256SUMS",
            "SHA256SUMS.sigstore.json",
            "notes.md",
            "release.json",
            "release.pub",
            "tools-v1.0.0-amd64.spdx.json",
            "tools-v1.0.0-index.spdx.json",
            "tools-v1.0.0-provenance.sigstore.json",
        ];
        Assert.Equal(wanted, Directory.EnumerateFiles(Folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal(await File.ReadAllTextAsync(Path.Combine(Folder, "notes.md"), TestContext.Current.CancellationToken), result.Output);
        ChildResult checkedSums = (
            await new ChildProcess("sha256sum", "--check", "--strict", "SHA256SUMS") { WorkingDirectory = Folder }.RunAsync()
        ).Require();
        Assert.Equal(["release.json: OK", "release.pub: OK", .. wanted[5..].Select(name => name + ": OK")], checkedSums.Lines);
        Assert.Equal(
            await File.ReadAllTextAsync(_tools.Record, TestContext.Current.CancellationToken),
            await File.ReadAllTextAsync(Path.Combine(Folder, "release.json"), TestContext.Current.CancellationToken)
        );
        Assert.Equal(
            await File.ReadAllTextAsync(_tools.Repository.Key.Public, TestContext.Current.CancellationToken),
            await File.ReadAllTextAsync(Path.Combine(Folder, "release.pub"), TestContext.Current.CancellationToken)
        );
    }

    [Fact]
    public async Task A_rerun_gives_the_same_bytes_and_a_damaged_signature_is_made_anew()
    {
        (await AssetsAsync()).Require();
        Dictionary<string, string> before = Contents();
        (await AssetsAsync()).Require();
        Assert.Equal(before, Contents());

        await File.WriteAllTextAsync(Path.Combine(Folder, "SHA256SUMS.sigstore.json"), "{}", TestContext.Current.CancellationToken);
        (await AssetsAsync()).Require();
        Dictionary<string, string> after = Contents();
        Assert.NotEqual(before["SHA256SUMS.sigstore.json"], after["SHA256SUMS.sigstore.json"]);
        Assert.NotEqual("{}", after["SHA256SUMS.sigstore.json"]);
        Assert.Equal(before["SHA256SUMS"], after["SHA256SUMS"]);
    }

    [Fact]
    public async Task Json_has_name_size_and_digest_of_every_file()
    {
        ChildResult result = (await AssetsAsync("--json")).Require();

        JsonElement json = result.Json("assets");
        Assert.Equal(("tools", "v1.0.0"), (json.GetProperty("image").GetString(), json.GetProperty("release").GetString()));
        foreach (JsonElement asset in json.GetProperty("assets").EnumerateArray())
            Assert.Equal(
                new FileInfo(Path.Combine(Folder, asset.GetProperty("name").GetString()!)).Length,
                asset.GetProperty("size").GetInt64()
            );
    }

    [Fact]
    public async Task What_was_not_published_or_not_all_of_it_has_no_files()
    {
        string record = await File.ReadAllTextAsync(_tools.Record, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(
            _tools.Record,
            record.Replace("\"complete\": true", "\"complete\": false", StringComparison.Ordinal),
            TestContext.Current.CancellationToken
        );
        Assert.Contains(
            "records a publication that was not completed. Run ./build.sh Publish --images tools",
            (await AssetsAsync()).Require(65).Error,
            StringComparison.Ordinal
        );

        await File.WriteAllTextAsync(
            _tools.Record,
            record.Replace("sha256:", "sha256:0", StringComparison.Ordinal),
            TestContext.Current.CancellationToken
        );
        (await AssetsAsync()).Require(65);

        File.Delete(_tools.Record);
        Assert.Contains("nothing was published from here", (await AssetsAsync()).Require(65).Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Folder));
    }

    [Fact]
    public async Task A_record_of_another_image_than_the_layouts_is_refused()
    {
        string record = await File.ReadAllTextAsync(_tools.Record, TestContext.Current.CancellationToken);
        using JsonDocument document = JsonDocument.Parse(record);
        string digest = document.RootElement.GetProperty("subjects")[0].GetProperty("digest").GetString()!;
        string other = digest[..^4] + (digest.EndsWith("0000", StringComparison.Ordinal) ? "1111" : "0000");
        await File.WriteAllTextAsync(
            _tools.Record,
            record.Replace(digest, other, StringComparison.Ordinal),
            TestContext.Current.CancellationToken
        );

        Assert.Contains($"is of {other}, and the layout holds {digest}", (await AssetsAsync()).Require(65).Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1234")]
    [InlineData("somebody@example.org")]
    [InlineData("0123456789012345678901234567890123456789;x")]
    public async Task A_key_of_gpgs_is_named_by_its_fingerprint_alone(string key) =>
        Assert.Contains(
            "wanted the 40 hex digits of a key's fingerprint",
            (await AssetsAsync("--gpg-key", key)).Require(64).Error,
            StringComparison.Ordinal
        );

    private Task<ChildResult> AssetsAsync(params string[] more) =>
        _tools.RunAsync(["Assets", "--signing-key", _tools.Repository.Key.Private, .. more]);

    private Dictionary<string, string> Contents() =>
        Directory
            .EnumerateFiles(Folder)
            .ToDictionary(
                file => Path.GetFileName(file),
                file => Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(file)))
            );
}
