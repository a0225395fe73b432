using System.Text;
using System.Text.Json.Nodes;
using Slipway.Oci;
using Slipway.Trust;
using Slipway.Verification;

namespace Slipway.Release.Tests;

/// <summary>A policy as a file: what it says is read, and nothing that it does not say is taken for granted.</summary>
public sealed class PolicyFileTests : IDisposable
{
    private readonly KeySigner _key = KeySigner.CreateThrowAway(),
        _other = KeySigner.CreateThrowAway();

    public void Dispose()
    {
        _key.Dispose();
        _other.Dispose();
    }

    [Fact]
    public void All_that_it_says_is_read()
    {
        PolicyFile policy = Parse(Sound());
        Assert.Equal("quay.io/poseidon/kubelet", policy.Official.Name);
        Assert.Equal(["quay.io/poseidon/kubelet", "docker.io/psdn/kubelet"], policy.Registries.Select(registry => registry.Name));
        Assert.Equal(2, policy.Signers.Threshold);
        Assert.Equal(_key.Key, policy.Signers.Of[0].Signer);
        Assert.Equal(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero), policy.Signers.Of[0].From);
        Assert.Equal(
            ("https://github.com/poseidon/kubelet/.*", "https://token.actions.githubusercontent.com", true),
            policy.Signers.Of[1].Signer is CertificateIdentity { } identity
                ? (identity.Subject, identity.Issuer, identity.IsPattern)
                : default
        );
        Assert.Equal(_other.Key, Assert.Single(policy.Rebuilders!.Of).Signer);
        Assert.Equal(["push"], policy.Triggers);
        Assert.NotNull(policy.NotOlderThan);
        Assert.True(policy.IsDeep);
        Assert.Equal(Digest.Of("root"u8), policy.TrustedRoot);
    }

    [Fact]
    public void Little_is_needed_and_the_rest_asks_nothing()
    {
        PolicyFile policy = Parse(
            new JsonObject
            {
                ["schema"] = 1,
                ["repository"] = "quay.io/poseidon/kubelet",
                ["signers"] = new JsonObject { ["of"] = new JsonArray(new JsonObject { ["key"] = _key.Key.Pem }) },
            }
        );
        Assert.Equal(1, policy.Signers.Threshold);
        Assert.Null(policy.Rebuilders);
        Assert.Empty(policy.Builders);
        Assert.False(policy.IsDeep);
    }

    [Theory]
    [InlineData("$.schema", "2", "'schema' wanted 1, got 2")]
    [InlineData("$.schema", null, "'schema' is missing")]
    [InlineData("$.repository", null, "'repository' is missing")]
    [InlineData("$.repository", "\"quay.io/poseidon/kubelet:v1\"", "without tag and digest")]
    [InlineData("$.registries", "\"docker.io/psdn/kubelet\"", "'registries'")]
    [InlineData("$.registries", "[\"\"]", "'registries' wanted at most 16 texts, none of them empty")]
    [InlineData("$.signers", null, "'signers' is missing")]
    [InlineData("$.signers", "[]", "'signers'")]
    [InlineData("$.signers.of", "[]", "'signers.threshold' wanted 1 to 0")]
    [InlineData("$.signers.threshold", "0", "'signers.threshold' wanted 1 to 2")]
    [InlineData("$.signers.threshold", "3", "'signers.threshold' wanted 1 to 2")]
    [InlineData("$.signers.threshold", "\"1\"", "'threshold' wanted a whole number")]
    [InlineData("$.signers.of[0].key", "\"x\"", "'signers.of[0]': the key")]
    [InlineData("$.signers.of[0].key", null, "'signers.of[0]': wanted a 'key', or one of")]
    [InlineData("$.signers.of[0].from", "\"2026\"", "'from' wanted a time as")]
    [InlineData("$.signers.of[0].until", "\"2025-01-01T00:00:00Z\"", "'until' is before 'from'")]
    [InlineData("$.signers.of[1].issuer", null, "'issuer' is missing")]
    [InlineData("$.signers.of[1].issuer", "\"\"", "'issuer' is empty")]
    [InlineData("$.signers.of[1].identityPattern", "\"(\"", "wanted a regular expression")]
    [InlineData("$.image", "\"\"", "'image' is empty")]
    [InlineData("$.source", "\"http://example.org\"", "'source' wanted an https address")]
    [InlineData("$.notOlderThan", "\"1.36\"", "'notOlderThan'")]
    [InlineData("$.notOlderThan", "null", "'notOlderThan' is null")]
    [InlineData("$.triggers", "[1]", "'triggers' wanted a text")]
    [InlineData("$.trustedRoot", "\"trusted_root.json\"", "'trustedRoot' wanted a digest as sha256:…")]
    [InlineData("$.trustedRoot", "\"sha256:0\"", "'trustedRoot' wanted a digest as sha256:…")]
    [InlineData("$.deep", "\"yes\"", "'deep' wanted true or false")]
    public void What_is_wrong_is_told_with_its_place(string path, string? value, string because)
    {
        JsonObject policy = Sound();
        JsonNode place = Nodes(policy).First(node => node.GetPath() == path);
        if (value is not null)
            place.ReplaceWith(JsonNode.Parse(value));
        else
            place.Parent!.AsObject().Remove(place.GetPropertyName());
        Assert.Contains(because, Assert.Throws<ContentException>(() => Parse(policy)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_member_that_is_not_known_is_refused_wherever_it_stands()
    {
        foreach (string path in (string[])["$", "$.signers", "$.signers.of[0]", "$.rebuilders"])
        {
            JsonObject policy = Sound();
            Nodes(policy).First(node => node.GetPath() == path).AsObject()["signer"] = "x";
            Assert.Contains(
                "'signer' is not a member of a policy",
                Assert.Throws<ContentException>(() => Parse(policy)).Message,
                StringComparison.Ordinal
            );
        }
    }

    [Fact]
    public void Nobody_counts_twice_and_no_signer_vouches_for_himself()
    {
        JsonObject policy = Sound();
        policy["signers"]!["of"]!.AsArray().Add(new JsonObject { ["key"] = _key.Key.Pem });
        Assert.Contains("is there twice", Assert.Throws<ContentException>(() => Parse(policy)).Message, StringComparison.Ordinal);
        policy = Sound();
        policy["rebuilders"]!["of"]!.AsArray().Add(new JsonObject { ["key"] = _key.Key.Pem });
        Assert.Contains("signs releases itself", Assert.Throws<ContentException>(() => Parse(policy)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_cut_off_is_no_policy()
    {
        byte[] sound = Encoding.UTF8.GetBytes(Sound().ToJsonString());
        for (int i = 0; i < 50; i++)
            Assert.Throws<ContentException>(() => PolicyFile.Parse(sound.AsMemory(0, sound.Length * i / 50), new SigstoreInstance()));
    }

    private static PolicyFile Parse(JsonObject policy) =>
        PolicyFile.Parse(Encoding.UTF8.GetBytes(policy.ToJsonString()), new SigstoreInstance());

    private JsonObject Sound() =>
        new()
        {
            ["$schema"] = "../policy.schema.json",
            ["schema"] = 1,
            ["repository"] = "quay.io/poseidon/kubelet",
            ["registries"] = new JsonArray("quay.io/poseidon/kubelet", "docker.io/psdn/kubelet"),
            ["image"] = "kubelet",
            ["source"] = "https://github.com/poseidon/kubelet",
            ["signers"] = new JsonObject
            {
                ["threshold"] = 2,
                ["of"] = new JsonArray(
                    new JsonObject
                    {
                        ["key"] = _key.Key.Pem,
                        ["from"] = "2026-01-01T00:00:00Z",
                        ["until"] = "2027-01-01T00:00:00Z",
                    },
                    new JsonObject
                    {
                        ["identityPattern"] = "https://github.com/poseidon/kubelet/.*",
                        ["issuer"] = "https://token.actions.githubusercontent.com",
                    }
                ),
            },
            ["rebuilders"] = new JsonObject { ["of"] = new JsonArray(new JsonObject { ["key"] = _other.Key.Pem }) },
            ["builders"] = new JsonArray("https://github.com/poseidon/kubelet/.github/workflows/release.yml@refs/heads/main"),
            ["triggers"] = new JsonArray("push"),
            ["notOlderThan"] = "v1.36.0",
            ["deep"] = true,
            ["trustedRoot"] = Digest.Of("root"u8).ToString(),
        };

    private static IEnumerable<JsonNode> Nodes(JsonNode node) =>
        node switch
        {
            JsonObject members => members
                .Where(member => member.Value is not null)
                .SelectMany(member => Nodes(member.Value!))
                .Prepend(node),
            JsonArray items => items.SelectMany(item => Nodes(item!)).Prepend(node),
            _ => [node],
        };
}
