using System.Text.Json;
using System.Text.RegularExpressions;
using Slipway.Testing;

namespace Slipway.Rehearsal.Tests;

/// <summary>Cases of distribution's "Token Authentication" and "OAuth2 Token Authentication", as Quay and Docker Hub have them.</summary>
public class TokenTests
{
    private const string Push = "repository:a:pull,push";

    private static readonly (string, string) Robot = ("Authorization", RegistryFixture.BasicOf("robot", "s3cret"));

    private static Task<RegistryFixture> StartAsync(
        RehearsalAuthentication authentication = RehearsalAuthentication.TokenElsewhere,
        int pullLimit = 0,
        TimeProvider? time = null
    ) =>
        RegistryFixture.StartAsync(options =>
            options with
            {
                Authentication = authentication,
                User = "robot",
                Password = "s3cret",
                PullLimit = pullLimit,
                Time = time ?? TimeProvider.System,
            }
        );

    /// <summary>Where the challenge of a refused push sends to.</summary>
    private static async Task<Uri> RealmAsync(RegistryFixture fixture)
    {
        using HttpResponseMessage refused = await fixture.SendAsync("POST", "/v2/a/blobs/uploads/");
        Match match = Regex.Match(
            refused.Header("WWW-Authenticate"),
            "^Bearer realm=\"(.+)\",service=\"registry.docker.io\",scope=\"repository:a:pull,push\"$"
        );
        Assert.True(match.Success, refused.Header("WWW-Authenticate"));
        Assert.Equal(fixture.Registry.Realm, new Uri(match.Groups[1].Value));
        return fixture.Registry.Realm!;
    }

    private static async Task<JsonElement> JsonAsync(HttpResponseMessage answer)
    {
        string body = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(answer.IsSuccessStatusCode, body);
        return JsonDocument.Parse(body).RootElement;
    }

    private static async Task<HttpResponseMessage> PostAsync(
        RegistryFixture fixture,
        Uri realm,
        params (string Name, string Value)[] fields
    )
    {
        using FormUrlEncodedContent form = new(fields.Select(field => KeyValuePair.Create(field.Name, field.Value)));
        return await fixture.Client.PostAsync(realm, form, TestContext.Current.CancellationToken);
    }

    private static async Task<int> PushStatusAsync(RegistryFixture fixture, string token) =>
        (int)(await fixture.SendAsync("POST", "/v2/a/blobs/uploads/", headers: ("Authorization", "Bearer " + token))).StatusCode;

    [Fact]
    public async Task A_realm_elsewhere_issues_tokens_that_the_registry_takes()
    {
        await using RegistryFixture fixture = await StartAsync();
        Uri realm = await RealmAsync(fixture);
        Assert.True(realm.Host == "127.0.0.1" && realm.Port != fixture.Registry.Address.Port);
        JsonElement issued = await JsonAsync(
            await fixture.SendAsync("GET", $"{realm}?service=registry.docker.io&scope={Push}", headers: Robot)
        );
        Assert.Equal(202, await PushStatusAsync(fixture, issued.GetProperty("token").GetString()!));
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("POST")]
    public async Task A_token_document_tells_its_length_so_that_half_of_one_is_known_for_that(string method)
    {
        await using RegistryFixture fixture = await StartAsync(RehearsalAuthentication.Token);
        using FormUrlEncodedContent form = new([new("grant_type", "password"), new("username", "robot"), new("password", "s3cret")]);
        using HttpRequestMessage ask = new(new HttpMethod(method), fixture.Registry.Realm) { Content = method == "POST" ? form : null };
        using HttpResponseMessage answer = await fixture.Client.SendAsync(
            ask,
            HttpCompletionOption.ResponseHeadersRead,
            TestContext.Current.CancellationToken
        );
        answer.EnsureSuccessStatusCode();
        Assert.InRange(answer.Content.Headers.ContentLength ?? 0, 50, 1000);
    }

    [Fact]
    public async Task The_two_servers_do_not_do_each_others_work()
    {
        await using RegistryFixture fixture = await StartAsync();
        Uri realm = await RealmAsync(fixture);
        await (await fixture.SendAsync("GET", new Uri(realm, "/v2/").ToString())).ShouldBeAsync(404, "UNSUPPORTED");
        await (await fixture.SendAsync("GET", "/token")).ShouldBeAsync(404, "UNSUPPORTED");
        await (await fixture.SendAsync("GET", "/v2/auth")).ShouldBeAsync(404, "UNSUPPORTED");
    }

    [Theory]
    [InlineData(RehearsalAuthentication.None)]
    [InlineData(RehearsalAuthentication.Basic)]
    public async Task Where_no_tokens_are_wanted_none_are_issued(RehearsalAuthentication authentication)
    {
        await using RegistryFixture fixture = await StartAsync(authentication);
        Assert.Equal(404, (int)(await fixture.SendAsync("GET", "/v2/auth", headers: Robot)).StatusCode);
    }

    [Fact]
    public async Task Who_asks_for_an_offline_token_can_come_back_with_it()
    {
        await using RegistryFixture fixture = await StartAsync();
        Uri realm = await RealmAsync(fixture);
        JsonElement first = await JsonAsync(await fixture.SendAsync("GET", $"{realm}?scope={Push}&offline_token=true", headers: Robot));
        string refresh = first.GetProperty("refresh_token").GetString()!;
        JsonElement second = await JsonAsync(
            await PostAsync(
                fixture,
                realm,
                ("grant_type", "refresh_token"),
                ("refresh_token", refresh),
                ("service", "x"),
                ("client_id", "t"),
                ("scope", Push)
            )
        );
        Assert.Equal(Push, second.GetProperty("scope").GetString());
        Assert.Equal(202, await PushStatusAsync(fixture, second.GetProperty("access_token").GetString()!));
        Assert.Equal(401, await PushStatusAsync(fixture, refresh));
    }

    [Fact]
    public async Task Nobody_gets_an_offline_token_without_credentials()
    {
        await using RegistryFixture fixture = await StartAsync();
        JsonElement issued = await JsonAsync(
            await fixture.SendAsync("GET", $"{await RealmAsync(fixture)}?scope={Push}&offline_token=true")
        );
        Assert.False(issued.TryGetProperty("refresh_token", out _));
        Assert.Equal(401, await PushStatusAsync(fixture, issued.GetProperty("token").GetString()!));
    }

    [Fact]
    public async Task A_password_can_come_in_a_form()
    {
        await using RegistryFixture fixture = await StartAsync();
        Uri realm = await RealmAsync(fixture);
        JsonElement issued = await JsonAsync(
            await PostAsync(
                fixture,
                realm,
                ("grant_type", "password"),
                ("username", "robot"),
                ("password", "s3cret"),
                ("access_type", "offline"),
                ("scope", Push)
            )
        );
        Assert.NotEqual("", issued.GetProperty("refresh_token").GetString());
        Assert.Equal(202, await PushStatusAsync(fixture, issued.GetProperty("access_token").GetString()!));
    }

    [Theory]
    [InlineData("password", 401)]
    [InlineData("refresh_token", 401)]
    [InlineData("authorization_code", 400)]
    public async Task A_grant_that_is_none_is_refused(string grant, int status)
    {
        await using RegistryFixture fixture = await StartAsync();
        using HttpResponseMessage answer = await PostAsync(
            fixture,
            await RealmAsync(fixture),
            ("grant_type", grant),
            ("username", "robot"),
            ("password", "wrong"),
            ("refresh_token", "none"),
            ("scope", Push)
        );
        Assert.Equal(status, (int)answer.StatusCode);
    }

    [Theory]
    [InlineData("application/json", 10)]
    [InlineData("application/x-www-form-urlencoded", 1_000_000)]
    public async Task A_form_that_is_none_or_large_is_400(string type, int length)
    {
        await using RegistryFixture fixture = await StartAsync();
        using HttpResponseMessage answer = await fixture.SendAsync("POST", (await RealmAsync(fixture)).ToString(), new byte[length], type);
        Assert.Equal(400, (int)answer.StatusCode);
    }

    [Fact]
    public async Task A_token_may_live_one_second()
    {
        ManualTime time = new();
        await using RegistryFixture fixture = await RegistryFixture.StartAsync(options =>
            options with
            {
                Authentication = RehearsalAuthentication.Token,
                User = "robot",
                Password = "s3cret",
                TokenLifetime = TimeSpan.FromSeconds(1),
                Time = time,
            }
        );
        JsonElement issued = await JsonAsync(await fixture.SendAsync("GET", $"/v2/auth?scope={Push}", headers: Robot));
        Assert.Equal(1, issued.GetProperty("expires_in").GetInt32());
        string token = issued.GetProperty("token").GetString()!;
        Assert.Equal(202, await PushStatusAsync(fixture, token));
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(401, await PushStatusAsync(fixture, token));
    }

    [Fact]
    public async Task Pulls_are_counted_told_and_refused_beyond_the_limit_until_the_window_ends()
    {
        ManualTime time = new();
        await using RegistryFixture fixture = await StartAsync(RehearsalAuthentication.None, pullLimit: 2, time: time);
        foreach (
            (string method, int status, string left) in new[]
            {
                ("HEAD", 404, "2"),
                ("GET", 404, "1"),
                ("GET", 404, "0"),
                ("HEAD", 404, "0"),
                ("GET", 429, "0"),
            }
        )
        {
            using HttpResponseMessage answer = await fixture.SendAsync(method, "/v2/a/manifests/v1");
            Assert.Equal(
                (status, "2;w=21600", left + ";w=21600"),
                ((int)answer.StatusCode, answer.Header("ratelimit-limit"), answer.Header("ratelimit-remaining"))
            );
        }

        time.Advance(TimeSpan.FromHours(6));
        Assert.Equal(404, (int)(await fixture.SendAsync("GET", "/v2/a/manifests/v1")).StatusCode);
        Assert.Equal("", (await fixture.SendAsync("GET", "/v2/")).Header("ratelimit-limit"));
    }
}
