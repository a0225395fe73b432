using System.IO.Compression;
using System.Text.Json;
using System.Text.Json.Nodes;
using Json.Schema;
using Slipway.Oci;
using Slipway.Testing;

namespace Slipway.Graph.Tests;

/// <summary>Scan, as its users meet it: of a lock, a layout, a release.</summary>
public sealed class ScanTargetTests
{
    private const string Judged = """
        statements:
          - { id: CVE-2023-45288, package: pkg:golang/golang.org/x/net, status: not_affected, justification: vulnerable_code_not_in_execute_path, reason: no server here, date: 2026-03-01 }
          - { id: GO-2024-2687, package: pkg:golang/stdlib, status: not_affected, justification: vulnerable_code_not_in_execute_path, reason: no server here, date: 2026-03-01 }

        """;

    private static readonly JsonSchema Schema = JsonSchema.FromFile(SourceTree.At("docs", "schemas", "scan.schema.json"));

    internal static readonly byte[] Program = new TinyGoProgram
    {
        Version = "go1.21.8",
        Modules = "path\texample.org/tool\ndep\tgolang.org/x/net\tv0.22.0\ndep\tgolang.org/x/text\tv0.30.0\n",
    }.Build();

    internal static string Go => SourceTree.At("tests", "Scanning.Tests", "Advisories", "go.json");

    private static string Tracker => SourceTree.At("tests", "Scanning.Tests", "Advisories", "tracker.json");

    [Fact]
    public async Task A_lock_alone_says_what_it_does_not_know_and_a_layout_of_it_has_the_modules()
    {
        using ScratchRepository repository = await UpstreamImage.CreateAsync("a", Program);
        ChildResult locked = (await ScanAsync(repository, "--fail-on", "low")).Require();
        Assert.Contains("nothing is known to be vulnerable", locked.Output, StringComparison.Ordinal);
        Assert.Contains("the Go modules of a are not known", locked.Error, StringComparison.Ordinal);

        (await RunAsync(repository, "Assemble")).Require();
        ChildResult shown = (await ScanAsync(repository)).Require();
        Assert.Contains("/usr/local/share/a", shown.Output, StringComparison.Ordinal);
        Assert.Contains("whether its vulnerable code is reached is not known", shown.Error, StringComparison.Ordinal);
        JsonNode image = Sound((await ScanAsync(repository, "--json")).Require().Output)["images"]![0]!;
        Assert.Equal(
            ["golang.org/x/net v0.22.0 0.23.0 golang.org/x/net/http2", "stdlib 1.21.8 1.21.9 net/http"],
            image["findings"]!
                .AsArray()
                .Select(finding =>
                    $"{finding!["package"]} {finding["version"]} {finding["fixedVersion"]} {finding["imports"]![0]!["path"]}"
                )
        );

        // Nobody rated them, so that they count from low on; a new lock would mend neither.
        Assert.Contains("tools: 2 findings", (await ScanAsync(repository, "--fail-on", "low")).Require(65).Error, StringComparison.Ordinal);
        (await ScanAsync(repository, "--fail-on", "fixable")).Require();
        (await ScanAsync(repository, "--fail-on", "medium")).Require();

        string sarif = repository.Beside("scan.sarif");
        (await ScanAsync(repository, "--sarif", sarif)).Require();
        JsonElement run = JsonDocument.Parse(await File.ReadAllBytesAsync(sarif)).RootElement.GetProperty("runs")[0];
        Assert.Equal(2, run.GetProperty("results").GetArrayLength());
    }

    [Fact]
    public async Task What_is_judged_not_to_matter_is_listed_and_does_not_fail_and_of_a_release_its_signed_judgements_count_alone()
    {
        using ScratchRepository repository = await UpstreamImage.CreateAsync("a", Program);
        repository.Write("images/tools/vex.yaml", Judged);
        await repository.CommitAsync("tools", "tools/v1.0.0");
        // Without the layout nobody knows the modules, so that the entries are no error.
        (await ScanAsync(repository)).Require();
        (await RunAsync(repository, "Assemble", "Inspect", "Sign")).Require();

        JsonNode image = Sound((await ScanAsync(repository, "--fail-on", "low", "--json")).Require().Output)["images"]![0]!;
        Assert.Equal(
            ["not_affected no server here", "not_affected no server here"],
            image["findings"]!.AsArray().Select(finding => $"{finding!["judgement"]!["status"]} {finding["judgement"]!["reason"]}")
        );

        File.Delete(repository.At("images", "tools", "vex.yaml"));
        Assert.Contains("tools: 2 findings", (await ScanAsync(repository, "--fail-on", "low")).Require(65).Error, StringComparison.Ordinal);

        string reference = repository.At("artifacts", "tools", "layout");
        string[] signed = ["--reference", reference, "--public-key", repository.Key.Public];
        image = Sound((await ScanAsync(repository, [.. signed, "--fail-on", "low", "--json"])).Require().Output)["images"]![0]!;
        Assert.Equal("its verified SBOMs", image["origin"]!.GetValue<string>());
        Assert.Equal(2, image["findings"]!.AsArray().Count(finding => finding!["judgement"] is not null));

        ChildResult unverified = (await ScanAsync(repository, "--reference", reference, "--fail-on", "low")).Require(65);
        Assert.Contains("its layers, unverified", unverified.Error, StringComparison.Ordinal);
        Assert.Contains(": 2 findings", unverified.Error, StringComparison.Ordinal);

        string other = SigningKeys.Create(repository.Beside(), "other").Public;
        ChildResult refused = (await ScanAsync(repository, "--reference", reference, "--public-key", other)).Require(65);
        Assert.DoesNotContain("GO-2024-2687", refused.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_judgement_of_what_is_no_longer_found_is_told()
    {
        using ScratchRepository repository = await UpstreamImage.CreateAsync("a", Program);
        repository.Write("images/tools/vex.yaml", Judged.Replace("CVE-2023-45288", "CVE-2026-1", StringComparison.Ordinal));
        (await RunAsync(repository, "Assemble")).Require();
        ChildResult scanned = (await ScanAsync(repository, "--fail-on", "low")).Require(65);
        Assert.Contains("tools: 1 finding.", scanned.Error, StringComparison.Ordinal);
        Assert.Contains("CVE-2026-1 is not found in pkg:golang/golang.org/x/net any more", scanned.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Old_advisories_are_a_warning_and_the_age_may_be_said()
    {
        using ScratchRepository repository = await UpstreamImage.CreateAsync("a", Program);
        Assert.Contains("older than 7 days", (await ScanAsync(repository)).Require().Error, StringComparison.Ordinal);
        Assert.DoesNotContain("older than", (await ScanAsync(repository, "--max-age", "36500")).Require().Error, StringComparison.Ordinal);
        Assert.True(Sound((await ScanAsync(repository, "--json")).Require().Output)["advisories"]![0]!["old"]!.GetValue<bool>());
    }

    [Fact]
    public async Task Refresh_brings_the_databases_of_their_hosts_into_the_cache_where_later_scans_find_them()
    {
        using ScratchRepository repository = await UpstreamImage.CreateAsync("a", Program);
        string tracker = Path.Combine(repository.Mirror.Path, "security-tracker.debian.org", "tracker", "data", "json");
        Directory.CreateDirectory(Path.GetDirectoryName(tracker)!);
        File.Copy(Tracker, tracker);
        ZipGo(Path.Combine(repository.Mirror.Path, "vuln.go.dev", "vulndb.zip"));
        string[] mirror = ["--upstream-mirror", repository.Mirror.Path];
        SlipwayCommand slipway = repository.Slipway with { Cache = repository.Beside("cache") };
        (await RunAsync(repository, "Assemble")).Require();
        Assert.Contains("wanted --refresh, or --advisories", (await slipway.RunAsync("Scan")).Require(64).Error, StringComparison.Ordinal);

        ChildResult fetched = (await slipway.RunAsync(["Scan", "--refresh", .. mirror, "--json"])).Require();
        Assert.Contains($"{tracker}: fetched", fetched.Error, StringComparison.Ordinal);
        JsonNode json = Sound(fetched.Output);
        Assert.Equal(2, json["images"]![0]!["findings"]!.AsArray().Count);
        Assert.Equal(2, json["advisories"]!.AsArray().Count);
        Assert.Equal(
            Sound((await slipway.RunAsync("Scan", "--json")).Require().Output)["images"]!.ToJsonString(),
            json["images"]!.ToJsonString()
        );
        // What is given alone counts alone.
        Assert.Single(Sound((await slipway.RunAsync("Scan", "--advisories", Go, "--json")).Require().Output)["advisories"]!.AsArray());

        // What is no advisories, and what cannot be had, is told; what was there stays and is still read.
        await File.WriteAllTextAsync(tracker, "<html>sign in</html>");
        Assert.Contains(
            "it was not kept",
            (await slipway.RunAsync(["Scan", "--refresh", .. mirror])).Require(65).Error,
            StringComparison.Ordinal
        );
        File.Delete(tracker);
        (await slipway.RunAsync(["Scan", "--refresh", .. mirror])).Require(69);
        (await slipway.RunAsync("Scan", "--refresh", "--upstream-mirror", "http://mirror.example/")).Require(69);
        (await slipway.RunAsync("Scan")).Require();
    }

    [Fact]
    public async Task Wrong_use_and_broken_advisories_are_told_and_nothing_is_said_to_be_safe()
    {
        using ScratchRepository repository = await UpstreamImage.CreateAsync("a", Program);
        Assert.Contains("or --advisories FILE", (await repository.Slipway.RunAsync("Scan")).Require(64).Error, StringComparison.Ordinal);
        (await ScanAsync(repository, "--fail-on", "any")).Require(64);
        (await ScanAsync(repository, "--max-age", "-1")).Require(64);
        (await ScanAsync(repository, "--sarif", repository.Beside("no", "such", "folder"))).Require(64);
        (await repository.Slipway.RunAsync("Scan", "--advisories", repository.Beside("absent"))).Require(64);
        string whole = await File.ReadAllTextAsync(Go);
        foreach (string broken in (string[])["", "{}", "<html>", whole[..^40], whole[..200], new string('[', 100_000)])
        {
            string path = repository.Beside("broken.json");
            await File.WriteAllTextAsync(path, broken);
            ChildResult result = (await repository.Slipway.RunAsync("Scan", "--advisories", path)).Require(65);
            Assert.Contains(path, result.Error, StringComparison.Ordinal);
            Assert.DoesNotContain("nothing is known", result.Output, StringComparison.Ordinal);
        }
    }

    private static void ZipGo(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using ZipArchive zip = ZipFile.Open(path, ZipArchiveMode.Create);
        zip.CreateEntryFromFile(Go, "ID/go.json");
    }

    internal static JsonNode Sound(string json)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        EvaluationResults results = Schema.Evaluate(document.RootElement, new EvaluationOptions { OutputFormat = OutputFormat.List });
        Assert.True(results.IsValid, json);
        return JsonNode.Parse(json)!;
    }

    private static Task<ChildResult> ScanAsync(ScratchRepository repository, params string[] more) =>
        (repository.Slipway with { Cache = repository.Beside("cache") }).RunAsync(["Scan", "--advisories", Go, .. more]);

    private static Task<ChildResult> RunAsync(ScratchRepository repository, params string[] targets) =>
        (repository.Slipway with { Cache = repository.Beside("cache") }).RunAsync([
            .. targets,
            "--upstream-mirror",
            repository.Mirror.Path,
            "--signing-key",
            repository.Key.Private,
        ]);
}
