using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Slipway.Definitions;
using Slipway.Images;
using Slipway.Oci;
using Slipway.Trust;
using Slipway.Verification;

namespace Slipway.Release.Tests;

public class SlsaProvenanceTests
{
    [Fact]
    public void It_says_what_was_built_from_what_where_and_when()
    {
        JsonElement said = JsonDocument.Parse(ProvenanceSamples.New().ToBytes()).RootElement;
        JsonElement definition = said.GetProperty("buildDefinition"),
            run = said.GetProperty("runDetails");
        Assert.Equal(
            "https://github.com/poseidon/slipway/blob/main/docs/build-types/image-v1.md",
            definition.GetProperty("buildType").GetString()
        );
        Assert.Equal(
            $$"""{"image":"tiny","source":"https://example.org/tiny","commit":"{{SignedReleaseFixture.Exact.Commit}}","tag":"tiny/v1.0.0","definition":"{{ProvenanceSamples.Hash("definition")}}","lock":"{{ProvenanceSamples.Hash("lock")}}","platforms":["linux/amd64","linux/arm64"]}""",
            definition.GetProperty("externalParameters").GetRawText()
        );
        Assert.False(definition.TryGetProperty("internalParameters", out _));
        Assert.EndsWith(
            "#local-slsa-build-level-1-at-most",
            run.GetProperty("builder").GetProperty("id").GetString(),
            StringComparison.Ordinal
        );
        Assert.Equal(
            """{"startedOn":"2026-01-02T03:04:05Z","finishedOn":"2026-01-02T03:05:06Z"}""",
            run.GetProperty("metadata").GetRawText()
        );
        Assert.False(run.TryGetProperty("byproducts", out _));
    }

    [Fact]
    public void Every_file_of_the_lock_is_a_dependency_once_and_commit_and_versions_are()
    {
        ResourceDescriptor[] dependencies = [.. ProvenanceSamples.New().Dependencies];
        Assert.Equal(
            [
                $"git+https://example.org/tiny@{SignedReleaseFixture.Exact.Commit}",
                "pkg:generic/dotnet-sdk@10.0.400",
                "pkg:generic/dotnet-runtime@10.0.8",
                "https://example.com/amd64/tool",
                "https://example.com/arm64/tool",
                "pkg:deb/debian/libstdc%2B%2B6@14.2.0-19%2Bdeb13u1?arch=amd64",
                "pkg:deb/debian/libstdc%2B%2B6@14.2.0-19%2Bdeb13u1?arch=arm64",
                "pkg:deb/debian/mount@1:2.41~rc1-5?arch=amd64",
                "pkg:deb/debian/mount@1:2.41~rc1-5?arch=arm64",
                "pkg:deb/debian/netbase@6.5?arch=all",
            ],
            dependencies.Select(dependency => dependency.Uri)
        );
        Assert.Equal(SignedReleaseFixture.Exact.Commit, dependencies[0].Digests["gitCommit"]);
        Assert.All(dependencies[3..], dependency => Assert.Equal(64, dependency.Digests["sha256"].Length));
        Assert.Equal("debian/pool/main/n/netbase/netbase_6.5_all.deb", dependencies[^1].Name);
    }

    [Theory]
    [InlineData(SignatureState.Verified, "cosign", null, """{"upstreamSignature":"verified","upstreamSignatureBy":"cosign"}""")]
    [InlineData(
        SignatureState.UnverifiedNoLog,
        "certificate",
        null,
        """{"upstreamSignature":"unverified-no-log","upstreamSignatureBy":"certificate"}"""
    )]
    [InlineData(
        SignatureState.AcceptedUnsigned,
        "--accept-unsigned-upstream-unsafe",
        "missing",
        """{"upstreamSignature":"accepted-unsigned","upstreamSignatureBy":"--accept-unsigned-upstream-unsafe","upstreamSignatureProblem":"missing"}"""
    )]
    public void What_the_lock_says_of_upstreams_signature_is_said_of_the_file(
        SignatureState state,
        string by,
        string? problem,
        string annotations
    )
    {
        LockedUpstream tool = ProvenanceSamples.Lock.Upstream.Single() with
        {
            Signature = new LockedSignature(state, by, new UpstreamSigner("a@b.c", "https://d.e"), problem),
        };
        ProvenanceSource source = ProvenanceSamples.NewSource() with
        {
            Materials = LockedMaterials.Of(ProvenanceSamples.Lock with { Upstream = [tool] }, ProvenanceSamples.Platforms),
        };
        byte[] bytes = source.ToProvenance().ToBytes();
        JsonElement[] dependencies =
        [
            .. JsonDocument.Parse(bytes).RootElement.GetProperty("buildDefinition").GetProperty("resolvedDependencies").EnumerateArray(),
        ];
        Assert.Equal(annotations, dependencies[3].GetProperty("annotations").GetRawText());
        Assert.Equal(annotations, dependencies[4].GetProperty("annotations").GetRawText());
        Assert.All(dependencies[5..], dependency => Assert.False(dependency.TryGetProperty("annotations", out _)));
        Assert.Equal(bytes, SlsaProvenance.Parse(bytes).ToBytes());
        Assert.Empty(ProvenanceSamples.Check.Judge(SlsaProvenance.Parse(bytes)));
        Assert.DoesNotContain("annotations", Encoding.UTF8.GetString(ProvenanceSamples.New().ToBytes()), StringComparison.Ordinal);
    }

    [Fact]
    public void Annotations_of_others_play_no_part_whatever_they_hold()
    {
        JsonNode said = JsonNode.Parse(ProvenanceSamples.New().ToBytes())!;
        said["buildDefinition"]!["resolvedDependencies"]![3]!["annotations"] = JsonNode.Parse("""{"number":1,"list":[{}],"text":"x"}""");
        SlsaProvenance read = SlsaProvenance.Parse(Encoding.UTF8.GetBytes(said.ToJsonString()));
        Assert.Equal(["text"], read.Dependencies[3].Annotations.Keys);
        Assert.Empty(ProvenanceSamples.Check.Judge(read));
    }

    [Fact]
    public void It_is_about_the_index_and_every_manifest_and_reads_back_as_it_was()
    {
        ProvenanceSource source = ProvenanceSamples.NewSource() with
        {
            Byproducts = [ResourceDescriptor.Of("sbom", "", ProvenanceSamples.Hash("sbom"))],
        };
        SlsaProvenance provenance = source.ToProvenance();
        WantedStatement wanted = provenance.About(source.Image.Subjects);
        Assert.Equal(Statement.ProvenanceType, wanted.PredicateType);
        Assert.Equal([source.Image.Index.Digest, .. source.Image.Platforms.Select(platform => platform.Manifest.Digest)], wanted.About);
        SlsaProvenance read = SlsaProvenance.Parse(wanted.Predicate);
        Assert.Equal(provenance.ToBytes(), read.ToBytes());
        Assert.Equal(provenance.Parameters, read.Parameters);
        Assert.Equal("sbom", Assert.Single(read.Byproducts).Name);
    }

    [Fact]
    public void A_commit_after_the_tag_has_no_tag_and_a_modified_tree_says_so()
    {
        Assert.Null(ProvenanceSamples.New(git: SignedReleaseFixture.Exact with { Distance = 1 }).Parameters.Tag);
        SlsaProvenance modified = ProvenanceSamples.New(git: SignedReleaseFixture.Exact with { IsDirty = true });
        Assert.True(SlsaProvenance.Parse(modified.ToBytes()).Parameters.IsModified);
        Assert.Contains("\"modified\":true", Encoding.UTF8.GetString(modified.ToBytes()), StringComparison.Ordinal);
    }

    [Fact]
    public void An_earlier_build_by_the_same_parameters_will_do_and_no_other()
    {
        ProvenanceSource source = ProvenanceSamples.NewSource();
        Func<ReadOnlyMemory<byte>, bool> accepts = source.ToProvenance().About(source.Image.Subjects).Accepts!;
        ProvenanceSource earlier = ProvenanceSamples.NewSource(toolchain: new Toolchain("10.0.1", "10.0.1"));
        Assert.True(
            accepts((earlier with { Assembly = earlier.Assembly with { StartedOn = DateTimeOffset.UnixEpoch } }).ToProvenance().ToBytes())
        );
        Assert.False(accepts(ProvenanceSamples.New(git: SignedReleaseFixture.Exact with { Commit = new string('1', 40) }).ToBytes()));
        Assert.False(accepts(ProvenanceSamples.New(git: SignedReleaseFixture.Exact with { Tag = "tiny/v1.0.0-r1" }).ToBytes()));
        Assert.False(accepts("{}"u8.ToArray()));
    }

    [Fact]
    public void What_the_specification_does_not_name_plays_no_part_and_null_and_empty_are_as_not_there()
    {
        byte[] changed = Change(root =>
        {
            root["slipway_more"] = 1;
            root["runDetails"]!["metadata"] = null;
            root["runDetails"]!["byproducts"] = null;
            root["runDetails"]!["builder"]!["version"] = new JsonObject { ["x"] = "1" };
            root["buildDefinition"]!["internalParameters"] = null;
        });
        SlsaProvenance read = SlsaProvenance.Parse(changed);
        Assert.Equal((null, null, null), (read.InvocationId, read.StartedOn, read.FinishedOn));
        Assert.Empty(read.Byproducts);
    }

    [Theory]
    [InlineData("buildDefinition.buildType", "\"https://example.org/other\"", "buildType wanted")]
    [InlineData("buildDefinition.externalParameters.more", "1", "unknown member 'more'")]
    [InlineData("buildDefinition.externalParameters.image", "\"../tiny\"", "an image's name")]
    [InlineData("buildDefinition.externalParameters.source", "\"http://example.org/tiny\"", "source wanted an https address")]
    [InlineData("buildDefinition.externalParameters.source", "\"https://user:secret@example.org/tiny\"", "source wanted an https address")]
    [InlineData("buildDefinition.externalParameters.commit", "\"23228e6\"", "a commit in hex")]
    [InlineData("buildDefinition.externalParameters.tag", "\"tiny/v1 \\u001b[31m\"", "a git tag")]
    [InlineData("buildDefinition.externalParameters.modified", "\"no\"", "provenance: ")]
    [InlineData("buildDefinition.externalParameters.lock", "\"sha256:1\"", "digest 'sha256:1'")]
    [InlineData("buildDefinition.externalParameters.platforms", "[]", "1 to 32 platforms, got none")]
    [InlineData("buildDefinition.externalParameters.platforms", "[\"linux\"]", "wanted OS/ARCH")]
    [InlineData("buildDefinition.externalParameters", "null", "'externalParameters' is no JSON object")]
    [InlineData("buildDefinition.resolvedDependencies", "[{\"name\":\"x\"}]", "neither uri nor digest")]
    [InlineData("buildDefinition.resolvedDependencies", "[{\"uri\":\"x\",\"digest\":{\"sha256\":\"XY\"}}]", "wanted lower-case hex")]
    [InlineData("buildDefinition.resolvedDependencies", "[{\"uri\":\"x\\ny\"}]", "wanted a line")]
    [InlineData("buildDefinition.resolvedDependencies", "{}", "provenance: ")]
    [InlineData("runDetails.builder.id", "\"me\"", "id wanted a URI")]
    [InlineData("runDetails.builder", "[]", "'builder' is no JSON object")]
    [InlineData("runDetails.metadata.startedOn", "\"yesterday\"", "startedOn wanted a time")]
    [InlineData("runDetails", "1", "'runDetails' is no JSON object")]
    public void What_is_no_sound_provenance_is_refused_by_name(string member, string value, string problem)
    {
        byte[] changed = Change(root =>
        {
            string[] path = member.Split('.');
            path[..^1].Aggregate((JsonNode)root, (node, name) => node[name]!)[path[^1]] = JsonNode.Parse(value);
        });
        ContentException e = Assert.Throws<ContentException>(() => SlsaProvenance.Parse(changed));
        Assert.StartsWith("provenance: ", e.Message, StringComparison.Ordinal);
        Assert.Contains(problem, e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', e.Message);
    }

    [Fact]
    public void Too_much_of_anything_is_refused()
    {
        string many = string.Join(',', Enumerable.Repeat("{\"uri\":\"x\"}", 10_001));
        byte[] changed = Change(root => root["buildDefinition"]!["resolvedDependencies"] = JsonNode.Parse($"[{many}]"));
        Assert.Contains(
            "at most 10000",
            Assert.Throws<ContentException>(() => SlsaProvenance.Parse(changed)).Message,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "at most 8388608 bytes",
            Assert.Throws<ContentException>(() => SlsaProvenance.Parse(new byte[8_388_609])).Message,
            StringComparison.Ordinal
        );
        byte[] twice = Encoding.UTF8.GetBytes(
            Encoding
                .UTF8.GetString(ProvenanceSamples.New().ToBytes())
                .Replace("\"image\":\"tiny\"", "\"image\":\"other\",\"image\":\"tiny\"", StringComparison.Ordinal)
        );
        Assert.Throws<ContentException>(() => SlsaProvenance.Parse(twice));
    }

    private static byte[] Change(Action<JsonObject> change)
    {
        JsonObject root = JsonNode.Parse(ProvenanceSamples.New().ToBytes())!.AsObject();
        Assert.NotNull(SlsaProvenance.Parse(Encoding.UTF8.GetBytes(root.ToJsonString())));
        change(root);
        return Encoding.UTF8.GetBytes(root.ToJsonString());
    }
}
