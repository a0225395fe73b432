using System.Collections.Immutable;
using System.Security.Cryptography;
using Slipway.Fetching;
using Slipway.Oci;
using Slipway.StandIns;
using Slipway.Testing;

namespace Slipway.Definitions.Tests;

/// <summary>An optional upstream file: in with its published checksum, or left out and told.</summary>
public sealed class OptionalUpstreamTests : IDisposable
{
    private static readonly string[] Architectures = ["amd64", "arm64"];

    private readonly DownloadFixture _bench = new();
    private readonly List<string> _told = [];

    public void Dispose() => _bench.Dispose();

    [Theory]
    [InlineData("sha256")]
    [InlineData("sha512")]
    public async Task A_file_that_can_be_had_is_in_with_its_published_checksum_and_confirmed(string algorithm)
    {
        Publish(algorithm);

        ImageLock made = await FindAsync(Definition(algorithm));

        LockedUpstream tool = Assert.Single(made.Upstream);
        Assert.Equal(("tool", "v9", true), (tool.Name, tool.Version, tool.Confirmed));
        Assert.Equal(
            Architectures.Select(architecture => DigestOf(architecture, algorithm)),
            tool.Files.Values.Select(file => file.Digest)
        );
        Assert.Equal(
            Architectures.Select(architecture => (long?)Content(architecture).Length),
            tool.Files.Values.Select(file => file.Size)
        );
        Assert.Empty(made.LeftOut);
        Assert.Empty(_told);
        LockValidator.Require(Definition(algorithm), made);
    }

    [Fact]
    public async Task A_mirror_gives_the_file_and_confirms_nothing()
    {
        Publish("sha512");
        Assert.False((await FindAsync(Definition("sha512"), isMirror: true)).Upstream.Single().Confirmed);
    }

    [Theory]
    [InlineData("tool-amd64.tgz.sha512")]
    [InlineData("tool-arm64.tgz.sha512")]
    [InlineData("tool-amd64.tgz")]
    [InlineData("tool-arm64.tgz")]
    public async Task Where_one_part_cannot_be_had_the_file_is_left_out_for_every_architecture_and_told(string missing)
    {
        Publish("sha512");
        File.Delete(PathOf(missing));

        ImageLock made = await FindAsync(Definition("sha512"));

        Assert.Empty(made.Upstream);
        Assert.Equal(["tool"], made.LeftOut);
        Assert.Contains(_told, line => line.Contains(missing, StringComparison.Ordinal));
        Assert.StartsWith("tiny: optional tool v9 is left out: ", _told[^1], StringComparison.Ordinal);
        Assert.EndsWith(
            $"Run ./build.sh Lock --images tiny where it can be {(missing.EndsWith("512", StringComparison.Ordinal) ? "read" : "downloaded")}",
            _told[^1],
            StringComparison.Ordinal
        );
        LockValidator.Require(Definition("sha512"), made);
    }

    [Theory]
    [InlineData("<html>not here</html>", "wanted \"HEX  NAME\"")]
    [InlineData("", "digest")]
    [InlineData("1234  tool-arm64.tgz\n", "digest")]
    public async Task A_checksum_file_of_another_shape_is_refused(string text, string because)
    {
        Publish("sha512");
        File.WriteAllText(PathOf("tool-arm64.tgz.sha512"), text);
        ContentException e = await Assert.ThrowsAsync<ContentException>(() => FindAsync(Definition("sha512")));
        Assert.Contains("tiny arm64: tool v9: https://example.org/v9/tool-arm64.tgz.sha512", e.Message, StringComparison.Ordinal);
        Assert.Contains(because, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_differs_from_its_published_checksum_is_refused_and_not_kept()
    {
        Publish("sha512");
        File.WriteAllText(PathOf("tool-amd64.tgz"), "something else");
        ContentException e = await Assert.ThrowsAsync<ContentException>(() => FindAsync(Definition("sha512")));
        Assert.Contains($"sha512 wanted {DigestOf("amd64", "sha512").Hex}, got ", e.Message, StringComparison.Ordinal);
        Assert.Empty(_bench.CachedFiles);
    }

    [Fact]
    public async Task A_release_that_changed_since_it_was_locked_is_refused()
    {
        Publish("sha512");
        ImageLock before = await FindAsync(Definition("sha512"));
        Publish("sha512", salt: "another ");
        ContentException e = await Assert.ThrowsAsync<ContentException>(() => FindAsync(Definition("sha512"), before));
        Assert.Contains(DigestOf("amd64", "sha512").ToString(), e.Message, StringComparison.Ordinal);
        Assert.Contains(DigestOf("amd64", "sha512", "another ").ToString(), e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_release_that_changed_is_refused_although_its_checksum_is_of_another_kind_than_the_locked_one()
    {
        Publish("sha512");
        ImageLock before = await FindAsync(Definition("sha512"));
        Publish("sha256", salt: "another ");

        ContentException e = await Assert.ThrowsAsync<ContentException>(() => FindAsync(Definition("sha256"), before));

        Assert.Contains(
            $"has {DigestOf("amd64", "sha512", "another ")}, the lock has {DigestOf("amd64", "sha512")}",
            e.Message,
            StringComparison.Ordinal
        );
        Publish("sha256");
        Assert.Equal(DigestOf("amd64", "sha256"), (await FindAsync(Definition("sha256"), before)).Upstream.Single().Files["amd64"].Digest);
    }

    [Fact]
    public async Task What_was_locked_before_stays_when_nobody_has_it_for_now()
    {
        Publish("sha512");
        ImageLock before = await FindAsync(Definition("sha512"));
        Directory.Delete(_bench.CacheFolder, recursive: true);
        await using LoopbackServer server = await LoopbackServer.StartAsync();
        UpstreamMirror away = UpstreamMirror.At(server.Address.ToString());
        foreach (string name in Directory.EnumerateFiles(PathOf("")).Select(file => Path.GetFileName(file)))
            server.Serve($"example.org/v9/{name}", 503);

        ImageLock again = await FindAsync(Definition("sha512"), before, away);

        Assert.Equal(ImageLockFile.ToBytes(before), ImageLockFile.ToBytes(again));
        Assert.Equal("tiny: optional tool v9 stays as locked", _told[^1]);
        Assert.Equal(["tool"], (await FindAsync(Definition("sha512"), mirror: away)).LeftOut);
    }

    [Fact]
    public async Task What_was_locked_before_stays_when_its_host_is_out_of_reach()
    {
        Publish("sha512");
        ImageLock before = await FindAsync(Definition("sha512"));
        Directory.Delete(PathOf(""), recursive: true);

        ImageLock again = await FindAsync(Definition("sha512"), before);

        Assert.Equal(ImageLockFile.ToBytes(before), ImageLockFile.ToBytes(again));
        Assert.Contains("tool-amd64.tgz.sha512", Assert.Single(_told), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_was_locked_before_and_is_gone_from_everywhere_is_left_out()
    {
        Publish("sha512");
        ImageLock before = await FindAsync(Definition("sha512"));
        Directory.Delete(PathOf(""), recursive: true);
        Directory.Delete(_bench.CacheFolder, recursive: true);
        Assert.Equal(["tool"], (await FindAsync(Definition("sha512"), before)).LeftOut);
    }

    [Fact]
    public async Task A_checksum_that_nobody_reviewed_is_not_read_over_plain_http()
    {
        UpstreamMirror plain = UpstreamMirror.At("http://mirror.invalid/");
        ImageLock made = await FindAsync(Definition("sha512"), mirror: plain);
        Assert.Equal(["tool"], made.LeftOut);
        Assert.Contains("is not read over plain http", _told[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_loopback_server_can_give_it_too()
    {
        Publish("sha512");
        await using LoopbackServer server = await LoopbackServer.StartAsync();
        foreach (string file in Directory.EnumerateFiles(PathOf("")))
            server.Serve(
                $"example.org/v9/{Path.GetFileName(file)}",
                await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken)
            );
        ImageLock made = await FindAsync(Definition("sha512"), mirror: UpstreamMirror.At(server.Address.ToString()));
        Assert.Empty(made.LeftOut);
        Assert.Empty(_told);
    }

    private string PathOf(string name) => Path.Combine(_bench.Folder, "mirror", "example.org", "v9", name);

    private static byte[] Content(string architecture, string salt = "") =>
        System.Text.Encoding.ASCII.GetBytes($"{salt}the tool for {architecture}");

    private static Digest DigestOf(string architecture, string algorithm, string salt = "") =>
        Digest.FromHash(
            algorithm,
            algorithm == "sha256" ? SHA256.HashData(Content(architecture, salt)) : SHA512.HashData(Content(architecture, salt))
        );

    private void Publish(string algorithm, string salt = "")
    {
        Directory.CreateDirectory(PathOf(""));
        foreach (string architecture in Architectures)
        {
            File.WriteAllBytes(PathOf($"tool-{architecture}.tgz"), Content(architecture, salt));
            File.WriteAllText(
                PathOf($"tool-{architecture}.tgz.{algorithm}"),
                $"{DigestOf(architecture, algorithm, salt).Hex}  tool-{architecture}.tgz\n"
            );
        }
    }

    private static ImageDefinition Definition(string algorithm) =>
        ImageDefinitions.Parse(ImageDefinitions.Optional.Replace(".tgz.sha256", $".tgz.{algorithm}", StringComparison.Ordinal));

    /// <summary>As <c>Lock</c> does it after the packages: what the lock before had of the file is in, or it is left out so far.</summary>
    private Task<ImageLock> FindAsync(
        ImageDefinition definition,
        ImageLock? before = null,
        UpstreamMirror? mirror = null,
        bool isMirror = false
    )
    {
        mirror ??= UpstreamMirror.At(Path.Combine(_bench.Folder, "mirror"));
        ImmutableArray<LockedUpstream> kept = before is { LeftOut.IsEmpty: true } ? before.Upstream : [];
        ImageLock made = ImageLocks.Sound with { Upstream = kept, LeftOut = kept.IsEmpty ? ["tool"] : [] };
        OptionalUpstream optional = new(_bench.Download, mirror, isMirror, new PublishedChecksum(_bench.Reader, mirror), _told.Add);
        return optional.FindAsync(definition, made, TestContext.Current.CancellationToken);
    }
}
