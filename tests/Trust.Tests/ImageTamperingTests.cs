using System.Text;
using Slipway.Oci;
using Index = Slipway.Oci.Index;

namespace Slipway.Trust.Tests;

/// <summary>
/// Each starts from a signed image that passes and changes one thing of the image. Where a changed part is signed again,
/// the tampering is one that the holder of the key was made to sign.
/// </summary>
public class ImageTamperingTests
{
    [Fact]
    public async Task A_tag_that_is_not_there()
    {
        using SignedImageFixture fixture = await SignedImageFixture.CreateAsync();
        VerificationResult result = await fixture.VerifyAsync("v2");
        Assert.Equal(FailureReason.TagMissing, Assert.Single(result.Failures).Failure);
        Assert.Null(result.Digest);
    }

    [Fact]
    public async Task A_tag_moved_to_an_index_that_lacks_a_platform()
    {
        using SignedImageFixture fixture = await SignedImageFixture.CreateAsync();
        await fixture.SetRootAsync(new Index([fixture.Amd64]));
        await fixture.AssertFailsAsync(fixture.Root, FailureReason.SignatureMissing);
    }

    [Fact]
    public async Task A_tag_moved_to_an_index_with_one_child_exchanged()
    {
        using SignedImageFixture fixture = await SignedImageFixture.CreateAsync();
        Descriptor evil = await fixture.AddImageAsync(Platform.LinuxArm64, m =>
            m with
            {
                Annotations = Descriptor.NoAnnotations.Add("a", "b"),
            }
        );
        await fixture.SetRootAsync(new Index([fixture.Amd64, evil]));
        await fixture.SignByHandAsync(fixture.Root.Digest);
        await fixture.AssertFailsAsync(evil, FailureReason.ChildUnsigned);
    }

    [Fact]
    public async Task Two_platforms_exchanged()
    {
        using SignedImageFixture fixture = await SignedImageFixture.CreateAsync();
        await SetSignedRootAsync(
            fixture,
            fixture.Amd64 with
            {
                Platform = Platform.LinuxArm64,
            },
            fixture.Arm64 with
            {
                Platform = Platform.LinuxAmd64,
            }
        );
        VerificationResult result = await fixture.VerifyAsync();
        Assert.Equal([FailureReason.PlatformMismatch, FailureReason.PlatformMismatch], result.Failures.Select(f => f.Failure!.Value));
    }

    [Fact]
    public async Task A_variant_that_the_configuration_does_not_have()
    {
        using SignedImageFixture fixture = await SignedImageFixture.CreateAsync();
        await SetSignedRootAsync(fixture, fixture.Amd64, fixture.Arm64 with { Platform = Platform.LinuxArm64 with { Variant = "v9" } });
        await fixture.AssertFailsAsync(fixture.Arm64, FailureReason.PlatformMismatch);
    }

    [Fact]
    public async Task A_variant_that_every_processor_of_the_kind_has_says_nothing_and_makes_no_second_platform()
    {
        using SignedImageFixture fixture = await SignedImageFixture.CreateAsync();
        await SetSignedRootAsync(fixture, fixture.Amd64, fixture.Arm64 with { Platform = Platform.LinuxArm64 with { Variant = "v8" } });
        Assert.True((await fixture.VerifyAsync()).Passed);
    }

    [Fact]
    public async Task A_child_that_is_gone()
    {
        using SignedImageFixture fixture = await SignedImageFixture.CreateAsync();
        File.Delete(SignedImageFixture.BlobPath(fixture.Image, fixture.Arm64.Digest));
        await fixture.AssertFailsAsync(fixture.Arm64, FailureReason.ManifestMissing);
    }

    [Fact]
    public async Task A_child_damaged_in_storage()
    {
        using SignedImageFixture fixture = await SignedImageFixture.CreateAsync();
        SignedImageFixture.Damage(fixture.Image, fixture.Arm64.Digest);
        await fixture.AssertFailsAsync(fixture.Arm64, FailureReason.ManifestUnreadable);
    }

    [Fact]
    public async Task An_index_that_is_gone()
    {
        using SignedImageFixture fixture = await SignedImageFixture.CreateAsync();
        File.Delete(SignedImageFixture.BlobPath(fixture.Image, fixture.Root.Digest));
        await fixture.AssertFailsAsync(fixture.Root, FailureReason.ManifestMissing);
    }

    [Fact]
    public async Task An_index_damaged_in_storage()
    {
        using SignedImageFixture fixture = await SignedImageFixture.CreateAsync();
        SignedImageFixture.Damage(fixture.Image, fixture.Root.Digest);
        await fixture.AssertFailsAsync(fixture.Root, FailureReason.ManifestUnreadable);
    }

    [Fact]
    public async Task An_empty_index()
    {
        using SignedImageFixture fixture = await SignedImageFixture.CreateAsync();
        await SetSignedRootAsync(fixture);
        await fixture.AssertFailsAsync(fixture.Root, FailureReason.IndexEmpty);
    }

    [Fact]
    public async Task An_index_without_end()
    {
        using SignedImageFixture fixture = await SignedImageFixture.CreateAsync();
        await SetSignedRootAsync(fixture, [.. Enumerable.Repeat(fixture.Amd64, 65)]);
        await fixture.AssertFailsAsync(fixture.Root, FailureReason.IndexTooLarge);
    }

    [Fact]
    public async Task A_malformed_index()
    {
        using SignedImageFixture fixture = await SignedImageFixture.CreateAsync();
        await fixture.SetRootAsync(
            MediaType.Index,
            Encoding.UTF8.GetBytes($$"""{"schemaVersion":2,"mediaType":"{{MediaType.Index}}","manifests":[{}]}""")
        );
        await fixture.SignByHandAsync(fixture.Root.Digest);
        await fixture.AssertFailsAsync(fixture.Root, FailureReason.ManifestUnreadable);
    }

    [Fact]
    public async Task A_list_in_Docker_s_own_format()
    {
        using SignedImageFixture fixture = await SignedImageFixture.CreateAsync();
        const string Type = "application/vnd.docker.distribution.manifest.list.v2+json";
        await fixture.SetRootAsync(Type, Encoding.UTF8.GetBytes($$"""{"schemaVersion":2,"mediaType":"{{Type}}","manifests":[]}"""));
        await fixture.SignByHandAsync(fixture.Root.Digest);
        await fixture.AssertFailsAsync(fixture.Root, FailureReason.MediaTypeUnsupported);
    }

    [Fact]
    public async Task An_index_inside_an_index()
    {
        using SignedImageFixture fixture = await SignedImageFixture.CreateAsync();
        Descriptor inner = fixture.Root;
        await SetSignedRootAsync(fixture, fixture.Amd64, inner with { Platform = Platform.LinuxArm64 });
        await fixture.AssertFailsAsync(inner, FailureReason.MediaTypeUnsupported);
    }

    [Fact]
    public async Task An_entry_without_a_platform()
    {
        using SignedImageFixture fixture = await SignedImageFixture.CreateAsync();
        await SetSignedRootAsync(fixture, fixture.Amd64, fixture.Arm64 with { Platform = null });
        await fixture.AssertFailsAsync(fixture.Arm64, FailureReason.PlatformMissing);
    }

    [Fact]
    public async Task Two_entries_for_one_platform()
    {
        using SignedImageFixture fixture = await SignedImageFixture.CreateAsync();
        await SetSignedRootAsync(fixture, fixture.Amd64, fixture.Arm64, fixture.Amd64);
        await fixture.AssertFailsAsync(fixture.Amd64, FailureReason.PlatformDuplicate);
    }

    [Fact]
    public async Task An_entry_of_another_size()
    {
        using SignedImageFixture fixture = await SignedImageFixture.CreateAsync();
        await SetSignedRootAsync(fixture, fixture.Amd64, fixture.Arm64 with { Size = fixture.Arm64.Size + 1 });
        await fixture.AssertFailsAsync(fixture.Arm64, FailureReason.DescriptorMismatch);
    }

    [Fact]
    public async Task An_entry_of_another_media_type()
    {
        using SignedImageFixture fixture = await SignedImageFixture.CreateAsync();
        await SetSignedRootAsync(fixture, fixture.Amd64, fixture.Arm64 with { MediaType = MediaType.Index });
        await fixture.AssertFailsAsync(fixture.Arm64, FailureReason.DescriptorMismatch);
    }

    [Fact]
    public async Task A_configuration_that_is_gone()
    {
        using SignedImageFixture fixture = await SignedImageFixture.CreateAsync();
        File.Delete(SignedImageFixture.BlobPath(fixture.Image, (await ConfigOfAsync(fixture, fixture.Arm64)).Digest));
        await fixture.AssertFailsAsync(fixture.Arm64, FailureReason.ConfigMissing);
    }

    [Fact]
    public async Task A_configuration_damaged_in_storage()
    {
        using SignedImageFixture fixture = await SignedImageFixture.CreateAsync();
        SignedImageFixture.Damage(fixture.Image, (await ConfigOfAsync(fixture, fixture.Arm64)).Digest);
        await fixture.AssertFailsAsync(fixture.Arm64, FailureReason.ConfigUnreadable);
    }

    [Theory]
    [InlineData("{}", FailureReason.ConfigUnreadable)]
    [InlineData("[", FailureReason.ConfigUnreadable)]
    [InlineData("""{"os":"linux","rootfs":{"type":"layers","diff_ids":[]}}""", FailureReason.ConfigUnreadable)]
    [InlineData("""{"os":"linux","architecture":"","rootfs":{"type":"layers","diff_ids":[]}}""", FailureReason.PlatformMissing)]
    [InlineData("""{"os":"linux","architecture":"arm64","rootfs":{"type":"layers","diff_ids":[]}}""", FailureReason.LayersMismatch)]
    [InlineData("""{"os":"linux","architecture":"amd64","rootfs":{"type":"layers","diff_ids":[]}}""", FailureReason.PlatformMismatch)]
    public async Task A_signed_image_with_an_unfit_configuration(string config, FailureReason reason)
    {
        using SignedImageFixture fixture = await SignedImageFixture.CreateAsync();
        Descriptor image = await fixture.AddImageAsync(Platform.LinuxArm64, config: config);
        await fixture.SignByHandAsync(image.Digest);
        await SetSignedRootAsync(fixture, fixture.Amd64, image);
        await fixture.AssertFailsAsync(image, reason);
    }

    [Fact]
    public async Task A_configuration_of_another_media_type()
    {
        using SignedImageFixture fixture = await SignedImageFixture.CreateAsync();
        Descriptor image = await fixture.AddImageAsync(Platform.LinuxArm64, m =>
            m with
            {
                Config = m.Config with { MediaType = "text/plain" },
            }
        );
        await fixture.SignByHandAsync(image.Digest);
        await SetSignedRootAsync(fixture, fixture.Amd64, image);
        await fixture.AssertFailsAsync(image, FailureReason.ConfigUnreadable);
    }

    [Fact]
    public async Task A_configuration_beyond_the_limit_is_not_read()
    {
        using SignedImageFixture fixture = await SignedImageFixture.CreateAsync();
        Descriptor image = await fixture.AddImageAsync(Platform.LinuxArm64, m => m with { Config = m.Config with { Size = 1L << 40 } });
        await fixture.SignByHandAsync(image.Digest);
        await SetSignedRootAsync(fixture, fixture.Amd64, image);
        await fixture.AssertFailsAsync(image, FailureReason.ConfigUnreadable);
    }

    [Fact]
    public async Task A_malformed_manifest_that_was_signed()
    {
        using SignedImageFixture fixture = await SignedImageFixture.CreateAsync();
        byte[] manifest = Encoding.UTF8.GetBytes($$"""{"schemaVersion":2,"mediaType":"{{MediaType.Manifest}}","config":{},"layers":[]}""");
        Descriptor image = await fixture.Image.AddBlobAsync(MediaType.Manifest, manifest) with { Platform = Platform.LinuxArm64 };
        await fixture.SignByHandAsync(image.Digest);
        await SetSignedRootAsync(fixture, fixture.Amd64, image);
        await fixture.AssertFailsAsync(image, FailureReason.ManifestUnreadable);
    }

    private static async Task SetSignedRootAsync(SignedImageFixture fixture, params Descriptor[] entries)
    {
        await fixture.SetRootAsync(new Index([.. entries]));
        await fixture.SignByHandAsync(fixture.Root.Digest);
    }

    private static async Task<Descriptor> ConfigOfAsync(SignedImageFixture fixture, Descriptor image) =>
        Manifest.Parse((await fixture.Image.ReadManifestAsync(image.Digest, CancellationToken.None))!.Bytes).Config;
}
