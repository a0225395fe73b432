using System.Formats.Tar;
using System.Text.Json.Nodes;
using Slipway.Oci;
using Slipway.StandIns;
using Slipway.Testing;
using Slipway.Verification;

namespace Slipway.Graph.Tests;

/// <summary>
/// What an archive carries for those who verify it years later, and that it is nobody to believe: whoever makes an archive writes the root
/// in it, too.
/// </summary>
public sealed partial class KeylessTargetTests
{
    private static readonly string[] Identity = ["--identity", RecordingCosign.Subject, "--issuer", RecordingCosign.Issuer];

    [Fact]
    public async Task An_archive_carries_the_root_it_was_verified_with_and_whoever_names_its_digest_needs_nothing_else()
    {
        string archive = await SaveAsync();
        Assert.Equal(await File.ReadAllBytesAsync(_cosign.Root), Member(archive));
        string digest = Digest.Of(Member(archive)!).ToString();
        foreach (
            string[] named in (string[][])
                [
                    ["--trusted-root-digest", digest],
                    ["--trusted-root", _cosign.Root],
                ]
        )
        {
            (await AloneAsync([$"oci-archive:{archive}", .. Identity, .. named])).Require();
            (await OursAsync([archive, .. Identity, .. named])).Require();
        }

        string policy = await PolicyAsync(digest);
        (await AloneAsync([archive, "--policy", policy])).Require();
        (await OursAsync([archive, "--policy", policy])).Require();
        string packed = _repository.Beside("packed.tar.gz"),
            folder = Directory.CreateDirectory(_repository.Beside("unpacked")).FullName;
        (await new ChildProcess("sh", "-c", $"gzip -c '{archive}' > '{packed}'; tar -xf '{archive}' -C '{folder}'").RunAsync()).Require();
        (await AloneAsync([packed, .. Identity, "--trusted-root-digest", digest])).Require();
        (await AloneAsync(["oci:" + folder, .. Identity, "--trusted-root-digest", digest])).Require();
    }

    /// <summary>As a forger makes it: signed by an authority of its own, in the name of ours, with its root beside it.</summary>
    [Fact]
    public async Task A_root_in_an_archive_is_not_believed_by_itself_nor_in_the_place_of_another()
    {
        using RecordingCosign honest = new();
        string forged = await SaveAsync(),
            wanted = Digest.Of(await File.ReadAllBytesAsync(honest.Root)).ToString(),
            policy = await PolicyAsync(wanted);
        foreach (
            (string[] asked, string because) in ((string[], string)[])
                [
                    (Identity, "signed-by-other-key"),
                    ([.. Identity, "--trusted-root", honest.Root], "signed-by-other-key"),
                    ([.. Identity, "--trusted-root-digest", wanted], $"trusted root: wanted {wanted}, but {forged} carries sha256:"),
                    (["--policy", policy], $"trusted root: wanted {wanted}, but {forged} carries sha256:"),
                    // The right root is at hand, and the archive's is still not it.
                    ([.. Identity, "--trusted-root", honest.Root, "--trusted-root-digest", wanted], "signed-by-other-key"),
                ]
        )
        {
            Assert.Contains(because, (await AloneAsync([forged, .. asked])).Require(65).Error, StringComparison.Ordinal);
            Assert.Contains(because, (await OursAsync([forged, .. asked])).Require(65).Error, StringComparison.Ordinal);
        }

        string own = Digest.Of(Member(forged)!).ToString();
        Assert.Contains(
            $"the policy wants {wanted}",
            (await AloneAsync([forged, "--policy", policy, "--trusted-root-digest", own])).Require(64).Error,
            StringComparison.Ordinal
        );
        (await AloneAsync([forged, .. Identity, "--trusted-root-digest", "own"])).Require(64);
    }

    [Theory]
    [InlineData("none", "carries none")]
    [InlineData("junk", "trusted root")]
    [InlineData("large", "wanted a file of at most")]
    [InlineData("link", "wanted a file of at most")]
    public async Task What_stands_in_the_place_of_a_root_is_refused(string what, string because)
    {
        string archive = await SaveAsync(),
            changed = _repository.Beside("changed.tar");
        byte[] content = what == "large" ? new byte[(1 << 20) + 1] : "{}"u8.ToArray();
        Rewrite(archive, changed, what, content);
        ChildResult refused = (await AloneAsync([changed, .. Identity, "--trusted-root-digest", Digest.Of(content).ToString()])).Require(
            65
        );
        Assert.Contains(because, refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_a_key_an_archive_carries_no_root()
    {
        await using PublishedTools tools = await PublishedTools.CreateAsync();
        string archive = tools.Repository.Beside("tools.tar"),
            release = $"{PublishedTools.Official}:{UpstreamImage.Version}";
        (await tools.RunAsync("Save", "--reference", release, "--to", archive, "--public-key", tools.Repository.Key.Public)).Require();
        Assert.Null(Member(archive));
    }

    private async Task<string> SaveAsync()
    {
        (await RunAsync(Job(), "Assemble", "Sign", "Publish")).Require();
        string archive = _repository.Beside("tools.tar"),
            tagged = $"docker.io/slipwaytests/tools:{UpstreamImage.Version}";
        ChildResult saved = (await RunAsync(Outside(), ["Save", "--reference", tagged, "--to", archive, .. Identity])).Require();
        Assert.Contains(
            $"carries the trusted root {Digest.Of(await File.ReadAllBytesAsync(_cosign.Root))}",
            saved.Error,
            StringComparison.Ordinal
        );
        return archive;
    }

    private async Task<string> PolicyAsync(string digest)
    {
        string file = _repository.Beside("policy.json");
        JsonObject policy = new()
        {
            ["schema"] = 1,
            ["repository"] = PublishedTools.Official,
            ["trustedRoot"] = digest,
            ["signers"] = new JsonObject
            {
                ["of"] = new JsonArray(new JsonObject { ["identity"] = RecordingCosign.Subject, ["issuer"] = RecordingCosign.Issuer }),
            },
        };
        await File.WriteAllTextAsync(file, policy.ToJsonString());
        return file;
    }

    private static Task<ChildResult> AloneAsync(string[] arguments) =>
        VerifyProgram.Compiled.RunAsync([.. arguments, "--official", PublishedTools.Official]);

    /// <summary>By the build graph, which has no registry to ask.</summary>
    private Task<ChildResult> OursAsync(string[] arguments) =>
        (_repository.Slipway with { Cache = _repository.Beside("cache") }).RunAsync([
            "Verify",
            "--reference",
            .. arguments,
            "--official",
            PublishedTools.Official,
        ]);

    private static byte[]? Member(string archive)
    {
        using TarReader tar = new(File.OpenRead(archive));
        while (tar.GetNextEntry() is { } entry)
        {
            if (entry.Name != CarriedRoot.FileName)
                continue;
            using MemoryStream content = new();
            entry.DataStream!.CopyTo(content);
            return content.ToArray();
        }

        return null;
    }

    private static void Rewrite(string archive, string changed, string what, byte[] content)
    {
        using TarReader from = new(File.OpenRead(archive));
        using TarWriter to = new(File.Create(changed), TarEntryFormat.Ustar);
        while (from.GetNextEntry() is { } entry)
        {
            if (entry.Name != CarriedRoot.FileName)
            {
                to.WriteEntry(entry);
                continue;
            }

            if (what == "link")
                to.WriteEntry(new UstarTarEntry(TarEntryType.SymbolicLink, entry.Name) { LinkName = "index.json" });
            else if (what != "none")
                to.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, entry.Name) { DataStream = new MemoryStream(content) });
        }
    }
}
