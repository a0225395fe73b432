using Slipway.Images;
using Slipway.Oci;
using Slipway.Verification;

namespace Slipway.Release.Tests;

/// <summary>What a provenance says of an image whose platforms several machines assembled, and what is asked of each of them.</summary>
public class MergedProvenanceTests
{
    private static readonly string Workflow = "https://github.com/octo/tiny/.github/workflows/release.yml@refs/tags/tiny/v1.0.0";

    [Fact]
    public void Each_platform_names_its_builder_and_what_it_made_and_every_toolchain_is_a_dependency()
    {
        SlsaProvenance said = SlsaProvenance.Parse(New(Workflow, "https://example.org/arm").ToBytes());
        Assert.Equal([Workflow, "https://example.org/arm"], said.BuiltApart.Select(platform => platform.Builder));
        ResourceDescriptor arm = said.BuiltApart.Last().Record;
        Assert.Equal(("parts/linux-arm64/assembly.json", ""), (arm.Name, arm.Uri));
        Assert.Equal(ProvenanceSamples.Hash("record linux/arm64").Hex, arm.Digests["sha256"]);
        Assert.Equal(
            [
                ("builder", "https://example.org/arm"),
                ("finishedOn", "2026-01-02T03:05:05Z"),
                ("invocationId", "https://example.org/runs/linux/arm64"),
                ("manifest", ProvenanceSamples.Hash("linux/arm64").ToString()),
                ("platform", "linux/arm64"),
                ("runtime", "10.0.9"),
                ("sdk", "10.0.400"),
                ("startedOn", "2026-01-02T03:04:05Z"),
            ],
            arm.Annotations.Select(pair => (pair.Key, pair.Value))
        );
        Assert.Equal(
            ["pkg:generic/dotnet-sdk@10.0.400", "pkg:generic/dotnet-runtime@10.0.8", "pkg:generic/dotnet-runtime@10.0.9"],
            said.Dependencies.Select(resource => resource.Uri).Where(uri => uri.Contains("dotnet", StringComparison.Ordinal))
        );
        Assert.Empty(ProvenanceSamples.New().BuiltApart);
    }

    [Fact]
    public void What_is_asked_of_the_builder_is_asked_of_each_platforms()
    {
        ProvenanceCheck check = ProvenanceSamples.Check with { Builder = Workflow };
        Assert.Empty(check.Judge(New(Workflow, Workflow)));
        Assert.Empty((check with { Builder = null, Builders = [Workflow] }).Judge(New(Workflow, Workflow)));
        foreach (ProvenanceCheck each in (ProvenanceCheck[])[check, check with { Builder = null, Builders = [Workflow] }])
        {
            ProvenanceFinding finding = Assert.Single(each.Judge(New(Workflow, "https://example.org/\u202Earm")));
            Assert.Equal(ProvenanceProblem.BuilderMismatch, finding.Problem);
            Assert.StartsWith(
                $"builder of parts/linux-arm64/assembly.json wanted {Workflow}, got ",
                finding.Text,
                StringComparison.Ordinal
            );
            Assert.DoesNotContain('\u202E', finding.Text);
        }

        Assert.Equal(
            ProvenanceProblem.BuilderIsRehearsal,
            Assert.Single((check with { Builder = null }).Judge(New(Workflow, Builder.Rehearsal.Id))).Problem
        );
    }

    [Fact]
    public void A_work_tree_that_was_changed_where_a_platform_was_assembled_is_told()
    {
        SlsaProvenance said = New(Workflow, Workflow, modified: true);
        Assert.True(said.Parameters.IsModified);
        Assert.Contains(ProvenanceSamples.Check.Judge(said), finding => finding.Problem == ProvenanceProblem.SourceModified);
    }

    private static SlsaProvenance New(string amd, string arm, bool modified = false)
    {
        ProvenanceSource source = ProvenanceSamples.NewSource(new Builder(Workflow));
        AssemblyPart last = Part(Platform.LinuxArm64, arm, "10.0.9");
        last = last with { Origin = last.Origin with { IsModified = modified } };
        return (
            source with
            {
                Assembly = source.Assembly with { Parts = [Part(Platform.LinuxAmd64, amd, "10.0.8"), last] },
            }
        ).ToProvenance();
    }

    private static AssemblyPart Part(Platform platform, string builder, string runtime) =>
        new()
        {
            Platform = platform,
            Manifest = ProvenanceSamples.Hash(platform.ToString()),
            Record = ProvenanceSamples.Hash($"record {platform}"),
            Toolchain = new Toolchain("10.0.400", runtime),
            Origin = new AssemblyOrigin(builder) { Invocation = $"https://example.org/runs/{platform}" },
            StartedOn = ProvenanceSamples.Started,
            FinishedOn = ProvenanceSamples.Started.AddMinutes(1),
        };
}
