using Slipway.Http;
using Slipway.Oci;
using Slipway.Rehearsal;

namespace Slipway.Registry.Tests;

/// <summary>What can be found out about a registry without leaving anything there.</summary>
public class RegistryProbeTests
{
    [Theory]
    [InlineData(RehearsalAuthentication.None)]
    [InlineData(RehearsalAuthentication.Basic)]
    [InlineData(RehearsalAuthentication.Token)]
    public async Task Who_may_push_learns_it_and_leaves_no_upload(RehearsalAuthentication authentication)
    {
        await using ClientFixture fixture = await ClientFixture.StartAsync(authentication);
        RegistryProbe probe = fixture.Repository().Probe();
        await probe.ReachAsync(default);
        await probe.RequirePushAsync(default);
        Assert.Equal(0, fixture.Registry.OpenUploads);
        Assert.Equal(1, fixture.Count("DELETE", "/blobs/uploads/"));
        Assert.True(await probe.CanDeleteTagsAsync(default));
    }

    [Theory]
    [InlineData(RehearsalAuthentication.Basic)]
    [InlineData(RehearsalAuthentication.Token)]
    public async Task Who_may_not_push_learns_that(RehearsalAuthentication authentication)
    {
        await using ClientFixture fixture = await ClientFixture.StartAsync(authentication);
        RegistryProbe probe = fixture.Repository(password: "wrong").Probe();
        await probe.ReachAsync(default);
        RegistryException e = await Assert.ThrowsAsync<RegistryException>(() => probe.RequirePushAsync(default));
        Assert.Equal(RemoteFault.Refused, e.Fault);
        Assert.DoesNotContain("wrong", e.Message, StringComparison.Ordinal);
        e = await Assert.ThrowsAsync<RegistryException>(() => probe.CanDeleteTagsAsync(default));
        Assert.Equal(RemoteFault.Refused, e.Fault);
    }

    [Fact]
    public async Task A_registry_that_keeps_what_it_has_says_so()
    {
        await using ClientFixture fixture = await ClientFixture.StartAsync(with: options => options with { AllowsDeletion = false });
        Assert.False(await fixture.Repository().Probe().CanDeleteTagsAsync(default));
    }

    [Theory]
    [InlineData(200)]
    [InlineData(404)]
    [InlineData(500)]
    public async Task What_is_no_registry_is_not_reached(int status)
    {
        RegistryHandler far = new(_ => RegistryHandler.Answer(status));
        if (status == 200)
            await far.Repository().Probe().ReachAsync(default);
        else
            await Assert.ThrowsAsync<RegistryException>(() => far.Repository().Probe().ReachAsync(default));
        Assert.All(far.Requests, asked => Assert.Null(asked.Authorization));
    }

    [Theory]
    [InlineData(200, true, ReferrersSupport.Api)]
    [InlineData(200, false, ReferrersSupport.Api)]
    [InlineData(404, true, ReferrersSupport.Tag)]
    [InlineData(404, false, ReferrersSupport.Unknown)]
    public async Task A_404_about_a_manifest_that_is_not_there_says_nothing_of_referrers(int status, bool known, ReferrersSupport support)
    {
        RegistryHandler far = new(_ => RegistryHandler.Answer(status));
        Assert.Equal(support, await far.Repository().Probe().ReferrersAsync(known ? Digest.Of("x"u8) : null, default));
    }

    [Theory]
    [InlineData(401)]
    [InlineData(503)]
    public async Task Neither_does_an_answer_that_is_not_definite(int status)
    {
        RegistryHandler far = new(_ => RegistryHandler.Answer(status));
        await Assert.ThrowsAsync<RegistryException>(() => far.Repository().Probe().ReferrersAsync(Digest.Of("x"u8), default));
    }

    [Theory]
    [InlineData("100;w=21600", "76;w=21600", "76 of 100 in 21600")]
    [InlineData("100", "0", "0 of 100 in ")]
    [InlineData("100;w=21600", null, null)]
    [InlineData("many", "76", null)]
    [InlineData("100;w=x", "76", null)]
    [InlineData("99999999999999999999", "1", null)]
    public async Task A_limit_is_read_as_docker_hub_tells_it(string limit, string? remaining, string? read)
    {
        RegistryHandler far = new(_ =>
            RegistryHandler.Answer(
                200,
                "",
                [("RateLimit-Limit", limit), .. remaining is null ? [] : new[] { ("RateLimit-Remaining", remaining) }]
            )
        );
        RateLimit? found = await far.Repository().Probe().RateLimitAsync("v1", default);
        Assert.Equal(read, found is null ? null : $"{found.Remaining} of {found.Limit} in {found.Window?.TotalSeconds}");
        Assert.All(far.Requests, asked => Assert.Equal("HEAD", asked.Method));
    }

    [Fact]
    public async Task Who_we_are_is_known_without_asking_the_registry()
    {
        RegistryHandler far = new(_ => throw new InvalidOperationException("asked"));
        using HttpTransport transport = new(far, ClientFixture.Impatient, TimeProvider.System, _ => { });
        RegistryClient client = new(
            transport,
            Credentials.Of([KeyValuePair.Create("quay.io", RegistryHandler.Robot)]),
            RegistryMap.Default,
            TimeProvider.System
        );
        Assert.Equal("robot", (await client.CredentialAsync(Reference.Parse("quay.io/a/b"), default))!.User);
        Assert.Null(await client.CredentialAsync(Reference.Parse("docker.io/a/b"), default));
    }
}
