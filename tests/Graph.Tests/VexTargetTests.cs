using System.Text.Json;
using Slipway.Oci;
using Slipway.Testing;
using Slipway.Trust;
using Slipway.Vex;

namespace Slipway.Graph.Tests;

/// <summary>Judgements beside a definition, as users of Sign and Verify meet them.</summary>
public sealed class VexTargetTests
{
    private const string Judged = """
        statements:
          - { id: CVE-2026-1, package: "pkg:generic/a", status: not_affected, justification: inline_mitigations_already_exist, reason: r, date: 2026-03-01 }

        """;

    [Fact]
    public async Task Judgements_are_attested_beside_the_same_image_and_shown_by_Verify()
    {
        using ScratchRepository repository = await UpstreamImage.CreateAsync(("a", 1000));
        await repository.CommitAsync("tools", "tools/v1.0.0");
        (await RunAsync(repository, "Assemble", "Inspect", "Sign")).Require();
        Digest index = IndexOf(repository);
        Assert.DoesNotContain("also signed", (await VerifyAsync(repository)).Require().Output, StringComparison.Ordinal);
        Assert.False(File.Exists(repository.At("artifacts", "tools", "openvex.json")));

        repository.Write("images/tools/vex.yaml", Judged);
        await repository.CommitAsync("judged", "tools/v1.0.0-r1");
        ChildResult signed = (await RunAsync(repository, "Assemble", "Inspect", "Sign")).Require();
        Assert.Contains("tools: 1 of 1 judgements of vex.yaml hold", signed.Error, StringComparison.Ordinal);
        // The provenance is of another commit, too.
        Assert.Contains("tools: 2 signatures and attestations made", signed.Error, StringComparison.Ordinal);
        Assert.Equal(index, IndexOf(repository));
        byte[] file = await File.ReadAllBytesAsync(repository.At("artifacts", "tools", "openvex.json"));
        OpenVexDocument document = OpenVexDocument.Parse(file);
        Assert.Equal(new DateTimeOffset(2026, 3, 1, 0, 0, 0, TimeSpan.Zero), document.Timestamp);
        Assert.Equal(VexStatus.NotAffected, document.For(index, ["CVE-2026-1"], "pkg:generic/a@v1.0.0")!.Status);

        ChildResult verified = (await VerifyAsync(repository, "--deep")).Require();
        Assert.Contains("also signed: a VEX document (https://openvex.dev/ns), at ", verified.Output, StringComparison.Ordinal);
        JsonElement place = (await VerifyAsync(repository, "--json")).Require().Json("verify").GetProperty("places")[0];
        Assert.All(place.GetProperty("subjects").EnumerateArray(), subject =>
            Assert.Equal([Statement.OpenVexType], subject.GetProperty("alsoSigned").EnumerateArray().Select(kind => kind.GetString()))
        );
        Assert.Contains(
            "tools: 0 signatures and attestations made",
            (await RunAsync(repository, "Sign")).Require().Error,
            StringComparison.Ordinal
        );
        Assert.Equal(file, await File.ReadAllBytesAsync(repository.At("artifacts", "tools", "openvex.json")));
    }

    [Fact]
    public async Task What_is_wrong_is_told_before_anything_is_signed_and_what_nothing_holds_of_is_not_stated()
    {
        using ScratchRepository repository = await UpstreamImage.CreateAsync(("a", 1000));
        repository.Write("images/tools/vex.yaml", Judged.Replace("reason", "reasn", StringComparison.Ordinal));
        await repository.CommitAsync("tools", "tools/v1.0.0");
        (await RunAsync(repository, "Assemble", "Inspect")).Require();
        Assert.Contains("images/tools/vex.yaml:2:", (await RunAsync(repository, "Sign")).Require(78).Error, StringComparison.Ordinal);
        repository.Write("images/tools/vex.yaml", Judged.Replace("generic/a", "generic/b", StringComparison.Ordinal));
        Assert.Contains(
            "images/tools/vex.yaml:2:11: CVE-2026-1: the image has no package pkg:generic/b. Correct it, or remove the entry",
            (await RunAsync(repository, "Sign")).Require(78).Error,
            StringComparison.Ordinal
        );
        Assert.False(Directory.Exists(repository.At("artifacts", "tools", "trust")));

        repository.Write(
            "images/tools/vex.yaml",
            "rules: [{ id: CVE-2026-1, package: 'pkg:generic/a', paths: [/**], justification: component_not_present, reason: r, date: 2026-03-01 }]"
        );
        await repository.CommitAsync("a rule", "tools/v1.0.0-r1");
        ChildResult signed = (await RunAsync(repository, "Sign")).Require();
        Assert.Contains(
            "the rule about CVE-2026-1 in pkg:generic/a does not hold: the image has /",
            signed.Error,
            StringComparison.Ordinal
        );
        Assert.Contains("tools: 0 of 1 judgements of vex.yaml hold", signed.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("also signed", (await VerifyAsync(repository)).Require().Output, StringComparison.Ordinal);
    }

    private static Digest IndexOf(ScratchRepository repository) =>
        OciLayout.Open(repository.At("artifacts", "tools", "layout")).ReadIndex().Manifests[0].Digest;

    private static Task<ChildResult> VerifyAsync(ScratchRepository repository, params string[] more) =>
        repository.Slipway.RunAsync([
            "Verify",
            "--reference",
            $"{repository.At("artifacts", "tools", "layout")}@{IndexOf(repository)}",
            "--public-key",
            repository.Key.Public,
            .. more,
        ]);

    private static Task<ChildResult> RunAsync(ScratchRepository repository, params string[] targets) =>
        (repository.Slipway with { Cache = repository.Beside("cache") }).RunAsync([
            .. targets,
            "--upstream-mirror",
            repository.Mirror.Path,
            "--signing-key",
            repository.Key.Private,
        ]);
}
