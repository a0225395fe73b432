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
        using Scene scene = await Scene.CreateAsync();
        VerificationResult result = await scene.VerifyAsync("v2");
        Assert.Equal(FailureReason.TagMissing, Assert.Single(result.Failures).Failure);
        Assert.Null(result.Digest);
    }

    [Fact]
    public async Task A_tag_moved_to_an_index_that_lacks_a_platform()
    {
        using Scene scene = await Scene.CreateAsync();
        await scene.SetRootAsync(new Index([scene.Amd64]));
        await scene.AssertFailsAsync(scene.Root, FailureReason.SignatureMissing);
    }

    [Fact]
    public async Task A_tag_moved_to_an_index_with_one_child_exchanged()
    {
        using Scene scene = await Scene.CreateAsync();
        Descriptor evil = await scene.AddImageAsync(Platform.LinuxArm64, m =>
            m with
            {
                Annotations = Descriptor.NoAnnotations.Add("a", "b"),
            }
        );
        await scene.SetRootAsync(new Index([scene.Amd64, evil]));
        await scene.SignByHandAsync(scene.Root.Digest);
        await scene.AssertFailsAsync(evil, FailureReason.ChildUnsigned);
    }

    [Fact]
    public async Task Two_platforms_exchanged()
    {
        using Scene scene = await Scene.CreateAsync();
        await SetSignedRootAsync(
            scene,
            scene.Amd64 with
            {
                Platform = Platform.LinuxArm64,
            },
            scene.Arm64 with
            {
                Platform = Platform.LinuxAmd64,
            }
        );
        VerificationResult result = await scene.VerifyAsync();
        Assert.Equal([FailureReason.PlatformMismatch, FailureReason.PlatformMismatch], result.Failures.Select(f => f.Failure!.Value));
    }

    [Fact]
    public async Task A_variant_that_the_configuration_does_not_have()
    {
        using Scene scene = await Scene.CreateAsync();
        await SetSignedRootAsync(scene, scene.Amd64, scene.Arm64 with { Platform = Platform.LinuxArm64 with { Variant = "v9" } });
        await scene.AssertFailsAsync(scene.Arm64, FailureReason.PlatformMismatch);
    }

    [Fact]
    public async Task A_variant_that_every_processor_of_the_kind_has_says_nothing_and_makes_no_second_platform()
    {
        using Scene scene = await Scene.CreateAsync();
        await SetSignedRootAsync(scene, scene.Amd64, scene.Arm64 with { Platform = Platform.LinuxArm64 with { Variant = "v8" } });
        Assert.True((await scene.VerifyAsync()).Passed);
    }

    [Fact]
    public async Task A_child_that_is_gone()
    {
        using Scene scene = await Scene.CreateAsync();
        File.Delete(Scene.BlobPath(scene.Image, scene.Arm64.Digest));
        await scene.AssertFailsAsync(scene.Arm64, FailureReason.ManifestMissing);
    }

    [Fact]
    public async Task A_child_damaged_in_storage()
    {
        using Scene scene = await Scene.CreateAsync();
        Scene.Damage(scene.Image, scene.Arm64.Digest);
        await scene.AssertFailsAsync(scene.Arm64, FailureReason.ManifestUnreadable);
    }

    [Fact]
    public async Task An_index_that_is_gone()
    {
        using Scene scene = await Scene.CreateAsync();
        File.Delete(Scene.BlobPath(scene.Image, scene.Root.Digest));
        await scene.AssertFailsAsync(scene.Root, FailureReason.ManifestMissing);
    }

    [Fact]
    public async Task An_index_damaged_in_storage()
    {
        using Scene scene = await Scene.CreateAsync();
        Scene.Damage(scene.Image, scene.Root.Digest);
        await scene.AssertFailsAsync(scene.Root, FailureReason.ManifestUnreadable);
    }

    [Fact]
    public async Task An_empty_index()
    {
        using Scene scene = await Scene.CreateAsync();
        await SetSignedRootAsync(scene);
        await scene.AssertFailsAsync(scene.Root, FailureReason.IndexEmpty);
    }

    [Fact]
    public async Task An_index_without_end()
    {
        using Scene scene = await Scene.CreateAsync();
        await SetSignedRootAsync(scene, [.. Enumerable.Repeat(scene.Amd64, 65)]);
        await scene.AssertFailsAsync(scene.Root, FailureReason.IndexTooLarge);
    }

    [Fact]
    public async Task A_malformed_index()
    {
        using Scene scene = await Scene.CreateAsync();
        await scene.SetRootAsync(
            MediaType.Index,
            Encoding.UTF8.GetBytes($$"""{"schemaVersion":2,"mediaType":"{{MediaType.Index}}","manifests":[{}]}""")
        );
        await scene.SignByHandAsync(scene.Root.Digest);
        await scene.AssertFailsAsync(scene.Root, FailureReason.ManifestUnreadable);
    }

    [Fact]
    public async Task A_list_in_Docker_s_own_format()
    {
        using Scene scene = await Scene.CreateAsync();
        const string Type = "application/vnd.docker.distribution.manifest.list.v2+json";
        await scene.SetRootAsync(Type, Encoding.UTF8.GetBytes($$"""{"schemaVersion":2,"mediaType":"{{Type}}","manifests":[]}"""));
        await scene.SignByHandAsync(scene.Root.Digest);
        await scene.AssertFailsAsync(scene.Root, FailureReason.MediaTypeUnsupported);
    }

    [Fact]
    public async Task An_index_inside_an_index()
    {
        using Scene scene = await Scene.CreateAsync();
        Descriptor inner = scene.Root;
        await SetSignedRootAsync(scene, scene.Amd64, inner with { Platform = Platform.LinuxArm64 });
        await scene.AssertFailsAsync(inner, FailureReason.MediaTypeUnsupported);
    }

    [Fact]
    public async Task An_entry_without_a_platform()
    {
        using Scene scene = await Scene.CreateAsync();
        await SetSignedRootAsync(scene, scene.Amd64, scene.Arm64 with { Platform = null });
        await scene.AssertFailsAsync(scene.Arm64, FailureReason.PlatformMissing);
    }

    [Fact]
    public async Task Two_entries_for_one_platform()
    {
        using Scene scene = await Scene.CreateAsync();
        await SetSignedRootAsync(scene, scene.Amd64, scene.Arm64, scene.Amd64);
        await scene.AssertFailsAsync(scene.Amd64, FailureReason.PlatformDuplicate);
    }

    [Fact]
    public async Task An_entry_of_another_size()
    {
        using Scene scene = await Scene.CreateAsync();
        await SetSignedRootAsync(scene, scene.Amd64, scene.Arm64 with { Size = scene.Arm64.Size + 1 });
        await scene.AssertFailsAsync(scene.Arm64, FailureReason.DescriptorMismatch);
    }

    [Fact]
    public async Task An_entry_of_another_media_type()
    {
        using Scene scene = await Scene.CreateAsync();
        await SetSignedRootAsync(scene, scene.Amd64, scene.Arm64 with { MediaType = MediaType.Index });
        await scene.AssertFailsAsync(scene.Arm64, FailureReason.DescriptorMismatch);
    }

    [Fact]
    public async Task A_configuration_that_is_gone()
    {
        using Scene scene = await Scene.CreateAsync();
        File.Delete(Scene.BlobPath(scene.Image, (await ConfigOfAsync(scene, scene.Arm64)).Digest));
        await scene.AssertFailsAsync(scene.Arm64, FailureReason.ConfigMissing);
    }

    [Fact]
    public async Task A_configuration_damaged_in_storage()
    {
        using Scene scene = await Scene.CreateAsync();
        Scene.Damage(scene.Image, (await ConfigOfAsync(scene, scene.Arm64)).Digest);
        await scene.AssertFailsAsync(scene.Arm64, FailureReason.ConfigUnreadable);
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
        using Scene scene = await Scene.CreateAsync();
        Descriptor image = await scene.AddImageAsync(Platform.LinuxArm64, config: config);
        await scene.SignByHandAsync(image.Digest);
        await SetSignedRootAsync(scene, scene.Amd64, image);
        await scene.AssertFailsAsync(image, reason);
    }

    [Fact]
    public async Task A_configuration_of_another_media_type()
    {
        using Scene scene = await Scene.CreateAsync();
        Descriptor image = await scene.AddImageAsync(Platform.LinuxArm64, m =>
            m with
            {
                Config = m.Config with { MediaType = "text/plain" },
            }
        );
        await scene.SignByHandAsync(image.Digest);
        await SetSignedRootAsync(scene, scene.Amd64, image);
        await scene.AssertFailsAsync(image, FailureReason.ConfigUnreadable);
    }

    [Fact]
    public async Task A_configuration_beyond_the_limit_is_not_read()
    {
        using Scene scene = await Scene.CreateAsync();
        Descriptor image = await scene.AddImageAsync(Platform.LinuxArm64, m => m with { Config = m.Config with { Size = 1L << 40 } });
        await scene.SignByHandAsync(image.Digest);
        await SetSignedRootAsync(scene, scene.Amd64, image);
        await scene.AssertFailsAsync(image, FailureReason.ConfigUnreadable);
    }

    [Fact]
    public async Task A_malformed_manifest_that_was_signed()
    {
        using Scene scene = await Scene.CreateAsync();
        byte[] manifest = Encoding.UTF8.GetBytes($$"""{"schemaVersion":2,"mediaType":"{{MediaType.Manifest}}","config":{},"layers":[]}""");
        Descriptor image = await scene.Image.AddBlobAsync(MediaType.Manifest, manifest) with { Platform = Platform.LinuxArm64 };
        await scene.SignByHandAsync(image.Digest);
        await SetSignedRootAsync(scene, scene.Amd64, image);
        await scene.AssertFailsAsync(image, FailureReason.ManifestUnreadable);
    }

    private static async Task SetSignedRootAsync(Scene scene, params Descriptor[] entries)
    {
        await scene.SetRootAsync(new Index([.. entries]));
        await scene.SignByHandAsync(scene.Root.Digest);
    }

    private static async Task<Descriptor> ConfigOfAsync(Scene scene, Descriptor image) =>
        Manifest.Parse((await scene.Image.ReadManifestAsync(image.Digest, CancellationToken.None))!.Bytes).Config;
}
