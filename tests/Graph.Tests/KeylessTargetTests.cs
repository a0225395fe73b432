using Slipway.Rehearsal;
using Slipway.StandIns;
using Slipway.Testing;

namespace Slipway.Graph.Tests;

/// <summary>
/// A keyless release as a CI job runs it, up to the wire: a recording stand-in answers for cosign, and nothing here shows that the
/// public instance would.
/// </summary>
public sealed partial class KeylessTargetTests : IAsyncLifetime
{
    private const string Token = "eyJ0b2tlbg+only+for/tests";

    private readonly List<RehearsalRegistry> _registries = [];
    private readonly ScratchFolder _folder = new();
    private readonly RecordingCosign _cosign = new();
    private ScratchRepository _repository = null!;

    public async ValueTask InitializeAsync()
    {
        foreach (string host in (string[])["quay.io", "docker.io"])
            _registries.Add(
                await RehearsalRegistry.StartAsync(
                    new RehearsalOptions { Storage = _folder.Folder(host) },
                    TestContext.Current.CancellationToken
                )
            );
        _repository = await UpstreamImage.CreateAsync(("a", 1000));
        string definition = _repository.At("images", UpstreamImage.Name, "image.yaml");
        await File.WriteAllTextAsync(
            definition,
            (await File.ReadAllTextAsync(definition, TestContext.Current.CancellationToken)).Replace(
                "https://example.org/tools",
                "https://github.com/poseidon/slipway",
                StringComparison.Ordinal
            )
        );
        await _repository.CommitAsync("tools", $"{UpstreamImage.Name}/{UpstreamImage.Version}");
        await _cosign.WriteAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (RehearsalRegistry registry in _registries)
            await registry.DisposeAsync();
        _cosign.Dispose();
        _repository.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_job_with_an_identity_signs_and_publishes_without_any_key_and_users_verify_by_identity()
    {
        ChildResult released = (await RunAsync(Job(), "Assemble", "Sign", "Publish")).Require();
        Assert.Contains($"signing as {RecordingCosign.Subject} of {RecordingCosign.Issuer}", released.Error, StringComparison.Ordinal);
        string tagged = $"docker.io/slipwaytests/tools:{UpstreamImage.Version}";
        string[] identity = ["--identity", RecordingCosign.Subject, "--issuer", RecordingCosign.Issuer];
        ChildResult verified = (await RunAsync(Outside(), ["Verify", "--reference", tagged, .. identity])).Require();

        // Nobody else is needed: neither a signer nor the program that signed.
        Dictionary<string, string?> alone = Outside();
        alone["PATH"] = Environment.GetEnvironmentVariable("PATH");
        (await RunAsync(alone, ["Verify", "--reference", tagged, .. identity])).Require();
        foreach (
            string[] other in (string[][])
                [
                    [identity[0], identity[1] + "x", .. identity[2..]],
                    [.. identity[..3], identity[3] + "x"],
                ]
        )
            Assert.Contains(
                "signed-by-other-key",
                (await RunAsync(alone, ["Verify", "--reference", tagged, .. other])).Require(65).Error,
                StringComparison.Ordinal
            );

        Assert.DoesNotContain(_cosign.Calls, call => call.Contains(Token, StringComparison.Ordinal));
        Assert.DoesNotContain(Token, released.Error + released.Output + verified.Error + verified.Output, StringComparison.Ordinal);
        foreach (string file in Directory.EnumerateFiles(_repository.At("artifacts"), "*", SearchOption.AllDirectories))
            Assert.DoesNotContain(
                Token,
                await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken),
                StringComparison.Ordinal
            );
    }

    /// <summary>What the CI certified of the run cannot be chosen by who writes a provenance.</summary>
    [Theory]
    [InlineData(12, "https://github.com/poseidon/slipway", true)]
    [InlineData(12, "https://github.com/poseidon/other", false)]
    [InlineData(13, "COMMIT", true)]
    [InlineData(13, "0123456789012345678901234567890123456789", false)]
    [InlineData(14, "refs/tags/tools/v1.0.0", true)]
    [InlineData(14, "refs/tags/tools/v1.0.1", false)]
    [InlineData(14, "refs/heads/main", true)]
    [InlineData(18, RecordingCosign.Subject, true)]
    [InlineData(18, "https://github.com/poseidon/slipway/.github/workflows/other.yml@refs/tags/kubelet/v1.36.4", false)]
    [InlineData(20, "push", true)]
    public async Task A_certificate_of_another_run_than_the_provenance_tells_of_is_refused(int claim, string value, bool holds)
    {
        string commit = (await new ChildProcess("git", ["-C", _repository.Root, "rev-parse", "HEAD"]).RunAsync()).Require().Output.Trim();
        _cosign.Claims = _cosign.Claims.Add(claim, value.Replace("COMMIT", commit, StringComparison.Ordinal));
        ChildResult published = (await RunAsync(Job(), "Assemble", "Sign", "Publish")).Require(holds ? 0 : 65);
        if (holds)
            return;
        Assert.Contains("certificate-mismatch", published.Error, StringComparison.Ordinal);
        Assert.All(_registries, registry => Assert.Equal(0, registry.Log.Count("PUT")));
    }

    [Theory]
    [InlineData("attest-blob")]
    [InlineData("sign-blob")]
    public async Task A_signer_that_fails_leaves_no_tag_anywhere_and_the_same_command_ends_it(string fails)
    {
        await _cosign.WriteAsync(signs: $"case $1 in {fails}) echo 'error signing' >&2; exit 1 ;; *) exit 0 ;; esac");
        // A private instance whose file names no service: nobody else is asked whether it is there.
        _repository.Write("../services.json", "{}");
        ChildResult failed = (
            await RunAsync(Job(), "Assemble", "Sign", "Publish", "--signing-config", _repository.Beside("services.json"))
        ).Require(1);
        Assert.Contains("nothing was", failed.Error, StringComparison.Ordinal);
        (await RunAsync(Job(), "Publish")).Require(65);
        Assert.All(_registries, registry => Assert.Equal(0, registry.Log.Count("PUT")));

        await _cosign.WriteAsync();
        (await RunAsync(Job(), "Sign", "Publish")).Require();
    }

    [Fact]
    public async Task Without_cosign_the_job_is_told_where_to_get_it()
    {
        Dictionary<string, string?> job = Job();
        job["PATH"] = Environment.GetEnvironmentVariable("PATH");
        if (PeerPrograms.OnPath("cosign") is not null)
            Assert.Skip("cosign is on PATH");
        ChildResult failed = (await RunAsync(job, "Assemble", "Sign")).Require(69);
        Assert.Contains("Get cosign 2.5 or newer from https://", failed.Error, StringComparison.Ordinal);
    }

    private Dictionary<string, string?> Job() =>
        new(Outside())
        {
            ["SIGSTORE_ID_TOKEN"] = Token,
            ["GITHUB_ACTIONS"] = "true",
            ["GITHUB_SERVER_URL"] = "https://github.com",
            ["GITHUB_REPOSITORY"] = "poseidon/slipway",
            ["GITHUB_WORKFLOW_REF"] = RecordingCosign.Subject["https://github.com/".Length..],
            ["GITHUB_RUN_ID"] = "7",
            ["GITHUB_RUN_ATTEMPT"] = "1",
        };

    private Dictionary<string, string?> Outside() =>
        new() { ["GITHUB_ACTIONS"] = null, ["PATH"] = $"{_cosign.Folder}{Path.PathSeparator}{Environment.GetEnvironmentVariable("PATH")}" };

    private Task<ChildResult> RunAsync(Dictionary<string, string?> variables, params string[] arguments) =>
        (
            _repository.Slipway with
            {
                Cache = _repository.Beside("cache"),
                Variables = _repository.Slipway.Variables.Concat(variables).ToDictionary(StringComparer.Ordinal),
            }
        ).RunAsync([
            .. arguments,
            "--upstream-mirror",
            _repository.Mirror.Path,
            "--trusted-root",
            _cosign.Root,
            "--registry-map",
            $"quay.io={_registries[0].Address}",
            $"docker.io={_registries[1].Address}",
        ]);
}
