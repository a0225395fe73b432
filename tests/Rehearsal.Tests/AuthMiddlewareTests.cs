using System.Text.Json;
using Slipway.StandIns;
using Slipway.Testing;

namespace Slipway.Rehearsal.Tests;

/// <summary>Who may do what, by Basic and by token; faults and log.</summary>
public class AuthMiddlewareTests
{
    private static Task<RegistryFixture> StartAsync(
        RehearsalAuthentication authentication,
        bool isPublic = true,
        TimeProvider? time = null
    ) =>
        RegistryFixture.StartAsync(options =>
            options with
            {
                Authentication = authentication,
                User = "robot",
                Password = "s3cret",
                IsPublic = isPublic,
                Time = time ?? TimeProvider.System,
            }
        );

    internal static async Task<string> TokenAsync(RegistryFixture fixture, string scope, bool asUser)
    {
        using HttpResponseMessage answer = asUser
            ? await fixture.SendAsync(
                "GET",
                $"/v2/auth?service=x&scope={scope}",
                headers: ("Authorization", RegistryFixture.BasicOf("robot", "s3cret"))
            )
            : await fixture.SendAsync("GET", $"/v2/auth?service=x&scope={scope}");
        using JsonDocument document = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        return document.RootElement.GetProperty("token").GetString()!;
    }

    [Fact]
    public async Task Without_authentication_the_root_answers_200()
    {
        await using RegistryFixture fixture = await RegistryFixture.StartAsync();
        Assert.Equal(200, (int)(await fixture.SendAsync("GET", "/v2/")).StatusCode);
    }

    [Fact]
    public async Task Basic_asks_for_a_password_and_knows_a_wrong_one()
    {
        await using RegistryFixture fixture = await StartAsync(RehearsalAuthentication.Basic);
        using HttpResponseMessage asked = await fixture.SendAsync("POST", "/v2/a/blobs/uploads/");
        await asked.ShouldBeAsync(401, "UNAUTHORIZED");
        Assert.Equal("Basic realm=\"rehearsal\"", asked.Header("WWW-Authenticate"));
        string wrong = RegistryFixture.BasicOf("robot", "wrong"),
            right = RegistryFixture.BasicOf("robot", "s3cret");
        await (await fixture.SendAsync("POST", "/v2/a/blobs/uploads/", headers: ("Authorization", wrong))).ShouldBeAsync(
            401,
            "UNAUTHORIZED"
        );
        Assert.Equal(202, (int)(await fixture.SendAsync("POST", "/v2/a/blobs/uploads/", headers: ("Authorization", right))).StatusCode);
    }

    [Fact]
    public async Task A_challenge_names_realm_service_and_scope()
    {
        await using RegistryFixture fixture = await StartAsync(RehearsalAuthentication.Token);
        using HttpResponseMessage answer = await fixture.SendAsync("POST", "/v2/a/b/blobs/uploads/");
        int port = fixture.Registry.Address.Port;
        Assert.Equal(
            $"Bearer realm=\"http://127.0.0.1:{port}/v2/auth\",service=\"127.0.0.1:{port}\",scope=\"repository:a/b:pull,push\"",
            answer.Header("WWW-Authenticate")
        );
    }

    [Fact]
    public async Task A_token_opens_its_scope_only()
    {
        await using RegistryFixture fixture = await StartAsync(RehearsalAuthentication.Token);
        (string, string) push = ("Authorization", "Bearer " + await TokenAsync(fixture, "repository:a:pull,push", asUser: true));
        Assert.Equal(202, (int)(await fixture.SendAsync("POST", "/v2/a/blobs/uploads/", headers: push)).StatusCode);
        Assert.Equal(401, (int)(await fixture.SendAsync("POST", "/v2/b/blobs/uploads/", headers: push)).StatusCode);
    }

    [Theory]
    [InlineData(true, 404)]
    [InlineData(false, 401)]
    public async Task Anybody_may_pull_from_a_public_registry_and_nobody_may_push(bool isPublic, int pullStatus)
    {
        await using RegistryFixture fixture = await StartAsync(RehearsalAuthentication.Token, isPublic);
        (string, string) token = ("Authorization", "Bearer " + await TokenAsync(fixture, "repository:a:pull,push", asUser: false));
        Assert.Equal(pullStatus, (int)(await fixture.SendAsync("GET", "/v2/a/manifests/v1", headers: token)).StatusCode);
        Assert.Equal(401, (int)(await fixture.SendAsync("POST", "/v2/a/blobs/uploads/", headers: token)).StatusCode);
    }

    [Fact]
    public async Task A_wrong_password_gets_no_token()
    {
        await using RegistryFixture fixture = await StartAsync(RehearsalAuthentication.Token);
        await (
            await fixture.SendAsync(
                "GET",
                "/v2/auth?scope=repository:a:pull",
                headers: ("Authorization", RegistryFixture.BasicOf("robot", "no"))
            )
        ).ShouldBeAsync(401, "UNAUTHORIZED");
    }

    [Fact]
    public async Task A_token_ends_with_its_life()
    {
        ManualTime time = new();
        await using RegistryFixture fixture = await StartAsync(RehearsalAuthentication.Token, time: time);
        (string, string) token = ("Authorization", "Bearer " + await TokenAsync(fixture, "repository:a:pull", asUser: true));
        Assert.Equal(404, (int)(await fixture.SendAsync("GET", "/v2/a/manifests/v1", headers: token)).StatusCode);
        time.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(401, (int)(await fixture.SendAsync("GET", "/v2/a/manifests/v1", headers: token)).StatusCode);
    }

    [Fact]
    public async Task Mounting_needs_the_right_to_pull_from_there()
    {
        await using RegistryFixture fixture = await StartAsync(RehearsalAuthentication.Token, isPublic: false);
        string scopes = "repository:a:pull,push&scope=repository:b:pull,push";
        (string, string) both = ("Authorization", "Bearer " + await TokenAsync(fixture, scopes, asUser: true));
        (string, string) one = ("Authorization", "Bearer " + await TokenAsync(fixture, "repository:b:pull,push", asUser: true));
        Oci.Digest digest = Oci.Digest.Of("x"u8);
        (await fixture.SendAsync("POST", $"/v2/a/blobs/uploads/?digest={digest}", "x"u8.ToArray(), null, both)).Dispose();
        Assert.Equal(202, (int)(await fixture.SendAsync("POST", $"/v2/b/blobs/uploads/?mount={digest}&from=a", headers: one)).StatusCode);
        Assert.Equal(201, (int)(await fixture.SendAsync("POST", $"/v2/b/blobs/uploads/?mount={digest}&from=a", headers: both)).StatusCode);
    }

    [Theory]
    [InlineData(true, "true")]
    [InlineData(false, "")]
    public async Task A_rehearsal_announces_itself_on_every_answer_when_told(bool announce, string wanted)
    {
        await using RegistryFixture fixture = await RegistryFixture.StartAsync(options => options with { AnnounceRehearsal = announce });
        Assert.Equal(wanted, (await fixture.SendAsync("GET", "/v2/")).Header("Slipway-Rehearsal"));
        Assert.Equal(wanted, (await fixture.SendAsync("GET", "/v2/a/manifests/v1")).Header("Slipway-Rehearsal"));
    }

    [Fact]
    public async Task A_fault_happens_instead_of_the_request_and_the_log_shows_both()
    {
        await using RegistryFixture fixture = await RegistryFixture.StartAsync(options =>
            options.WithFaults(request =>
                request.Number switch
                {
                    1 => Fault.Answer(429, "7"),
                    2 => Fault.Reset,
                    _ => null,
                }
            )
        );
        using HttpResponseMessage limited = await fixture.SendAsync("GET", "/v2/");
        await limited.ShouldBeAsync(429, "TOOMANYREQUESTS");
        Assert.Equal("7", limited.Header("Retry-After"));
        await Assert.ThrowsAsync<HttpRequestException>(() => fixture.SendAsync("POST", "/v2/a/blobs/uploads/"));
        Assert.Equal(200, (int)(await fixture.SendAsync("GET", "/v2/")).StatusCode);
        Assert.Equal([429, 0, 200], fixture.Registry.Log.All.Select(entry => entry.Status));
    }
}
