using System.Text.Json.Nodes;
using Slipway.Oci;
using Slipway.Testing;
using Slipway.Trust;

namespace Slipway.Graph.Tests;

/// <summary>Scan of what was released: which of what is signed counts, and what is read where something of it is missing.</summary>
public sealed class ScanReleaseTests(SignedProgram tools) : IClassFixture<SignedProgram>
{
    [Fact]
    public async Task Signed_without_an_SBOM_its_layers_are_read_and_that_is_said()
    {
        using ToolsCopy copy = await tools.CopyAsync();
        await copy.SayAsync(statement => statement.PredicateType == Statement.SpdxType ? null : statement);
        JsonNode image = await FoundAsync(copy);
        Assert.Equal("its layers, because it is signed and lacks an SBOM or provenance", image["origin"]!.GetValue<string>());
        Assert.Equal(2, image["findings"]!.AsArray().Count);
    }

    [Fact]
    public async Task An_SBOM_that_does_not_hold_is_refused_and_nothing_of_it_is_said()
    {
        using ToolsCopy copy = await tools.CopyAsync();
        await copy.SayAsync(Statement.SpdxType, _ => "{}"u8.ToArray());
        ChildResult refused = (await ScanAsync(copy, "--json")).Require(65);
        Assert.Equal("", refused.Output);
        // Nobody says any more by whom it was made: then its layers say what is in it, and not that SBOM.
        await copy.SayAsync(statement => statement.PredicateType == Statement.ProvenanceType ? null : statement);
        Assert.StartsWith("its layers", (await FoundAsync(copy))["origin"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{ "@context": "https://openvex.dev/ns/v0.2.0" }""")]
    [InlineData("""{ "@context": "https://openvex.dev/ns/v0.2.0", "statements": 3 }""")]
    public async Task A_signed_document_of_judgements_that_cannot_be_read_is_told_and_judges_nothing(string document)
    {
        using ToolsCopy copy = await tools.CopyAsync();
        await copy.SayMoreAsync(Statement.OpenVexType, System.Text.Encoding.UTF8.GetBytes(document), copy.Child);
        JsonNode image = await FoundAsync(copy);
        Assert.Contains("VEX document cannot be read, so no judgement counts", image["gaps"]!.ToJsonString(), StringComparison.Ordinal);
        Assert.All(image["findings"]!.AsArray(), finding => Assert.Null(finding!["judgement"]));
        (await ScanAsync(copy, "--fail-on", "low")).Require(65);
    }

    [Fact]
    public async Task Signed_judgements_count_for_the_image_that_they_are_about_and_the_newest_alone()
    {
        using ToolsCopy copy = await tools.CopyAsync();
        await copy.SayMoreAsync(Statement.OpenVexType, Judging(copy.Child.Digest, "not_affected", "2026-03-01"), copy.Child);
        Assert.Equal(1, await JudgedAsync(copy));
        // It is taken back by a later one; the earlier stays beside it.
        await copy.SayMoreAsync(Statement.OpenVexType, Judging(copy.Child.Digest, "under_investigation", "2026-04-01"), copy.Child);
        JsonNode image = await FoundAsync(copy);
        Assert.Equal(
            ["under_investigation"],
            image["findings"]!.AsArray().Select(finding => finding!["judgement"]?["status"]?.GetValue<string>()).OfType<string>()
        );

        using ToolsCopy other = await tools.CopyAsync();
        await other.SayMoreAsync(Statement.OpenVexType, Judging(Digest.Of("another"u8), "not_affected", "2026-03-01"), other.Child);
        Assert.Equal(0, await JudgedAsync(other));
    }

    [Fact]
    public async Task In_a_registry_it_is_the_same_by_its_layers_and_by_what_is_verified()
    {
        await using PublishedTools published = await PublishedTools.CreateAsync(program: ScanTargetTests.Program);
        string[] scan = ["Scan", "--advisories", ScanTargetTests.Go, "--json", "--reference", $"{PublishedTools.Official}:v1.0.0"];
        JsonNode layers = ScanTargetTests.Sound((await published.RunAsync(scan)).Require().Output)["images"]![0]!;
        Assert.StartsWith("its layers, unverified", layers["origin"]!.GetValue<string>(), StringComparison.Ordinal);
        JsonNode verified = ScanTargetTests.Sound(
            (await published.RunAsync([.. scan, "--public-key", published.Repository.Key.Public])).Require().Output
        )["images"]![0]!;
        Assert.Equal("its verified SBOMs", verified["origin"]!.GetValue<string>());
        Assert.Equal(Ids(layers), Ids(verified));
        Assert.Equal(2, Ids(layers).Length);

        scan[^1] = $"{PublishedTools.Official}:v9.9.9";
        Assert.Contains("v9.9.9: there is no such image", (await published.RunAsync(scan)).Require(65).Error, StringComparison.Ordinal);
    }

    private static string[] Ids(JsonNode image) =>
        [.. image["findings"]!.AsArray().Select(finding => $"{finding!["id"]} {finding["package"]} {finding["version"]}")];

    /// <summary>A document that judges one weakness of one module.</summary>
    private static byte[] Judging(Digest image, string status, string day)
    {
        JsonObject statement = new()
        {
            ["vulnerability"] = new JsonObject { ["name"] = "GO-2024-2687" },
            ["products"] = new JsonArray(
                new JsonObject
                {
                    ["@id"] = $"pkg:oci/tools@{Uri.EscapeDataString(image.ToString())}",
                    ["subcomponents"] = new JsonArray(new JsonObject { ["@id"] = "pkg:golang/golang.org/x/net@v0.22.0" }),
                }
            ),
            ["status"] = status,
        };
        if (status == "not_affected")
            statement["justification"] = "component_not_present";
        return System.Text.Encoding.UTF8.GetBytes(
            new JsonObject
            {
                ["@context"] = "https://openvex.dev/ns/v0.2.0",
                ["@id"] = "https://example.org/vex",
                ["author"] = "somebody",
                ["timestamp"] = $"{day}T00:00:00Z",
                ["version"] = 1,
                ["statements"] = new JsonArray(statement),
            }.ToJsonString()
        );
    }

    private async Task<int> JudgedAsync(ToolsCopy copy) =>
        (await FoundAsync(copy))["findings"]!.AsArray().Count(finding => finding!["judgement"] is not null);

    private async Task<JsonNode> FoundAsync(ToolsCopy copy) =>
        ScanTargetTests.Sound((await ScanAsync(copy, "--json")).Require().Output)["images"]![0]!;

    private Task<ChildResult> ScanAsync(ToolsCopy copy, params string[] more) =>
        tools.Repository.Slipway.RunAsync([
            "Scan",
            "--advisories",
            ScanTargetTests.Go,
            "--reference",
            Path.Combine(copy.Folder, "layout"),
            "--public-key",
            tools.Repository.Key.Public,
            .. more,
        ]);
}

/// <summary>The same of one program that Go's toolchain built.</summary>
public sealed class SignedProgram : SignedTools
{
    private protected override Task<ScratchRepository> NewRepositoryAsync() => UpstreamImage.CreateAsync("a", ScanTargetTests.Program);
}
