using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Slipway.Fetching;
using Slipway.Oci;
using Slipway.Testing;

namespace Slipway.Definitions.Tests;

/// <summary>A reviewed checksum against the one that the project publishes, both against the file.</summary>
public sealed class PublishedChecksumTests : IDisposable
{
    private static readonly byte[] Tool = "the tool"u8.ToArray();
    private static readonly string Sha256 = Convert.ToHexStringLower(SHA256.HashData(Tool));
    private static readonly string Sha512 = Convert.ToHexStringLower(SHA512.HashData(Tool));
    private static readonly string Other256 = new('0', 64);
    private static readonly string Other512 = new('0', 128);

    private readonly DownloadFixture _bench = new();
    private readonly List<string> _told = [];

    public void Dispose() => _bench.Dispose();

    [Theory]
    [InlineData("sha256", "sha256")]
    [InlineData("sha256", "sha512")]
    [InlineData("sha512", "sha256")]
    [InlineData("sha512", "sha512")]
    public async Task A_published_checksum_that_agrees_confirms_whatever_the_two_algorithms_are(string reviewed, string published)
    {
        string hex = published == "sha256" ? Sha256 : Sha512;
        foreach (
            string text in (string[])[hex, $"{hex}  tool-amd64\n", $"{hex} *tool-amd64\r\n{new string('1', hex.Length)}  tool-arm64\r\n"]
        )
        {
            Publish(published, text);
            LockedUpstream locked = await ConfirmAsync(reviewed == "sha256" ? $"sha256:{Sha256}" : $"sha512:{Sha512}", published);
            Assert.Equal((true, Tool.Length), (locked.Confirmed, locked.Files["amd64"].Size));
        }

        Assert.Empty(_told);
    }

    [Theory]
    [InlineData("sha256")]
    [InlineData("sha512")]
    public async Task A_published_checksum_that_differs_is_refused_and_both_are_named(string published)
    {
        string wrong = published == "sha256" ? Other256 : Other512;
        Publish(published, wrong);
        ContentException e = await Assert.ThrowsAsync<ContentException>(() => ConfirmAsync($"sha256:{Sha256}", published));
        Assert.StartsWith(
            $"tiny amd64: tool v1: https://example.org/v1/tool-amd64.{published} says {published}:{wrong}",
            e.Message,
            StringComparison.Ordinal
        );
        Assert.Contains($"reviewed as sha256:{Sha256}", e.Message, StringComparison.Ordinal);
        Assert.Contains($"{published}:{(published == "sha256" ? Sha256 : Sha512)}", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_published_checksum_does_not_excuse_a_file_that_differs_from_the_reviewed_one()
    {
        Publish("sha256", Sha256);
        ContentException e = await Assert.ThrowsAsync<ContentException>(() => ConfirmAsync($"sha256:{Other256}", "sha256"));
        Assert.Contains(Other256, e.Message, StringComparison.Ordinal);
        Assert.Contains(Sha256, e.Message, StringComparison.Ordinal);
        Assert.Empty(_bench.CachedFiles);
    }

    [Theory]
    [InlineData("<html>not found</html>", "wanted \"HEX  NAME\"")]
    [InlineData("", "digest")]
    [InlineData("{1}  tool-arm64\n", "does not name tool-amd64")]
    [InlineData("{1}  tool-amd64\n{1}  tool-amd64\n", "listed twice")]
    public async Task A_checksum_file_of_another_shape_is_refused(string text, string because)
    {
        Publish("sha256", text.Replace("{1}", Sha256, StringComparison.Ordinal));
        ContentException e = await Assert.ThrowsAsync<ContentException>(() => ConfirmAsync($"sha256:{Sha256}", "sha256"));
        Assert.Contains(because, e.Message, StringComparison.Ordinal);
        Assert.Contains("https://example.org/v1/tool-amd64.sha256", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_checksum_file_beyond_the_limit_is_refused()
    {
        Publish("sha256", new string('0', ChecksumFile.Limit + 1));
        await Assert.ThrowsAsync<ContentException>(() => ConfirmAsync($"sha256:{Sha256}", "sha256"));
    }

    [Fact]
    public async Task Where_none_is_named_nobody_asks()
    {
        Publish(null, "");
        Assert.True((await ConfirmAsync($"sha256:{Sha256}", null)).Confirmed);
        Assert.Empty(_told);
    }

    private void Publish(string? algorithm, string text)
    {
        string folder = Path.Combine(_bench.Folder, "mirror", "example.org", "v1");
        Directory.CreateDirectory(folder);
        File.WriteAllBytes(Path.Combine(folder, "tool-amd64"), Tool);
        if (algorithm is not null)
            File.WriteAllText(Path.Combine(folder, $"tool-amd64.{algorithm}"), text);
    }

    private async Task<LockedUpstream> ConfirmAsync(string reviewed, string? published)
    {
        string text = ImageDefinitions
            .Sound.ReplaceLineEndings("\n")
            .Replace("version: v9", "version: v1", StringComparison.Ordinal)
            .Replace("[linux/amd64, linux/arm64]", "[linux/amd64]", StringComparison.Ordinal)
            .Replace("-{arch}.tgz\n", "-{arch}\n", StringComparison.Ordinal)
            .Replace(
                "    checksumFile: https://example.org/{version}/tool-{arch}.tgz.sha256\n",
                published is null ? "" : $"    checksumFile: https://example.org/{{version}}/tool-{{arch}}.{published}\n",
                StringComparison.Ordinal
            )
            .Replace(ImageDefinitions.Checksum, reviewed, StringComparison.Ordinal);
        ImageDefinition definition = ImageDefinitions.Parse(text);
        UpstreamFile file = definition.Upstream.Single();
        ImageLock made = ImageLocks.Sound with
        {
            Upstream =
            [
                new LockedUpstream(
                    "tool",
                    "v1",
                    false,
                    ImmutableSortedDictionary<string, LockedFile>.Empty.Add(
                        "amd64",
                        new LockedFile(file.Url("amd64").AbsoluteUri, file.Checksums["amd64"], null)
                    )
                ),
            ],
        };
        UpstreamMirror mirror = UpstreamMirror.At(Path.Combine(_bench.Folder, "mirror"));
        PublishedChecksum checksum = new(_bench.Reader, mirror);
        UpstreamConfirmation confirmation = new(_bench.Download, mirror, isMirror: false, checksum, _told.Add);
        return (await confirmation.ConfirmAsync(definition, made, TestContext.Current.CancellationToken)).Upstream.Single();
    }
}
