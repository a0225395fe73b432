using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using Slipway.Oci;
using Slipway.Testing;

namespace Slipway.Sigstore.Tests;

/// <summary>
/// Cases in the form of the sigstore-conformance project: a folder for each, whose name ends in <c>_fail</c> where the bundle must prove
/// nothing. <c>SIGSTORE_CASES</c> names the folder of the project's own (<c>test/assets/bundle-verify</c>); without it some of the tests'
/// own are taken.
/// </summary>
public sealed class ConformanceTests
{
    private const string Identity =
        "https://github.com/sigstore-conformance/extremely-dangerous-public-oidc-beacon/.github/workflows/"
        + "extremely-dangerous-oidc-beacon.yml@refs/heads/main";
    private const string Issuer = "https://token.actions.githubusercontent.com";

    [Fact]
    public void Each_case_of_the_collection_ends_as_its_name_says()
    {
        using ScratchFolder own = new();
        string cases = Environment.GetEnvironmentVariable("SIGSTORE_CASES") ?? WriteOwn(own);
        string[] folders =
        [
            .. Directory
                .EnumerateDirectories(cases)
                .Where(folder => File.Exists(Path.Combine(folder, "bundle.sigstore.json")))
                .Order(StringComparer.Ordinal),
        ];
        Assert.True(folders.Length >= 8, $"{cases}: {folders.Length} cases");
        List<string> wrong = [];
        foreach (string folder in folders)
        {
            long start = Stopwatch.GetTimestamp();
            string outcome = Outcome(folder);
            string line = $"{Path.GetFileName(folder)}: {outcome} ({Stopwatch.GetElapsedTime(start).TotalMilliseconds:F0} ms)";
            TestContext.Current.TestOutputHelper!.WriteLine(line);
            if (folder.EndsWith("_fail", StringComparison.Ordinal) == outcome.StartsWith("proven", StringComparison.Ordinal))
                wrong.Add(line);
        }

        Assert.Empty(wrong);
    }

    private static string Outcome(string folder)
    {
        string? Read(string name) => Path.Combine(folder, name) is var path && File.Exists(path) ? File.ReadAllText(path).Trim() : null;
        string artifact = Path.Combine(folder, "artifact");
        try
        {
            TrustedRoot root = TrustedRoot.Parse(
                Read("trusted_root.json") is { } own ? Encoding.UTF8.GetBytes(own) : TrustedRoot.PublicGood()
            );
            SigstorePolicy policy = Read("key.pub") is { } pem
                ? SigstorePolicy.RequireKey(PublicKey.FromPem(pem))
                : SigstorePolicy.RequireIdentity(Read("identity") ?? Identity, Read("issuer") ?? Issuer);
            SigstoreProof proof = new SigstoreVerifier(root).Verify(
                File.ReadAllBytes(Path.Combine(folder, "bundle.sigstore.json")),
                SignedMessage.Of(File.ReadAllBytes(File.Exists(artifact) ? artifact : Path.Combine(folder, "..", "a.txt"))),
                policy
            );
            return $"proven: {proof.LogEntries.Length} log entries, {proof.Timestamps.Length} timestamps, "
                + $"{proof.CertificateTimestamps} SCTs, {proof.SignedAt:O}";
        }
        catch (SigstoreException e)
        {
            return $"{e.Failure.Name()}: {e.Message}";
        }
        catch (ContentException e)
        {
            return $"trusted-root-malformed: {e.Message}";
        }
    }

    private static string WriteOwn(ScratchFolder folder)
    {
        foreach (bool isEnvelope in (bool[])[false, true])
        {
            foreach (bool isTiled in (bool[])[false, true])
            {
                string name = $"{(isEnvelope ? "envelope" : "file")}-{(isTiled ? "tiled" : "promised")}";
                using BundleCase one = BundleCase.Create(isEnvelope, isTiled);
                Write(folder, name, one);
                one.Entry["logIndex"] = "7";
                Write(folder, name + "-other-index_fail", one);
                using BundleCase cut = BundleCase.Create(isEnvelope, isTiled);
                cut.Bundle.Remove("verificationMaterial");
                Write(folder, name + "-without-material_fail", cut);
            }
        }

        return folder.Path;
    }

    private static void Write(ScratchFolder folder, string name, BundleCase one)
    {
        foreach (
            (string file, string text) in ((string, string)[])
                [
                    ("bundle.sigstore.json", one.Bundle.ToJsonString()),
                    ("trusted_root.json", one.Root.ToJsonString()),
                    ("artifact", Encoding.UTF8.GetString(one.Content)),
                    ("identity", BundleCase.Subject),
                    ("issuer", BundleCase.Issuer),
                ]
        )
            folder.Write($"{name}/{file}", text);
    }
}
