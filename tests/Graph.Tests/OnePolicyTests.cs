using System.Text.RegularExpressions;
using Slipway.Testing;

namespace Slipway.Graph.Tests;

/// <summary>
/// What decides about a release stands once. The compiler keeps Trust's verifier out of Graph; these tests name every file that may judge a
/// release or a part of it, so that another one is a decision and no accident.
/// </summary>
public sealed partial class OnePolicyTests
{
    /// <summary>What judges, by a pattern of the source, and the files that may: each with its reason.</summary>
    private static Dictionary<string, string[]> Allowed =>
        new(StringComparer.Ordinal)
        {
            // Half of the policy itself; and what was just sent is read back.
            [@"\bnew Verifier\(|\bVerifier\s+\w+\s*=\s*new\("] = ["Verification/Policy/ReleaseVerifier.cs", "Release/Publish/ReadBack.cs"],
            // Signatures alone: of what is published, before it is read back; as a part of the policy.
            [@"\bVerificationPolicy\b"] =
            [
                "Release/Mirror/Mirror.cs",
                "Verification/Policy/ReleasePolicy.cs",
                "Release/Publish/Publisher.cs",
                "Release/Publish/ReadBack.cs",
                "Workflows/Release/PublishWorkflow.cs",
            ],
            // What others said about a release that passed; what comes along with a copy of one that passed, to a registry or into an
            // archive.
            [@"\bStatementSearch\b"] = ["Verification/Policy/ReproductionCheck.cs"],
            [@"\bEvidenceReview\b"] =
            [
                "Release/Mirror/EvidencePlan.cs",
                "Release/Mirror/Mirror.cs",
                "Verification/Policy/VerifiedEvidence.cs",
            ],
            // Policies are made from the command line in one file; a rehearsal has its own.
            [@"\bReleasePolicy\.Require\("] = ["Verification/Requests/PolicyChoice.cs"],
            [@"\bReleasePolicy\.RequireRehearsal\("] =
            [
                "Workflows/Rehearse/RehearseWorkflow.cs",
                "Workflows/Reproduce/ReproduceRequest.cs",
                "Workflows/Verify/VerifyWorkflow.cs",
            ],
            // The halves of a verdict, for who judges one release under several names.
            [@"\.ReadAsync\(asked,"] = ["Release/Drift/Drift.cs", "Release/Mirror/Mirror.cs", "Release/Policy/TagProofs.cs"],
        };

    public static TheoryData<string> Patterns { get; } = [.. Allowed.Keys];

    [Theory]
    [MemberData(nameof(Patterns))]
    public void What_judges_a_release_is_used_where_it_is_named(string pattern)
    {
        string[] found =
        [
            .. Sources()
                .Where(source => Regex.IsMatch(Code(source.Text), pattern))
                .Select(source => source.Name)
                .Order(StringComparer.Ordinal),
        ];
        Assert.Equal(Allowed[pattern].Order(StringComparer.Ordinal), found);
    }

    /// <summary>
    /// Whoever makes a reader of a registry judges what it reads by the policy, or is named here with what it reads instead.
    /// </summary>
    [Fact]
    public void Every_file_that_reads_a_registry_goes_through_the_policy_or_says_what_it_reads()
    {
        Dictionary<string, string> others = new(StringComparer.Ordinal)
        {
            ["Graph/Targets/Build.Inspect.cs"] = "an image to compare with, which is not believed",
            ["Workflows/Inputs/GitHubReleaseList.cs"] = "GitHub, no registry",
            ["Workflows/Doctor/RegistryDoctor.cs"] = "whether it answers",
            ["Workflows/Doctor/ReleaseChecks.cs"] = "whether it lets us push",
            ["Release/Publish/Publisher.cs"] = "where is to be written",
            ["Release/Publish/ReadBack.cs"] = "what was just sent",
            ["Release/Withdraw/Withdrawal.cs"] = "tags that are to go",
        };
        string[] found =
        [
            .. from source in Sources() where Reads().IsMatch(Code(source.Text)) && !Judges().IsMatch(Code(source.Text)) select source.Name,
        ];
        Assert.Equal(others.Keys.Order(StringComparer.Ordinal), found.Order(StringComparer.Ordinal));
    }

    private static IEnumerable<(string Name, string Text)> Sources() =>
        from room in (string[])["Graph", "Release", "SlipwayVerify", "Verification", "Views", "Workflows"]
        from path in Directory.EnumerateFiles(SourceTree.At("build", room), "*.cs", SearchOption.AllDirectories)
        let name = Path.GetRelativePath(SourceTree.At("build"), path)
        where !name.Contains("/obj/", StringComparison.Ordinal) && !name.Contains("/bin/", StringComparison.Ordinal)
        select (name, File.ReadAllText(path));

    /// <summary>Without comments.</summary>
    private static string Code(string text) => Comments().Replace(text, "");

    [GeneratedRegex(@"//[^\n]*")]
    private static partial Regex Comments();

    /// <summary>A client of a registry makes a reader of a repository.</summary>
    [GeneratedRegex(@"[cC]lient\.Repository\b|anonymous\.Repository\b|[cC]onnect\([^)]*\)\.Repository\b")]
    private static partial Regex Reads();

    [GeneratedRegex(@"\bReleaseVerifier\b|\bReferenceVerifier\b|\bReleasePolicy\b|\bPolicyOf\b")]
    private static partial Regex Judges();
}
