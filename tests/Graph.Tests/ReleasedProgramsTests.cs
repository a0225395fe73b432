using System.Text.Json;
using System.Text.Json.Nodes;
using Slipway.Images;
using Slipway.Release;
using Slipway.StandIns;
using Slipway.Testing;
using Slipway.Trust;
using Slipway.Verification;

namespace Slipway.Graph.Tests;

/// <summary>
/// <c>--programs</c> of Assets and Release: programs that other machines compiled from the release's commit become files of it, with signed
/// provenance; and the policy that the distribution publishes.
/// </summary>
public sealed class ReleasedProgramsTests : IAsyncLifetime
{
    private const string Amd64 = "slipway-verify-linux-amd64",
        Arm64 = "slipway-verify-linux-arm64",
        Portable = "slipway-verify-portable.tar.gz",
        Provenance = "slipway-verify-provenance.sigstore.json";

    private readonly ScratchFolder _machines = new();
    private PublishedTools _tools = null!;
    private string _commit = null!;

    private string Folder => _tools.Repository.At("artifacts", UpstreamImage.Name, "assets");

    public async ValueTask InitializeAsync()
    {
        _tools = await PublishedTools.CreateAsync();
        _commit = (await new ChildProcess("git", "-C", _tools.Repository.Root, "rev-parse", "HEAD").RunAsync()).Require().Output.Trim();
    }

    public async ValueTask DisposeAsync()
    {
        await _tools.DisposeAsync();
        _machines.Dispose();
    }

    [Fact]
    public async Task What_two_machines_compiled_is_listed_described_and_kept_by_a_rerun()
    {
        string[] machines =
        [
            await CompileAsync("one", (Amd64, "a"), (Portable, "p")),
            await CompileAsync("two", (Arm64, "b"), (Portable, "p")),
        ];
        ChildResult result = (await AssetsAsync(machines)).Require();

        string list = await ReadAsync("SHA256SUMS");
        Assert.All((string[])[Amd64, Arm64, Portable], name => Assert.Contains($"  {name}\n", list, StringComparison.Ordinal));
        Assert.DoesNotContain(Provenance, list, StringComparison.Ordinal);
        Assert.Contains($"--bundle {Provenance} {Amd64} &&\n  chmod +x {Amd64}\n./{Amd64} ", result.Output, StringComparison.Ordinal);
        string signed = await ReadAsync(Provenance);
        DsseEnvelope envelope = SigstoreBundle.Parse(System.Text.Encoding.UTF8.GetBytes(signed)).Envelope;
        Assert.True(envelope.IsSignedBy(VerificationKey.FromFile(_tools.Repository.Key.Public)));
        Assert.Equal([Amd64, Arm64, Portable], envelope.Statement!.Subjects.Select(subject => subject.Name));
        JsonNode predicate = JsonNode.Parse(envelope.Statement.Predicate.Span)!;
        Assert.Equal(ProgramProvenance.BuildType, (string?)predicate["buildDefinition"]!["buildType"]);
        Assert.Equal(
            ("slipway-verify", "https://example.org/tools", _commit),
            (
                (string?)predicate["buildDefinition"]!["externalParameters"]!["program"],
                (string?)predicate["buildDefinition"]!["externalParameters"]!["source"],
                (string?)predicate["buildDefinition"]!["externalParameters"]!["commit"]
            )
        );
        Assert.Equal(Builder.Local.Id, (string?)predicate["runDetails"]!["builder"]!["id"]);

        (await AssetsAsync(machines)).Require();
        Assert.Equal(signed, await ReadAsync(Provenance));
        await File.WriteAllTextAsync(Path.Combine(Folder, Provenance), "{}", TestContext.Current.CancellationToken);
        (await AssetsAsync(machines)).Require();
        Assert.NotEqual("{}", await ReadAsync(Provenance));
    }

    public static TheoryData<string, string> Faults =>
        new()
        {
            { "commit", "wanted commit" },
            { "modified", "from a work tree with changes" },
            { "builder", "does not say where it was compiled" },
            { "no commit", "does not say from which commit" },
            { "bytes", "wanted sha256:" },
            { "missing", Amd64 },
            { "path", "wanted names that begin with slipway-verify" },
            { "sdk", "by SDK 9.9.999" },
            { "other bytes", "another machine compiled other bytes" },
            { "junk", "compiled.json" },
            { "no record", "compiled.json" },
        };

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task What_does_not_fit_the_release_is_refused_by_name_and_nothing_is_signed(string fault, string told)
    {
        string good = await CompileAsync("good", (Portable, "p")),
            bad = await CompileAsync("bad", (Amd64, "a"));
        string record = Path.Combine(bad, CompiledProgram.RecordName);
        JsonObject json = JsonNode.Parse(await File.ReadAllTextAsync(record, TestContext.Current.CancellationToken))!.AsObject();
        switch (fault)
        {
            case "commit":
                json["commit"] = new string('0', 40);
                break;
            case "modified":
                json["modified"] = true;
                break;
            case "builder":
                json.Remove("builder");
                break;
            case "no commit":
                json.Remove("commit");
                break;
            case "bytes":
                await File.AppendAllTextAsync(Path.Combine(bad, Amd64), "more", TestContext.Current.CancellationToken);
                break;
            case "missing":
                File.Delete(Path.Combine(bad, Amd64));
                break;
            case "path":
                json["files"] = new JsonObject { ["../good/slipway-verify"] = $"sha256:{new string('0', 64)}" };
                break;
            case "sdk":
                json["sdk"] = "9.9.999";
                break;
            case "other bytes":
                bad = await CompileAsync("bad", (Portable, "q"));
                break;
        }

        if (fault is not "other bytes")
            await File.WriteAllTextAsync(record, fault == "junk" ? "{" : json.ToJsonString(), TestContext.Current.CancellationToken);
        if (fault == "no record")
            File.Delete(record);

        Assert.Contains(told, (await AssetsAsync(good, bad)).Require(65).Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Folder));
    }

    [Fact]
    public async Task Another_machine_takes_over_their_provenance_and_one_without_them_is_told_what_it_lacks()
    {
        await using GitHubStandIn github = await GitHubStandIn.StartAsync();
        StandInRepository far = await github.AddRepositoryAsync("slipway-tests", "tools");
        _tools.Variables["GH_TOKEN"] = GitHubStandIn.Token;
        foreach (string name in (string[])["GITHUB_TOKEN", "GITHUB_REPOSITORY", "GITHUB_SERVER_URL", "GITHUB_API_URL"])
            _tools.Variables[name] = null;
        (
            await new ChildProcess(
                "git",
                "-C",
                _tools.Repository.Root,
                "push",
                "--quiet",
                "--force",
                far.GitFolder,
                "HEAD:refs/heads/main",
                "--tags"
            ).RunAsync()
        ).Require();
        string machine = await CompileAsync("one", (Amd64, "a"));
        Task<ChildResult> ReleaseAsync(params string[] more) =>
            _tools.RunAsync([
                "Release",
                "--upstream-mirror",
                _tools.Repository.Mirror.Path,
                "--signing-key",
                _tools.Repository.Key.Private,
                "--github-url",
                $"github.com={github.ApiUrl}",
                "--github-repository",
                "slipway-tests/tools",
                .. more,
            ]);
        (await ReleaseAsync("--programs", machine)).Require();
        byte[] provenance = far.Releases[0].Assets.Single(asset => asset.Name == Provenance).Content;
        Directory.Delete(_tools.Repository.At("artifacts"), recursive: true);
        int before = github.Requests.Count;

        (await ReleaseAsync("--programs", machine)).Require();

        Assert.DoesNotContain(github.Requests.Skip(before), asked => asked.Method != "GET");
        Assert.Equal(provenance, await File.ReadAllBytesAsync(Path.Combine(Folder, Provenance), TestContext.Current.CancellationToken));
        Assert.Contains(
            "not a file of this release without --programs",
            (await ReleaseAsync()).Require(65).Error,
            StringComparison.Ordinal
        );
        Assert.DoesNotContain(github.Requests.Skip(before), asked => asked.Method != "GET");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_policy_of_the_image_goes_along_where_it_names_who_signed(bool named)
    {
        string key = named ? _tools.Repository.Key.Public : SigningKeys.Create(_machines.Folder("keys"), "other").Public;
        string policy = _tools.Repository.At("images", $"{UpstreamImage.Name}.policy.json");
        await File.WriteAllTextAsync(
            policy,
            JsonSerializer.Serialize(
                new
                {
                    schema = 1,
                    repository = PublishedTools.Official,
                    signers = new { of = new[] { new { key = await File.ReadAllTextAsync(key, TestContext.Current.CancellationToken) } } },
                }
            ),
            TestContext.Current.CancellationToken
        );

        ChildResult result = (await AssetsAsync()).Require();

        Assert.Equal(named, File.Exists(Path.Combine(Folder, Path.GetFileName(policy))));
        Assert.Equal(named, (await ReadAsync("SHA256SUMS")).Contains(Path.GetFileName(policy), StringComparison.Ordinal));
        Assert.Equal(!named, result.Error.Contains("is no file of this release: it does not name", StringComparison.Ordinal));
    }

    /// <summary>What a machine hands over that compiled some files from the release's commit.</summary>
    private async Task<string> CompileAsync(string machine, params (string Name, string Content)[] files)
    {
        string folder = _machines.Folder(machine);
        foreach (string there in Directory.EnumerateFiles(folder))
            File.Delete(there);
        foreach ((string name, string content) in files)
            await File.WriteAllTextAsync(Path.Combine(folder, name), content);
        await CompiledProgram
            .Of(
                "slipway-verify",
                new AssemblyOrigin(Builder.Local.Id) { Commit = _commit },
                files.Select(file => Path.Combine(folder, file.Name))
            )
            .WriteAsync(folder, CancellationToken.None);
        return folder;
    }

    private Task<ChildResult> AssetsAsync(params string[] programs) =>
        _tools.RunAsync([
            "Assets",
            "--signing-key",
            _tools.Repository.Key.Private,
            .. programs.Length > 0 ? ["--programs", .. programs] : Array.Empty<string>(),
        ]);

    private Task<string> ReadAsync(string name) => File.ReadAllTextAsync(Path.Combine(Folder, name), TestContext.Current.CancellationToken);
}
