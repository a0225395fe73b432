using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Json.Schema;
using Slipway.Advisories;
using Slipway.Oci;
using Slipway.Scanning;
using Slipway.StandIns;
using Slipway.Testing;
using Slipway.Vex;

namespace Slipway.Peers.Tests;

/// <summary>
/// The tool of those who keep the format judges our logs: by the published schema, by the rules of the specification, and by what GitHub's
/// code scanning wants.
/// </summary>
public sealed class SarifMultitoolTests
{
    internal const string PeerName = "sarif-multitool";

    private static readonly Platform Amd64 = Platform.Parse("linux/amd64");

    private static readonly NpmPackage Package = new(
        "@microsoft/sarif-multitool-linux",
        "5.7.0",
        "sha512-NxUbpq6ISCWoTQ/NfOYEwEDKq1Heka/rMoJ5R5LMydcAZQX/X7g5mWHcgxDub+0M07LC96tZ5LZHvF1Qy3gjTA=="
    );

    private static byte[] Log =>
        SarifLog.ToBytes([
            Findings(
                "kubelet",
                Of("CVE-2026-1", SeverityLevel.Critical, "a summary"),
                Of("CVE-2026-1", SeverityLevel.Low, "a summary") with
                {
                    Package = "other",
                },
                Of("CVE-2026-2", SeverityLevel.Unknown, "[brackets](https://example.org) \u202e \\ \" <b> \n new line") with
                {
                    FixedVersion = "1.2",
                    IsFixable = true,
                },
                Of("GO-2026-3", SeverityLevel.Unknown, "") with
                {
                    Ecosystem = PackageEcosystem.Go,
                    Aliases = ["CVE-2026-3", "GHSA-xxxx-yyyy-zzzz"],
                    Places = [new FindingPlace(Amd64, "pkg:golang/a@v1", "/usr/bin/a b")],
                    Judgement = new VexVerdict
                    {
                        Status = VexStatus.NotAffected,
                        Reason = "not there",
                        Timestamp = DateTimeOffset.UnixEpoch,
                    },
                }
            ),
            Findings("quay.io/a/b:v1 c"),
        ]);

    [Fact]
    public async Task It_has_neither_an_error_nor_a_warning_for_a_log_of_ours() => Assert.Equal("", await JudgeAsync(Log));

    [Theory]
    [InlineData("\"level\": \"error\"", "\"level\": \"eror\"")]
    [InlineData("\"version\": \"2.1.0\"", "\"version\": \"2.2.0\"")]
    [InlineData("\"ruleIndex\": 1", "\"ruleIndex\": 7")]
    [InlineData("\"fullDescription\"", "\"description\"")]
    [InlineData("\"semanticVersion\": \"0.1.0\",", "")]
    public async Task A_mistake_in_a_log_is_found(string right, string wrong)
    {
        string text = Encoding.UTF8.GetString(Log);
        Assert.Contains(right, text, StringComparison.Ordinal);
        Assert.NotEqual("", await JudgeAsync(Encoding.UTF8.GetBytes(text.Replace(right, wrong, StringComparison.Ordinal))));
    }

    /// <summary>What is wrong with a log, a line each; empty when nothing is.</summary>
    private static async Task<string> JudgeAsync(byte[] log)
    {
        string package = await FolderAsync();
        JsonSchema schema = JsonSchema.FromText(
            await File.ReadAllTextAsync(Path.Combine(package, "sarif-2.1.0.json"), TestContext.Current.CancellationToken)
        );
        using JsonDocument document = JsonDocument.Parse(log);
        EvaluationResults results = schema.Evaluate(document.RootElement, new EvaluationOptions { OutputFormat = OutputFormat.List });
        if (!results.IsValid)
            return string.Join(
                '\n',
                results.Details!.Where(detail => !detail.IsValid).Select(detail => detail.InstanceLocation.ToString())
            );
        string said = await JudgeByRulesAsync(Path.Combine(package, "Sarif.Multitool"), log);
        // It says nothing at all of what it cannot read; of what it reads it says at least that a message might be shorter.
        return said.Contains(": note SARIF2002", StringComparison.Ordinal)
            ? string.Join(
                '\n',
                said.Split('\n')
                    .Where(line =>
                        line.Contains(": error ", StringComparison.Ordinal) || line.Contains(": warning ", StringComparison.Ordinal)
                    )
            )
            : $"not read: {said}";
    }

    private static async Task<string> JudgeByRulesAsync(string program, byte[] log)
    {
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        using ScratchFolder folder = new();
        string file = folder.At("scan.sarif");
        await File.WriteAllBytesAsync(file, log, TestContext.Current.CancellationToken);
        ChildResult judged = await new ChildProcess(program, "validate", file, "--rule-kind", "Sarif;Gh", "--level", "Error;Warning;Note")
        {
            WorkingDirectory = folder.Path,
            Variables = new Dictionary<string, string?>
            {
                ["DOTNET_SYSTEM_GLOBALIZATION_INVARIANT"] = "1",
                ["DOTNET_BUNDLE_EXTRACT_BASE_DIR"] = folder.At("bundle"),
                // It would ask whether the addresses in the log can be reached.
                ["https_proxy"] = "http://127.0.0.1:9",
                ["http_proxy"] = "http://127.0.0.1:9",
            },
        }.RunAsync();
        return judged.Output + judged.Error;
    }

    private static async Task<string> FolderAsync()
    {
        try
        {
            return await Package.FolderAsync();
        }
        catch (PeerMissingException e)
        {
            throw PeerPrograms.Missing(PeerName, e.Message);
        }
    }

    private static ImageFindings Findings(string image, params ImmutableArray<Finding> findings) =>
        new(new SoftwareInventory(image, "a test", []), findings);

    private static Finding Of(string id, SeverityLevel severity, string summary) =>
        new()
        {
            Id = id,
            Ecosystem = PackageEcosystem.Debian,
            Package = "bash",
            Version = "1",
            Places = [new FindingPlace(Amd64, null, null)],
            Severity = new AdvisorySeverity(severity, "a test"),
            Status = AdvisoryStatus.Affected,
            Summary = summary,
        };
}
