using Slipway.Images;
using Slipway.Oci;
using Slipway.Verification;

namespace Slipway.Release.Tests;

public class ProvenanceCheckTests
{
    private static readonly ProvenanceCheck Check = ProvenanceSamples.Check;

    [Fact]
    public void What_is_as_expected_has_no_finding()
    {
        Assert.Empty(Check.Judge(SlsaProvenance.Parse(ProvenanceSamples.New().ToBytes())));
        Assert.Empty(new ProvenanceCheck { Image = "tiny", Source = ProvenanceSamples.Source }.Judge(ProvenanceSamples.New()));
    }

    public static TheoryData<string, Func<SlsaProvenance, SlsaProvenance>, string> Changes { get; } =
        new()
        {
            { "builder-mismatch", said => said with { BuilderId = "https://example.org/other" }, "got https://example.org/other" },
            { "image-mismatch", said => said with { Parameters = said.Parameters with { Image = "other" } }, "wanted tiny, got other" },
            {
                "source-mismatch",
                said => said with { Parameters = said.Parameters with { Source = "https://example.org/fork" } },
                "got https://example.org/fork"
            },
            { "source-modified", said => said with { Parameters = said.Parameters with { IsModified = true } }, "uncommitted changes" },
            {
                "tag-mismatch",
                said => said with { Parameters = said.Parameters with { Tag = "tiny/v1.0.1" } },
                "wanted tiny/v1.0.0, got tiny/v1.0.1"
            },
            { "tag-mismatch", said => said with { Parameters = said.Parameters with { Tag = null } }, "got none" },
            { "commit-mismatch", said => said with { Dependencies = [.. said.Dependencies.Skip(1)] }, "got none" },
            {
                "commit-mismatch",
                said => said with { Dependencies = [said.Dependencies[0], .. said.Dependencies] },
                "among its dependencies"
            },
            {
                "platforms-mismatch",
                said => said with { Parameters = said.Parameters with { Platforms = [Platform.LinuxAmd64] } },
                "got linux/amd64"
            },
            {
                "lock-mismatch",
                said => said with { Parameters = said.Parameters with { Lock = ProvenanceSamples.Hash("other") } },
                "lock wanted"
            },
            {
                "way-mismatch",
                said => said with { Parameters = said.Parameters with { Dockerfile = ProvenanceSamples.Hash("other") } },
                "wanted Assembled, got Dockerfile"
            },
            {
                "dependency-missing",
                said => said with { Dependencies = [.. said.Dependencies.SkipLast(1)] },
                "netbase@6.5?arch=all is not among"
            },
            {
                "dependency-mismatch",
                said =>
                    said with
                    {
                        Dependencies =
                        [
                            .. said.Dependencies.SkipLast(1),
                            ResourceDescriptor.Of("", said.Dependencies[^1].Uri, ProvenanceSamples.Hash("other")),
                        ],
                    },
                "netbase@6.5?arch=all wanted"
            },
            {
                "dependency-mismatch",
                said =>
                    said with
                    {
                        Dependencies =
                        [
                            .. said.Dependencies,
                            ResourceDescriptor.Of("", said.Dependencies[^1].Uri, ProvenanceSamples.Hash("other")),
                        ],
                    },
                "netbase@6.5?arch=all wanted"
            },
            {
                "dependency-unexpected",
                said =>
                    said with
                    {
                        Dependencies =
                        [
                            .. said.Dependencies,
                            ResourceDescriptor.Of("", "https://example.org/x", ProvenanceSamples.Hash("x")),
                        ],
                    },
                "https://example.org/x is among"
            },
        };

    [Theory(DisableDiscoveryEnumeration = true)]
    [MemberData(nameof(Changes))]
    public void One_change_has_one_finding(string name, Func<SlsaProvenance, SlsaProvenance> change, string text)
    {
        ProvenanceFinding finding = Assert.Single(Check.Judge(change(ProvenanceSamples.New())));
        Assert.Equal(name, finding.Problem.Name());
        Assert.Contains(text, finding.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_rehearsal_and_another_commit_never_pass()
    {
        ProvenanceCheck least = new() { Image = "tiny", Source = ProvenanceSamples.Source };
        Assert.Equal("builder-is-rehearsal", Assert.Single(least.Judge(ProvenanceSamples.New(Builder.Rehearsal))).Problem.Name());
        SlsaProvenance other = ProvenanceSamples.New(git: SignedReleaseFixture.Exact with { Commit = new string('1', 40) });
        Assert.Equal("commit-mismatch", Assert.Single(Check.Judge(other)).Problem.Name());
    }

    [Fact]
    public void Files_of_one_platform_are_those_of_its_architecture()
    {
        Assert.DoesNotContain(LockedMaterials.Of(ProvenanceSamples.Lock, [Platform.LinuxArm64]), material =>
            material.Address.Contains("amd64", StringComparison.Ordinal)
        );
        Assert.Equal(4, LockedMaterials.Of(ProvenanceSamples.Lock, [Platform.LinuxArm64]).Length);
        Assert.DoesNotContain(LockedMaterials.Of(ProvenanceSamples.Lock, ProvenanceSamples.Platforms), material =>
            material.Name.Contains("k_1", StringComparison.Ordinal)
        );
    }
}
