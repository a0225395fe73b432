using System.Text.Json;
using Slipway.StandIns;
using Slipway.Testing;

namespace Slipway.GitHub.Tests;

/// <summary>The checker of JSON against OpenAPI 3.0 schemas: what it must refuse is most of it.</summary>
public sealed class SchemaCheckTests
{
    [Theory]
    [InlineData("""{"type":"string"}""", "\"a\"")]
    [InlineData("""{"type":"integer"}""", "12")]
    [InlineData("""{"type":"integer"}""", "12.0")]
    [InlineData("""{"type":"number"}""", "1.5")]
    [InlineData("""{"type":"string","nullable":true}""", "null")]
    [InlineData("""{"$ref":"#/components/schemas/maybe"}""", "null")]
    [InlineData("""{"type":"string","enum":["a","b"]}""", "\"b\"")]
    [InlineData("""{"type":"string","format":"uri"}""", "\"https://example.org/a?b#c\"")]
    [InlineData("""{"type":"string","format":"date-time"}""", "\"2026-11-21T12:00:00Z\"")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"string"}},"required":["a"]}""", """{"a":"x"}""")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"string"}},"additionalProperties":true}""", """{"b":1}""")]
    [InlineData("""{"type":"object","additionalProperties":{"type":"integer"}}""", """{"b":1}""")]
    [InlineData("""{"type":"array","items":{"type":"integer"},"minItems":1}""", "[1,2]")]
    [InlineData("""{"oneOf":[{"type":"string"},{"type":"integer"}]}""", "1")]
    [InlineData("""{"anyOf":[{"type":"number"},{"type":"integer"}]}""", "1")]
    [InlineData(
        """{"allOf":[{"type":"object","properties":{"a":{"type":"string"}}},{"type":"object","properties":{"b":{"type":"string"}}}]}""",
        """{"a":"x","b":"y"}"""
    )]
    [InlineData("""{"oneOf":[{"$ref":"#/components/schemas/maybe"}],"nullable":true}""", "null")]
    [InlineData("{}", "[null]")]
    public void What_fits_is_taken(string schema, string value) => Assert.Empty(Faults(schema, value));

    [Theory]
    [InlineData("""{"type":"string"}""", "1", "$: wanted string, got Number")]
    [InlineData("""{"type":"string"}""", "null", "$: wanted string, got Null")]
    [InlineData("""{"type":"integer"}""", "1.5", "$: wanted integer")]
    [InlineData("""{"type":"integer"}""", "\"1\"", "$: wanted integer")]
    [InlineData("""{"type":"integer","format":"int64"}""", "9223372036854775808", "is no int64")]
    [InlineData("""{"type":"boolean"}""", "\"true\"", "$: wanted boolean")]
    [InlineData("""{"type":"array","items":{"type":"integer"}}""", """[1,"2"]""", "$[1]: wanted integer")]
    [InlineData("""{"type":"array","items":{},"minItems":1}""", "[]", "wanted 1 items at least")]
    [InlineData("""{"type":"array","items":{},"maxItems":1}""", "[1,2]", "wanted 1 items at the most")]
    [InlineData("""{"type":"array","items":{}}""", "{}", "wanted array")]
    [InlineData("""{"type":"object"}""", "[]", "wanted object")]
    [InlineData("""{"type":"string","enum":["a","b"]}""", "\"c\"", "is none of")]
    [InlineData("""{"type":"string","format":"uri"}""", "\"example.org/a\"", "is no uri")]
    [InlineData("""{"type":"string","format":"uri"}""", "\"https://example.org/{a}\"", "is no uri")]
    [InlineData("""{"type":"string","format":"date-time"}""", "\"2026-11-21\"", "is no date-time")]
    [InlineData("""{"type":"string","format":"date-time"}""", "\"2026-11-21T12:00:00\"", "is no date-time")]
    [InlineData("""{"type":"string","format":"date-time"}""", "\"2026-13-21T12:00:00Z\"", "is no date-time")]
    [InlineData("""{"type":"string","pattern":"^[a-z]+$"}""", "\"A\"", "does not match")]
    [InlineData("""{"type":"string","minLength":2}""", "\"a\"", "2 characters at least")]
    [InlineData("""{"type":"string","maxLength":2}""", "\"abc\"", "2 characters at the most")]
    [InlineData("""{"type":"integer","minimum":1}""", "0", "wanted 1 at least")]
    [InlineData("""{"type":"integer","maximum":1}""", "2", "wanted 1 at the most")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"string"}},"required":["a"]}""", "{}", "$: 'a' is missing")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"string"}}}""", """{"b":1}""", "$.b: the description does not know it")]
    [InlineData(
        """{"type":"object","properties":{"a":{"type":"object","properties":{"b":{"type":"string"}}}}}""",
        """{"a":{"b":1}}""",
        "$.a.b: wanted string"
    )]
    [InlineData("""{"type":"object","additionalProperties":false}""", """{"b":1}""", "$.b: the description does not know it")]
    [InlineData("""{"type":"object","additionalProperties":{"type":"integer"}}""", """{"b":"1"}""", "$.b: wanted integer")]
    [InlineData("""{"oneOf":[{"type":"string"},{"type":"integer"}]}""", "true", "fits none of oneOf")]
    [InlineData("""{"oneOf":[{"type":"number"},{"type":"integer"}]}""", "1", "fits 2 of oneOf")]
    [InlineData("""{"anyOf":[{"type":"string"},{"type":"integer"}]}""", "null", "fits none of anyOf")]
    [InlineData("""{"allOf":[{"type":"object","required":["a"]},{"type":"object"}]}""", "{}", "'a' is missing")]
    [InlineData("""{"$ref":"#/components/schemas/maybe"}""", "1", "wanted string")]
    [InlineData("""{"properties":{"a":{"type":"string"}}}""", "null", "null is not allowed")]
    public void What_does_not_fit_is_refused_and_its_place_is_named(string schema, string value, string fault) =>
        Assert.Contains(Faults(schema, value), found => found.Contains(fault, StringComparison.Ordinal));

    [Theory]
    [InlineData("""{"$ref":"#/components/schemas/round"}""")]
    [InlineData("""{"$ref":"#/components/schemas/turn"}""")]
    [InlineData("""{"$ref":"https://example.org/schema.json"}""")]
    [InlineData("""{"type":"text"}""")]
    public void A_schema_that_is_none_is_not_taken_for_one_that_allows_all(string schema) =>
        Assert.Throws<FormatException>(() => Faults(schema, "1"));

    [Theory]
    [InlineData("GET", "/repos/a/b/releases", "", null, null)]
    [InlineData("GET", "/repos/a/b/releases", "per_page=x", null, "parameter 'per_page': $: wanted integer")]
    [InlineData("GET", "/repos/a/b/releases", "since=1", null, "parameter 'since': the description does not know it")]
    [InlineData("POST", "/repos/a/b/releases", "", "{}", "'tag_name' is missing")]
    [InlineData("POST", "/repos/a/b/releases", "", """{"tag_name":"v1","notes":"x"}""", "$.notes: the description does not know it")]
    [InlineData("POST", "/repos/a/b/releases", "", """{"tag_name":1}""", "$.tag_name: wanted string")]
    [InlineData("POST", "/repos/a/b/releases", "", "{", "it is no JSON")]
    [InlineData("POST", "/repos/a/b/releases/1/assets", "", "bytes", "parameter 'name' is missing")]
    [InlineData("POST", "/repos/a/b/git/refs", "", """{"ref":"refs/heads/a"}""", "'sha' is missing")]
    [InlineData("DELETE", "/repos/a/b/releases/1", "", "{}", "it has a body")]
    public async Task Requests_are_held_against_GitHubs_own_description(
        string method,
        string path,
        string query,
        string? body,
        string? fault
    )
    {
        ApiDescription description = await ApiDescription.RequireAsync();
        ApiOperation operation = description.Find(method, path)!;
        KeyValuePair<string, string>[] parameters =
            query.Length == 0 ? [] : [KeyValuePair.Create(query.Split('=')[0], query.Split('=')[1])];
        string[] faults =
        [
            .. operation.RequestFaults(parameters, body is null ? "" : "application/json", System.Text.Encoding.UTF8.GetBytes(body ?? "")),
        ];
        Assert.Equal(fault is null, faults.Length == 0);
        Assert.All(faults.Where(_ => fault is not null).Take(1), found => Assert.Contains(fault!, found, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(200, "[]", null)]
    [InlineData(200, "{}", "wanted array")]
    [InlineData(200, "[{}]", "$[0]: 'url' is missing")]
    [InlineData(201, "[]", "the description does not know it")]
    public async Task Answers_are_held_against_GitHubs_own_description(int status, string body, string? fault)
    {
        ApiOperation operation = (await ApiDescription.RequireAsync()).Find("GET", "/repos/a/b/releases")!;
        string[] faults = [.. operation.ResponseFaults(status, "application/json", System.Text.Encoding.UTF8.GetBytes(body))];
        Assert.Equal(fault is null, faults.Length == 0);
        Assert.True(fault is null || faults.Any(found => found.Contains(fault, StringComparison.Ordinal)), string.Join('\n', faults));
    }

    [Theory]
    [InlineData("GET", "/repos/a/b/releases/tags/v1", "GET /repos/{owner}/{repo}/releases/tags/{tag}")]
    [InlineData("GET", "/repos/a/b/git/ref/heads/a/b/c", "GET /repos/{owner}/{repo}/git/ref/{ref}")]
    [InlineData("GET", "/repos/a/b", "GET /repos/{owner}/{repo}")]
    [InlineData("GET", "/repos/a/b/nothing", null)]
    [InlineData("PUT", "/repos/a/b/releases", null)]
    [InlineData("GET", "/repos//b/releases", null)]
    public async Task A_request_is_found_by_method_and_path(string method, string path, string? name) =>
        Assert.Equal(name, (await ApiDescription.RequireAsync()).Find(method, path)?.Name);

    [Fact]
    public async Task What_the_description_does_not_allow_fails_the_test_that_did_it()
    {
        await ApiDescription.RequireAsync();
        GitHubStandIn server = await GitHubStandIn.StartAsync();
        await server.AddRepositoryAsync("a", "b");
        using HttpClient client = new();
        client.DefaultRequestHeaders.UserAgent.ParseAdd("test");
        await client.GetAsync($"{server.ApiUrl}/repos/a/b/releases?colour=red");
        Exception e = await Assert.ThrowsAnyAsync<Exception>(async () => await server.DisposeAsync());
        Assert.Contains("parameter 'colour'", e.Message, StringComparison.Ordinal);
        Assert.Contains("X-GitHub-Api-Version", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_registry_is_the_one_that_npm_would_ask()
    {
        using ScratchFolder folder = new();
        string user = folder.Write(
                "user",
                "; a comment\nregistry = "
                    + "https://common.example/npm\n@other:registry=https://other.example\n//common.example/:_authToken=secret\n"
            ),
            machine = folder.Write("machine", "@octokit:registry=https://scope.example/\nregistry=https://machine.example/\n"),
            none = folder.At("none");
        string? Find(string user, string machine, string? variable = null) =>
            NpmRegistry
                .Find("@octokit/openapi", name => name switch
                    {
                        "npm_config_userconfig" => user,
                        "npm_config_globalconfig" => machine,
                        "npm_config_registry" => variable,
                        _ => null,
                    })
                ?.AbsoluteUri;
        Assert.Null(Find(none, none));
        Assert.Equal("https://common.example/npm/", Find(user, none));
        Assert.Equal("https://scope.example/", Find(user, machine));
        Assert.Equal("https://variable.example/", Find(user, none, "https://variable.example"));
        Assert.Equal("https://scope.example/", Find(none, machine, "https://variable.example"));
        Assert.Null(Find(none, none, "ftp://variable.example"));
    }

    private static IReadOnlyList<string> Faults(string schema, string value)
    {
        using JsonDocument document = JsonDocument.Parse(
            """
            {"components":{"schemas":{
              "maybe":{"type":"string","nullable":true},
              "round":{"$ref":"#/components/schemas/round"},
              "turn":{"allOf":[{"$ref":"#/components/schemas/turn"}]}}}}
            """
        );
        using JsonDocument wanted = JsonDocument.Parse(schema),
            given = JsonDocument.Parse(value);
        return new SchemaCheck(document.RootElement).Faults(wanted.RootElement, given.RootElement);
    }
}
