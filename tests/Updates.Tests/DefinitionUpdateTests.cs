using Slipway.Definitions;
using Slipway.Fetching;
using Slipway.Http;
using Slipway.Oci;
using Slipway.Testing;

namespace Slipway.Updates.Tests;

/// <summary>New versions come with the checksums that upstream publishes, for every platform or not at all.</summary>
public sealed class DefinitionUpdateTests : IDisposable
{
    private readonly DownloadFixture _bench = new();
    private readonly ImageDefinitions _scratch = new();

    public void Dispose()
    {
        _scratch.Dispose();
        _bench.Dispose();
    }

    [Fact]
    public async Task The_published_checksums_of_every_platform_are_written()
    {
        Publish("amd64", DigestOf("amd64").Hex + "  tool-amd64.tgz\n");
        Publish("arm64", DigestOf("arm64").Hex);
        ImageDefinition made = _scratch.Read(await MakeAsync(_scratch.Read(ImageDefinitions.Sound)));
        Assert.Equal("v10", made.Upstream[0].Version);
        Assert.Equal([DigestOf("amd64"), DigestOf("arm64")], made.Upstream[0].Checksums.Values);
    }

    [Fact]
    public async Task A_release_without_a_file_for_one_platform_is_refused_by_name()
    {
        Publish("amd64", DigestOf("amd64").Hex);
        ContentException e = await Assert.ThrowsAsync<ContentException>(() => MakeAsync(_scratch.Read(ImageDefinitions.Sound)));
        Assert.StartsWith("tiny arm64: tool v10: the release has no checksum for this file: ", e.Message, StringComparison.Ordinal);
        Assert.Contains("tool-arm64.tgz.sha256", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Also_of_an_optional_file_every_platform_s_must_be_there_and_none_is_written()
    {
        ImageDefinition optional = _scratch.Read(ImageDefinitions.Optional);
        Publish("amd64", DigestOf("amd64").Hex);
        await Assert.ThrowsAsync<ContentException>(() => MakeAsync(optional));
        Publish("arm64", DigestOf("arm64").Hex);
        Assert.Equal(
            ImageDefinitions.Optional.ReplaceLineEndings("\n").Replace("version: v9", "version: v10", StringComparison.Ordinal),
            (await MakeAsync(optional)).ReplaceLineEndings("\n")
        );
    }

    [Theory]
    [InlineData("<html>")]
    [InlineData("")]
    [InlineData("abc")]
    public async Task A_wrong_checksum_file_is_refused_by_name(string text)
    {
        Publish("amd64", DigestOf("amd64").Hex);
        Publish("arm64", text);
        ContentException e = await Assert.ThrowsAsync<ContentException>(() => MakeAsync(_scratch.Read(ImageDefinitions.Sound)));
        Assert.Contains("tiny arm64: tool v10: https://example.org/v10/tool-arm64.tgz.sha256", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_checksum_file_or_over_plain_http_nothing_is_believed()
    {
        ImageDefinition silent = _scratch.Read(
            ImageDefinitions.Sound.Replace(
                "    checksumFile: https://example.org/{version}/tool-{arch}.tgz.sha256\n",
                "",
                StringComparison.Ordinal
            )
        );
        Assert.Contains(
            "names no 'checksumFile'",
            (await Assert.ThrowsAsync<DefinitionException>(() => MakeAsync(silent))).Message,
            StringComparison.Ordinal
        );
        UpstreamMirror plain = UpstreamMirror.At("http://mirror.invalid/");
        RemoteException e = await Assert.ThrowsAsync<RemoteException>(() => MakeAsync(_scratch.Read(ImageDefinitions.Sound), plain));
        Assert.Contains("is not read over plain http", e.Message, StringComparison.Ordinal);
    }

    private static Digest DigestOf(string architecture) => Digest.Of(System.Text.Encoding.ASCII.GetBytes(architecture));

    private Task<string> MakeAsync(ImageDefinition definition, UpstreamMirror? mirror = null)
    {
        mirror ??= UpstreamMirror.At(Path.Combine(_bench.Folder, "mirror"));
        VersionChange change = new("tool", ReleaseVersion.Parse("v9"), ReleaseVersion.Parse("v10"));
        return new DefinitionUpdate(new PublishedChecksum(_bench.Reader, mirror), mirror).MakeAsync(definition, [change], default);
    }

    private void Publish(string architecture, string text)
    {
        string path = Path.Combine(_bench.Folder, "mirror", "example.org", "v10", $"tool-{architecture}.tgz.sha256");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }
}
