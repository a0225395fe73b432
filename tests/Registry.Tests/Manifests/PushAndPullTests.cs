using Slipway.Http;
using Slipway.Oci;
using Slipway.Rehearsal;
using Slipway.StandIns;

namespace Slipway.Registry.Tests;

public class PushAndPullTests
{
    [Theory]
    [InlineData(RehearsalAuthentication.None)]
    [InlineData(RehearsalAuthentication.Basic)]
    [InlineData(RehearsalAuthentication.Token)]
    public async Task What_is_pushed_comes_back_the_same(RehearsalAuthentication authentication)
    {
        await using ClientFixture fixture = await ClientFixture.StartAsync(authentication, options => options with { IsPublic = false });
        Repository repository = fixture.Repository();
        (ManifestContent manifest, Descriptor layer, byte[] bytes) = await ClientFixture.PushImageAsync(repository, "v1");

        Assert.Equal(manifest.Descriptor, await repository.ResolveAsync("v1", default));
        ManifestContent read = (await repository.ReadManifestAsync(manifest.Descriptor.Digest, default))!;
        Assert.Equal(manifest.Bytes.ToArray(), read.Bytes.ToArray());
        Assert.Equal(MediaType.Manifest, read.MediaType);
        Assert.True(await repository.HasManifestAsync(manifest.Descriptor.Digest, default));
        await using Stream blob = (await repository.OpenBlobAsync(layer, default))!;
        using MemoryStream copy = new();
        await blob.CopyToAsync(copy);
        Assert.Equal(bytes, copy.ToArray());
        Assert.Equal(0, fixture.Registry.OpenUploads);
    }

    [Fact]
    public async Task What_is_not_there_is_null_or_false()
    {
        await using ClientFixture fixture = await ClientFixture.StartAsync(RehearsalAuthentication.Token);
        Repository repository = fixture.Repository();
        Descriptor nothing = Descriptor.Of(MediaType.Config, "x"u8);
        Assert.Null(await repository.ResolveAsync("v1", default));
        Assert.Null(await repository.ReadManifestAsync(nothing.Digest, default));
        Assert.Null(await repository.OpenBlobAsync(nothing, default));
        Assert.False(await repository.HasManifestAsync(nothing.Digest, default));
        Assert.False(await repository.HasBlobAsync(nothing, default));
    }

    [Fact]
    public async Task A_blob_that_is_there_is_not_sent_again()
    {
        await using ClientFixture fixture = await ClientFixture.StartAsync();
        Repository repository = fixture.Repository();
        byte[] content = "blob"u8.ToArray();
        Descriptor blob = Descriptor.Of(MediaType.LayerGzip, content);
        Assert.True(await repository.PushBlobAsync(blob, () => new MemoryStream(content), default));
        fixture.Registry.Log.Clear();
        Assert.False(await repository.PushBlobAsync(blob, () => throw new InvalidOperationException("opened"), default));
        Assert.Equal(["HEAD"], fixture.Registry.Log.All.Select(entry => entry.Request.Method));
    }

    [Fact]
    public async Task A_manifest_without_tag_is_stored_by_digest_alone()
    {
        await using ClientFixture fixture = await ClientFixture.StartAsync();
        Repository repository = fixture.Repository();
        (ManifestContent manifest, _, _) = await ClientFixture.PushImageAsync(fixture.Repository("quay.io/other/x"), "v1");
        await ClientFixture.PushImageAsync(repository, "v1");
        await repository.PushManifestAsync(manifest, null, default);
        Assert.True(await repository.HasManifestAsync(manifest.Descriptor.Digest, default));
        Assert.Equal(1, fixture.Count("PUT", "/v2/a/b/manifests/" + manifest.Descriptor.Digest));
    }

    [Theory]
    [InlineData("other bytes")]
    [InlineData("bloc")]
    [InlineData("blo")]
    [InlineData("")]
    public async Task Local_bytes_that_are_not_the_blob_are_refused_and_leave_no_session(string local)
    {
        await using ClientFixture fixture = await ClientFixture.StartAsync();
        Repository repository = fixture.Repository();
        Descriptor blob = Descriptor.Of(MediaType.LayerGzip, "blob"u8);
        ContentException e = await Assert.ThrowsAsync<ContentException>(() =>
            repository.PushBlobAsync(blob, () => new MemoryStream(System.Text.Encoding.UTF8.GetBytes(local)), default)
        );
        Assert.Contains("quay.io/a/b", e.Message);
        Assert.False(await repository.HasBlobAsync(blob, default));
        Assert.Equal(0, fixture.Registry.OpenUploads);
    }

    [Theory]
    [InlineData(503, 0)]
    [InlineData(429, 0)]
    [InlineData(0, 0)]
    [InlineData(0, 200_000)]
    [InlineData(503, 200_000)]
    public async Task An_upload_that_fails_is_sent_again_from_the_beginning_in_a_new_session(int status, int afterBytes)
    {
        int puts = 0;
        Fault fault = (status == 0 ? Fault.Reset : Fault.Answer(status)) with { AfterBytes = afterBytes };
        await using ClientFixture fixture = await ClientFixture.StartAsync(with: options =>
            options.WithFaults(request =>
                request.Method == "PUT"
                && request.Path.Contains("/uploads/", StringComparison.Ordinal)
                && Interlocked.Increment(ref puts) <= 2
                    ? fault
                    : null
            )
        );
        byte[] content = new byte[1_000_000];
        Descriptor blob = Descriptor.Of(MediaType.LayerGzip, content);
        int opened = 0;
        bool sent = await fixture
            .Repository()
            .PushBlobAsync(
                blob,
                () =>
                {
                    opened++;
                    return new MemoryStream(content);
                },
                default
            );
        Assert.True(sent);
        Assert.Equal(1, opened);
        Assert.Equal(3, fixture.Count("POST", "/uploads/"));
        Assert.True(await fixture.Repository().HasBlobAsync(blob, default));
        Assert.Equal(0, fixture.Registry.OpenUploads);
    }

    [Fact]
    public async Task An_upload_that_keeps_failing_says_how_often_and_leaves_no_session()
    {
        await using ClientFixture fixture = await ClientFixture.StartAsync(with: options =>
            options.WithFaults(request => request.Method == "PUT" ? Fault.Answer(503) : null)
        );
        RegistryException e = await Assert.ThrowsAsync<RegistryException>(() =>
            fixture.Repository().PushBlobAsync(Descriptor.Of(MediaType.LayerGzip, "x"u8), () => new MemoryStream([120]), default)
        );
        Assert.Equal(RemoteFault.TryAgain, e.Fault);
        Assert.StartsWith("quay.io/a/b: upload blob 2d711642b726: 503 after 3 tries over 0 s", e.Message);
        Assert.Equal(0, fixture.Registry.OpenUploads);
    }

    [Fact]
    public async Task A_cancelled_upload_leaves_no_session()
    {
        await using ClientFixture fixture = await ClientFixture.StartAsync();
        using CancellationTokenSource cancel = new();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            fixture
                .Repository()
                .PushBlobAsync(
                    Descriptor.Of(MediaType.LayerGzip, "x"u8),
                    () =>
                    {
                        cancel.Cancel();
                        return new MemoryStream([120]);
                    },
                    cancel.Token
                )
        );
        Assert.Equal(0, fixture.Registry.OpenUploads);
    }

    [Fact]
    public async Task Many_pushes_at_once_share_one_token()
    {
        await using ClientFixture fixture = await ClientFixture.StartAsync(RehearsalAuthentication.Token);
        Repository repository = fixture.Repository();
        await repository.ResolveAsync("x", default);
        fixture.Registry.Log.Clear();
        await Task.WhenAll(
            Enumerable
                .Range(0, 24)
                .Select(async i =>
                {
                    byte[] content = [.. Enumerable.Repeat((byte)i, 50_000)];
                    Assert.True(
                        await repository.PushBlobAsync(
                            Descriptor.Of(MediaType.LayerGzip, content),
                            () => new MemoryStream(content),
                            default
                        )
                    );
                })
        );
        Assert.Equal(1, fixture.Count("GET", "/v2/auth"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_rehearsal_is_recognised_without_credentials(bool announces)
    {
        await using ClientFixture fixture = await ClientFixture.StartAsync(RehearsalAuthentication.Token, options =>
            options with
            {
                AnnounceRehearsal = announces,
            }
        );
        Assert.Equal(announces, await fixture.Repository().AnnouncesRehearsalAsync(default));
        Assert.DoesNotContain(fixture.Registry.Log.All, entry => entry.Request.HasAuthorization);
    }
}
