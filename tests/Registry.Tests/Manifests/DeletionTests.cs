using System.Net.Http.Headers;
using Slipway.Oci;
using Slipway.Rehearsal;

namespace Slipway.Registry.Tests;

/// <summary>Cases of the distribution specification, "Deleting tags" and "Deleting Manifests".</summary>
public class DeletionTests
{
    [Theory]
    [InlineData(RehearsalAuthentication.None)]
    [InlineData(RehearsalAuthentication.Basic)]
    [InlineData(RehearsalAuthentication.Token)]
    public async Task A_tag_goes_and_its_manifest_stays(RehearsalAuthentication authentication)
    {
        await using ClientFixture fixture = await ClientFixture.StartAsync(authentication);
        Repository repository = fixture.Repository();
        (ManifestContent manifest, _, _) = await ClientFixture.PushImageAsync(repository, "v1");
        Assert.Equal(Deletion.Done, await repository.DeleteTagAsync("v1", default));
        Assert.Equal(Deletion.Absent, await repository.DeleteTagAsync("v1", default));
        Assert.Null(await repository.ResolveAsync("v1", default));
        Assert.True(await repository.HasManifestAsync(manifest.Descriptor.Digest, default));
        Assert.Equal(Deletion.Done, await repository.DeleteManifestAsync(manifest.Descriptor.Digest, default));
        Assert.False(await repository.HasManifestAsync(manifest.Descriptor.Digest, default));
    }

    [Theory]
    [InlineData(400)]
    [InlineData(405)]
    public async Task A_registry_that_deletes_nothing_says_so(int status)
    {
        RegistryHandler far = new(_ => RegistryHandler.Answer(status, """{"errors":[{"code":"UNSUPPORTED"}]}"""));
        Assert.Equal(Deletion.Unsupported, await far.Repository().DeleteTagAsync("v1", default));
    }

    [Theory]
    [InlineData(403, Http.RemoteFault.Refused)]
    [InlineData(409, Http.RemoteFault.Protocol)]
    [InlineData(503, Http.RemoteFault.TryAgain)]
    public async Task Any_other_answer_is_no_deletion(int status, Http.RemoteFault fault)
    {
        RegistryHandler far = new(_ => RegistryHandler.Answer(status));
        RegistryException e = await Assert.ThrowsAsync<RegistryException>(() => far.Repository().DeleteTagAsync("v1", default));
        Assert.Equal(fault, e.Fault);
        Assert.Contains("DELETE tag v1", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_right_to_delete_is_asked_for_where_the_right_to_push_does_not_do()
    {
        RegistryHandler far = new(request =>
        {
            if (request.RequestUri!.AbsolutePath == "/token")
                return RegistryHandler.Answer(
                    200,
                    $$"""{"token":"{{(request.RequestUri.Query.Contains("delete", StringComparison.Ordinal) ? "may-delete" : "may-push")}}"}"""
                );
            return request.Headers.Authorization is AuthenticationHeaderValue { Parameter: "may-delete" }
                ? RegistryHandler.Answer(202)
                : RegistryHandler.Answer(401, "", ("WWW-Authenticate", "Bearer realm=\"https://quay.io/token\",service=\"quay.io\""));
        });
        Assert.Equal(Deletion.Done, await far.Repository().DeleteTagAsync("v1", default));
        Assert.Contains(far.Requests, asked =>
            asked.Address.Query.Contains(Uri.EscapeDataString("repository:a/b:pull,push"), StringComparison.Ordinal)
        );
    }

    [Theory]
    [InlineData("../x")]
    [InlineData("")]
    [InlineData("-v1")]
    public async Task What_is_no_tag_is_not_deleted(string tag)
    {
        RegistryHandler far = new(_ => RegistryHandler.Answer(202));
        await Assert.ThrowsAsync<ContentException>(() => far.Repository().DeleteTagAsync(tag, default));
        Assert.Empty(far.Requests);
    }
}
