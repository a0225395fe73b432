using System.Collections.Immutable;
using System.Text;
using Slipway.Archives;
using Slipway.Oci;
using Slipway.Registry;
using Slipway.Rehearsal;
using Slipway.StandIns;
using Slipway.Trust;

namespace Slipway.Release.Tests;

/// <summary>
/// What goes into an archive: the image and what was verified about it; of what anybody put beside it, what was asked for.
/// </summary>
public sealed class ImageArchiveTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("slipway-archive-");
    private readonly KeySigner _stranger = KeySigner.CreateThrowAway(),
        _rebuilder = KeySigner.CreateThrowAway();

    public void Dispose()
    {
        _stranger.Dispose();
        _rebuilder.Dispose();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task An_archive_verifies_from_the_file_and_is_the_same_bytes_whatever_others_put_beside_the_image()
    {
        await using SignedReleaseFixture fixture = await PublishedAsync();
        (string first, ImmutableArray<string> nothing) = await SaveAsync(fixture, "first");
        Assert.Empty(nothing);
        Assert.True((await VerifyAsync(fixture, first)).Passed);
        await BundleAsync(fixture, await SaidAsync(fixture, _stranger));
        await BundleAsync(fixture, "junk"u8.ToArray());
        await ReferrerAsync(fixture, "application/vnd.example", "an SBOM of somebody's"u8.ToArray());
        (string second, ImmutableArray<string> leftOut) = await SaveAsync(fixture, "second");
        Assert.Equal(await File.ReadAllBytesAsync(first), await File.ReadAllBytesAsync(second));
        Assert.Contains(leftOut, one => one.Contains("by signers that were not asked for", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("blob is gone")]
    [InlineData("manifest is gone")]
    [InlineData("registry fails for it")]
    [InlineData("no config")]
    [InlineData("no JSON")]
    [InlineData("an index in its place")]
    [InlineData("3 GB")]
    public async Task A_strangers_entry_blocks_no_save(string how)
    {
        await using SignedReleaseFixture fixture = await PublishedAsync();
        Digest stranger = how switch
        {
            "no config" => await ManifestAsync(
                fixture,
                """{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","layers":[],"subject":SUBJECT}"""
            ),
            "an index in its place" => await ManifestAsync(
                fixture,
                """{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","artifactType":"a/b","manifests":[],"subject":SUBJECT}"""
            ),
            "3 GB" => await ManifestAsync(
                fixture,
                $$$"""{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","artifactType":"a/b","config":{"mediaType":"application/vnd.oci.empty.v1+json","digest":"{{{Digest.Of("{}"u8)}}}","size":2},"layers":[{"mediaType":"a/b","digest":"sha256:{{{new string('1', 64)}}}","size":3000000000}],"subject":SUBJECT}"""
            ),
            _ => await ReferrerAsync(fixture, "a/b", "some bytes"u8.ToArray()),
        };
        if (how == "blob is gone")
            fixture.Damage("quay.io", Digest.Of("some bytes"u8), "other bytes");
        if (how is "manifest is gone" or "no JSON")
            fixture.Damage("quay.io", stranger, how == "no JSON" ? "no JSON" : "");
        if (how == "registry fails for it")
            fixture.Faults = seen => seen.Last == stranger.ToString() ? Fault.Answer(500) : null;
        (string plain, ImmutableArray<string> leftOut) = await SaveAsync(fixture, "plain");
        Assert.True((await VerifyAsync(fixture, plain)).Passed);
        (string all, leftOut) = await SaveAsync(fixture, "all", limit: 1_000_000);
        Assert.True((await VerifyAsync(fixture, all)).Passed);
        if (how != "an index in its place")
            Assert.NotEmpty(leftOut);
        Assert.DoesNotContain(leftOut, one => one.Contains("dictionary", StringComparison.Ordinal));
    }

    [Fact]
    public async Task All_referrers_come_along_as_far_as_they_fit()
    {
        await using SignedReleaseFixture fixture = await PublishedAsync();
        Digest small = await ReferrerAsync(fixture, "application/vnd.small", new byte[1000]),
            large = await ReferrerAsync(fixture, "application/vnd.large", new byte[100_000]);
        (string file, ImmutableArray<string> leftOut) = await SaveAsync(fixture, "some", limit: 50_000);
        Digest[] there = [.. (await OpenAsync(file)).ReadIndex().Manifests.Select(entry => entry.Digest)];
        Assert.Contains(small, there);
        Assert.DoesNotContain(large, there);
        Assert.Contains("of 50000 that --limit allows", Assert.Single(leftOut), StringComparison.Ordinal);
        (file, leftOut) = await SaveAsync(fixture, "all", limit: 500_000);
        Assert.Contains(large, (await OpenAsync(file)).ReadIndex().Manifests.Select(entry => entry.Digest));
        Assert.Empty(leftOut);
        Assert.Empty(Directory.EnumerateDirectories(_folder.FullName, "*.referrers"));
    }

    [Fact]
    public async Task The_word_of_who_was_to_build_it_again_comes_along()
    {
        await using SignedReleaseFixture fixture = await PublishedAsync();
        await BundleAsync(fixture, await SaidAsync(fixture, _rebuilder));
        (string without, _) = await SaveAsync(fixture, "without");
        (string with, _) = await SaveAsync(fixture, "with", believed: [fixture.Signer.Key, _rebuilder.Key]);
        Assert.Equal(await CountAsync(without) + 1, await CountAsync(with));
        Assert.True((await VerifyAsync(fixture, with)).Passed);
    }

    private async Task<int> CountAsync(string file) => (await OpenAsync(file)).ReadIndex().Manifests.Length;

    private static async Task<SignedReleaseFixture> PublishedAsync()
    {
        SignedReleaseFixture fixture = await SignedReleaseFixture.CreateAsync(with: options => options with { AcceptsSparse = true });
        await fixture.PublishAsync();
        return fixture;
    }

    private async Task<(string File, ImmutableArray<string> LeftOut)> SaveAsync(
        SignedReleaseFixture fixture,
        string name,
        long? limit = null,
        ImmutableArray<ITrustedSigner>? believed = null
    )
    {
        Repository site = fixture.At(fixture.Official);
        string file = Path.Combine(_folder.FullName, name + ".tar");
        VerificationRequest release = new()
        {
            Content = site,
            Signatures = site,
            Wanted = "v1.0.0",
            Official = fixture.Official,
        };
        return (
            file,
            await new ImageArchive(release, believed ?? [fixture.Signer.Key]) { MostUnverified = limit }.WriteAsync(
                file,
                fixture.Index.Digest,
                "v1.0.0",
                default
            )
        );
    }

    private async Task<VerificationResult> VerifyAsync(SignedReleaseFixture fixture, string file)
    {
        OciLayout layout = await OpenAsync(file);
        return await new Verifier(VerificationPolicy.RequireKey(fixture.Signer.Key)).VerifyAsync(
            new VerificationRequest
            {
                Content = layout,
                Signatures = layout,
                Wanted = "v1.0.0",
                Official = fixture.Official,
            },
            default
        );
    }

    private Task<OciLayout> OpenAsync(string file)
    {
        string folder = Directory.CreateDirectory(Path.Combine(_folder.FullName, Guid.NewGuid().ToString("N"))).FullName;
        LayoutArchive.Unpack(file, folder, default);
        return Task.FromResult(OciLayout.Open(folder));
    }

    private static async Task<byte[]> SaidAsync(SignedReleaseFixture fixture, KeySigner by)
    {
        Statement statement = new(
            [new StatementSubject(fixture.Official.Name, fixture.Index.Digest)],
            "https://example.org/made-again",
            "{}"u8.ToArray()
        );
        return SigstoreBundle.For(await DsseEnvelope.SignAsync(DsseEnvelope.InToto, statement.ToBytes(), by, default), by.Key).ToBytes();
    }

    private static async Task BundleAsync(SignedReleaseFixture fixture, byte[] bundle)
    {
        Repository site = fixture.At(fixture.Official);
        await BlobAsync(site, MediaType.Empty, "{}"u8.ToArray());
        await BlobAsync(site, MediaType.SigstoreBundle, bundle);
        await site.PushReferrerAsync(BundleManifest.For(fixture.Index, bundle, "https://example.org/made-again"), default);
    }

    private static async Task<Digest> ReferrerAsync(SignedReleaseFixture fixture, string type, byte[] content)
    {
        Repository site = fixture.At(fixture.Official);
        Manifest manifest = new(await BlobAsync(site, MediaType.Empty, "{}"u8.ToArray()), [await BlobAsync(site, type, content)])
        {
            ArtifactType = type,
            Subject = new Descriptor(fixture.Index.MediaType, fixture.Index.Digest, fixture.Index.Size),
        };
        ManifestContent referrer = new(MediaType.Manifest, manifest.ToBytes());
        await site.PushReferrerAsync(referrer, default);
        return referrer.Descriptor.Digest;
    }

    private static async Task<Digest> ManifestAsync(SignedReleaseFixture fixture, string json)
    {
        string subject =
            $$"""{"mediaType":"{{fixture.Index.MediaType}}","digest":"{{fixture.Index.Digest}}","size":{{fixture.Index.Size}}}""";
        byte[] bytes = Encoding.UTF8.GetBytes(json.Replace("SUBJECT", subject, StringComparison.Ordinal));
        ManifestContent content = new(json.Contains("image.index", StringComparison.Ordinal) ? MediaType.Index : MediaType.Manifest, bytes);
        await BlobAsync(fixture.At(fixture.Official), MediaType.Empty, "{}"u8.ToArray());
        await fixture.At(fixture.Official).PushReferrerAsync(content, default);
        return content.Descriptor.Digest;
    }

    private static async Task<Descriptor> BlobAsync(Repository site, string type, byte[] bytes)
    {
        Descriptor blob = Descriptor.Of(type, bytes);
        await site.PushBlobAsync(blob, () => new MemoryStream(bytes), default);
        return blob;
    }
}
