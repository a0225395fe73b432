using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Slipway.Rehearsal;
using Slipway.StandIns;
using Slipway.Testing;

namespace Slipway.Graph.Tests;

/// <summary>What stands in the way of signing and publishing is told before anything is fetched or assembled.</summary>
public sealed class PreflightTests
{
    private static readonly string[] All = ["Assemble", "Sign", "Publish"];

    [Theory]
    [InlineData("wrong password", 78, "password")]
    [InlineData("no password", 78, "SLIPWAY_SIGNING_KEY_PASSWORD")]
    [InlineData("damaged key", 78, "damaged")]
    [InlineData("untracked file", 78, "new file (untracked). Run git stash --include-untracked")]
    [InlineData("changed file", 78, "README.md. Run git stash,")]
    [InlineData("tag of another version", 78, "git tag tools/v1.0.1 disagrees with version v1.0.0")]
    [InlineData("two tags", 78, "Give --tag tools/v1.0.0 or --tag tools/v1.0.0-r1")]
    [InlineData("no git", 78, "wanted a git repository with a commit")]
    [InlineData("no address", 75, "quay.io")]
    [InlineData("no rights", 77, "docker.io/slipwaytests/tools")]
    [InlineData("no folder", 64, "--upstream-mirror /nothing/here: folder not found")]
    [InlineData("key in the checkout", 78, "release.pem: a private key in PEM is in the checkout")]
    public async Task It_comes_before_all_work(string what, int exitCode, string said)
    {
        await using PublishedTools tools = await PublishedTools.CreateAsync(published: false);
        tools.Repository.Write("README.md", "read");
        await tools.Repository.GitAsync("add", "README.md");
        await tools.Repository.GitAsync("commit", "--amend", "--quiet", "--no-edit");
        await tools.Repository.GitAsync("tag", "--force", "tools/v1.0.0");
        string key = tools.Repository.Key.Private,
            mirror = tools.Repository.Mirror.Path;
        List<string> more = [];
        switch (what)
        {
            case "wrong password" or "no password":
                using (ECDsa made = ECDsa.Create(ECCurve.NamedCurves.nistP256))
                    await File.WriteAllTextAsync(
                        key = tools.Repository.Beside("locked.pem"),
                        made.ExportEncryptedPkcs8PrivateKeyPem(
                            "right",
                            new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000)
                        ),
                        TestContext.Current.CancellationToken
                    );
                tools.Variables["SLIPWAY_SIGNING_KEY_PASSWORD"] = what == "wrong password" ? "wrong" : null;
                break;
            case "damaged key":
                await File.WriteAllTextAsync(
                    key = tools.Repository.Beside("damaged.pem"),
                    "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
                    TestContext.Current.CancellationToken
                );
                break;
            case "untracked file":
                tools.Repository.Write("new file", "new");
                break;
            case "changed file":
                tools.Repository.Write("README.md", "changed");
                break;
            case "tag of another version":
                await tools.Repository.GitAsync("tag", "tools/v1.0.1");
                await tools.Repository.GitAsync("tag", "--delete", "tools/v1.0.0");
                break;
            case "two tags":
                await tools.Repository.GitAsync("tag", "tools/v1.0.0-r1");
                break;
            case "no git":
                Directory.Delete(tools.Repository.At(".git"), recursive: true);
                break;
            case "no address":
                more.AddRange(["--registry-map", "quay.io=https://nothing.invalid/"]);
                break;
            case "no rights":
                tools.Faults = (host, request) => host == "docker.io" && request.Method == "POST" ? Fault.Answer(403) : null;
                break;
            case "no folder":
                mirror = "/nothing/here";
                break;
            default:
                File.Copy(key, tools.Repository.At("release.pem"));
                break;
        }

        ChildResult result = await (
            what == "no address"
                ? (tools.Repository.Slipway with { Cache = tools.Repository.Beside("cache") }).RunAsync([
                    .. All,
                    "--upstream-mirror",
                    mirror,
                    "--signing-key",
                    key,
                    .. more,
                    $"docker.io={tools.At("docker.io").Address}",
                ])
                : tools.RunAsync([.. All, "--upstream-mirror", mirror, "--signing-key", key])
        );
        result.Require(exitCode);
        Assert.Contains(said, result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("assembling", result.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(tools.Repository.Layout("tools")));
        Assert.Equal(0, tools.At("quay.io").OpenUploads + tools.At("docker.io").OpenUploads + tools.At("quay.io").Log.Count("PUT"));
    }

    [Fact]
    public async Task The_tag_that_a_CI_runs_for_is_released_and_the_command_line_says_more()
    {
        await using PublishedTools tools = await PublishedTools.CreateAsync(published: false);
        await tools.Repository.GitAsync("tag", "tools/v1.0.0-r1");
        tools.Variables["GITHUB_REF"] = "refs/tags/tools/v1.0.0-r1";
        // Whoever starts us from a hook, or likes columns, changes nothing.
        foreach (
            (string name, string value) in new[]
            {
                ("GIT_DIR", "/nothing"),
                ("GIT_WORK_TREE", "/"),
                ("GIT_INDEX_FILE", "/nothing"),
                ("GIT_OBJECT_DIRECTORY", "/nothing"),
                ("GIT_TRACE", "1"),
                ("GIT_CONFIG_COUNT", "1"),
                ("GIT_CONFIG_KEY_0", "column.ui"),
                ("GIT_CONFIG_VALUE_0", "always"),
            }
        )
            tools.Variables[name] = value;
        (await tools.PublishAsync()).Require();
        Assert.Contains(
            "would be released as v1.0.0 ",
            (await tools.RunAsync("Doctor", "--tag", "tools/v1.0.0")).Require().Output + " ",
            StringComparison.Ordinal
        );
        Assert.Contains("would be released as v1.0.0-r1", (await tools.RunAsync("Doctor")).Require().Output, StringComparison.Ordinal);
        foreach (string wrong in (string[])["v1.0.0", "other/v1.0.0"])
            (await tools.RunAsync("Doctor", "--tag", wrong)).Require(64);
    }

    [Fact]
    public async Task Doctor_tells_of_keys_in_the_checkout_and_of_what_nobody_asked()
    {
        await using PublishedTools tools = await PublishedTools.CreateAsync(published: false);
        ChildResult well = (await tools.RunAsync("Doctor")).Require();
        foreach (
            string line in (string[])
                [
                    "this checkout +private keys +ok",
                    "this checkout +signer +unknown",
                    "tools +upstream +(hint|unknown)",
                    "tools +mirror +ok",
                    "GitHub +token +hint",
                    "tools +withdrawn +unknown",
                ]
        )
            Assert.Matches("(?m)^" + line, well.Output);
        File.Copy(tools.Repository.Key.Private, tools.Repository.At("artifacts.pem"));
        await File.AppendAllTextAsync(tools.Repository.At(".git", "info", "exclude"), "*.pem\n", TestContext.Current.CancellationToken);
        ChildResult ill = (await tools.RunAsync("Doctor", "--signing-key", tools.Repository.Key.Private)).Require(78);
        Assert.Matches(@"(?m)^this checkout +private keys +FAILED +artifacts\.pem", ill.Output);
        Assert.Matches(@"(?m)^this checkout +signer +ok +signs as ", ill.Output);
    }

    [Fact]
    public async Task A_next_command_leads_on_with_the_user_s_own_flags()
    {
        await using PublishedTools tools = await PublishedTools.CreateAsync(published: false);
        string results = tools.Repository.Beside("some results");
        string[] given =
        [
            "--artifacts-directory",
            results,
            "--upstream-mirror",
            tools.Repository.Mirror.Path,
            "--signing-key",
            tools.Repository.Key.Private,
        ];
        List<string> told = [];
        // Each time the command that is told is run as it is told, and leads on.
        for (
            ChildResult result;
            (result = await tools.RunAsync(["Preview", "--images", "tools", .. given])).ExitCode != 0;
            (await tools.Repository.Slipway.RunAsync([.. Words(told[^1])])).Require()
        )
        {
            told.Add(Regex.Match(result.Error, @"Run \./build\.sh (.*)").Groups[1].Value.Trim());
            Assert.True(told.Count <= 2, result.Error);
            Assert.Contains($"--artifacts-directory '{results}'", told[^1], StringComparison.Ordinal);
        }

        Assert.Equal(["Assemble", "Sign"], told.Select(command => command.Split(' ')[0]));
    }

    [Fact]
    public async Task A_wrong_checksum_is_no_reason_to_lock_anew()
    {
        await using PublishedTools tools = await PublishedTools.CreateAsync(published: false);
        string file = tools.Repository.Mirror.PathOf(UpstreamImage.Address("a"));
        byte[] forged = await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken);
        forged[10] ^= 1;
        await File.WriteAllBytesAsync(file, forged, TestContext.Current.CancellationToken);
        string said = (await tools.RunAsync("Fetch", "--upstream-mirror", tools.Repository.Mirror.Path)).Require(65).Error;
        Assert.Matches(@"a v1\.0\.0: sha256 wanted [0-9a-f]{64}, got [0-9a-f]{64}; nothing from .*a-amd64 was kept\. Do not trust", said);
        Assert.DoesNotContain("Lock", said, StringComparison.Ordinal);
    }

    /// <summary>As a shell splits it.</summary>
    private static IEnumerable<string> Words(string command) =>
        Regex.Matches(command, @"'([^']*)'|(\S+)").Select(word => word.Groups[1].Success ? word.Groups[1].Value : word.Groups[2].Value);
}
