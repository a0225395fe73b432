using System.Net;
using Slipway.StandIns;
using Slipway.Testing;

namespace Slipway.Peers.Tests;

/// <summary>
/// A keyless release from its CI job to its users, with the real cosign on real registries, and an authority and a log of the tests'
/// own: everything but that the public ones are asked.
/// </summary>
public sealed class KeylessReleaseTests : IAsyncLifetime
{
    private const string Workflow = "poseidon/kubelet/.github/workflows/release.yml@refs/heads/main";
    private const string Identity = "https://github.com/" + Workflow,
        Issuer = "https://token.actions.githubusercontent.com";
    private const string Name = "quay.io/poseidon/kubelet";

    private readonly string _version = VerifyDocument.Read().Version;
    private readonly ScratchFolder _folder = new();
    private SigstoreStandIn _sigstore = null!;
    private PeerProgram _cosign = null!;
    private KubeletRegistries _registries = null!;

    public async ValueTask InitializeAsync()
    {
        _cosign = await PeerPrograms.RequireAsync(Peer.Cosign3);
        _cosign.WriteScript(_folder);
        _sigstore = await SigstoreStandIn.StartAsync();
        _registries = new KubeletRegistries(
            await KubeletFixture.AssembleAsync(),
            await DockerRegistry.StartAsync(),
            await DockerRegistry.StartAsync()
        );
    }

    public async ValueTask DisposeAsync()
    {
        await _registries.DisposeAsync();
        _registries.Repository.Dispose();
        await _sigstore.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_job_signs_as_its_workflow_and_everybody_believes_that_workflow_alone()
    {
        string token = _sigstore.Tokens.For(Identity, Issuer);
        ChildResult released = (await RunAsync(Job(token), "Sign", "Publish", "--signing-config", _sigstore.SigningConfig)).Require();
        Assert.Equal(10, _sigstore.Log.Count);
        Assert.Contains("10 signatures and attestations made, 0 kept", released.Error, StringComparison.Ordinal);
        (await RunAsync(Job(token), "Sign", "Publish", "--signing-config", _sigstore.SigningConfig)).Require();
        Assert.Equal(10, _sigstore.Log.Count);

        // Who verifies needs none of the services.
        _sigstore.Outage = HttpStatusCode.ServiceUnavailable;
        foreach (string repository in (string[])[Name, "docker.io/psdn/kubelet"])
        {
            string[] verify = ["Verify", "--reference", $"{repository}:{_version}"];
            (await RunAsync(User(), [.. verify, "--identity", Identity, "--issuer", Issuer])).Require();
            Assert.Contains(
                "signed-by-other-key",
                (await RunAsync(User(), [.. verify, "--identity", Identity + "x", "--issuer", Issuer])).Require(65).Error,
                StringComparison.Ordinal
            );
            Assert.Contains(
                "signed-by-other-key",
                (await RunAsync(User(), [.. verify, "--identity", Identity, "--issuer", Issuer + ".example"])).Require(65).Error,
                StringComparison.Ordinal
            );
            Assert.Contains(
                "signed-by-other-key",
                (await RunAsync(User(), [.. verify, "--public-key", _registries.Repository.Key.Public])).Require(65).Error,
                StringComparison.Ordinal
            );
        }

        foreach ((DockerRegistry registry, string repository) in _registries.Places)
        {
            foreach (
                string[] command in (string[][])
                    [
                        ["verify"],
                        ["verify-attestation", "--type", "slsaprovenance1"],
                        ["verify-attestation", "--type", "spdxjson"],
                    ]
            )
                await BelievedAsync($"{registry.Host}/{repository}:{_version}", command);
        }

        Assert.DoesNotContain(token, released.Output + released.Error, StringComparison.Ordinal);
        foreach (string file in Directory.EnumerateFiles(_registries.Repository.At("artifacts"), "*", SearchOption.AllDirectories))
            Assert.DoesNotContain(
                token,
                await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken),
                StringComparison.Ordinal
            );
    }

    [Fact]
    public async Task Who_the_token_names_otherwise_signs_nothing_that_is_kept()
    {
        ChildResult other = (
            await RunAsync(Job(_sigstore.Tokens.For("somebody@example.test", Issuer)), "Sign", "--signing-config", _sigstore.SigningConfig)
        ).Require(78);
        Assert.Contains($"is not by {Identity} of {Issuer}; nothing was kept", other.Error, StringComparison.Ordinal);
        (await RunAsync(Job(_sigstore.Tokens.For(Identity, Issuer)), "Publish")).Require(65);
    }

    [Fact]
    public async Task While_the_services_are_down_nothing_is_signed_and_no_tag_is_written()
    {
        _sigstore.Outage = HttpStatusCode.ServiceUnavailable;
        string token = _sigstore.Tokens.For(Identity, Issuer);
        (await RunAsync(Job(token), "Sign", "Publish", "--signing-config", _sigstore.SigningConfig)).Require(75);
        (await RunAsync(Job(token), "Publish")).Require(65);
        _sigstore.Outage = null;
        (await RunAsync(Job(token), "Sign", "Publish", "--signing-config", _sigstore.SigningConfig)).Require();
    }

    /// <summary>By cosign 3 in the newer form, by cosign 2 under the tag, and as no other identity.</summary>
    private async Task BelievedAsync(string image, string[] command)
    {
        PeerProgram two = await PeerPrograms.RequireAsync(Peer.Cosign);
        foreach ((string identity, bool holds) in ((string, bool)[])[(Identity, true), (Identity + "x", false)])
        {
            string[] wanted = ["--certificate-identity", identity, "--certificate-oidc-issuer", Issuer, "--allow-http-registry", image];
            ChildResult newer = await (
                _cosign.With([.. command, "--trusted-root", _sigstore.TrustedRoot, .. wanted]) with
                {
                    Variables = _sigstore.Variables,
                }
            ).RunAsync();
            Assert.True(holds == (newer.ExitCode == 0), newer.Error);
            ChildResult older = await (two.With([.. command, "--offline", .. wanted]) with { Variables = _sigstore.Variables }).RunAsync();
            Assert.True(holds == (older.ExitCode == 0), older.Error);
        }
    }

    private Dictionary<string, string?> Job(string token) =>
        new(User())
        {
            ["SIGSTORE_ID_TOKEN"] = token,
            ["GITHUB_ACTIONS"] = "true",
            ["GITHUB_SERVER_URL"] = "https://github.com",
            ["GITHUB_REPOSITORY"] = "poseidon/kubelet",
            ["GITHUB_WORKFLOW_REF"] = Workflow,
            ["GITHUB_RUN_ID"] = "7",
            ["GITHUB_RUN_ATTEMPT"] = "1",
        };

    private Dictionary<string, string?> User() =>
        new()
        {
            ["GITHUB_ACTIONS"] = null,
            ["PATH"] = $"{_folder.Path}{Path.PathSeparator}{Environment.GetEnvironmentVariable("PATH")}",
            ["TUF_ROOT"] = _folder.At("tuf"),
            // Whoever runs it may have this; cosign would believe anybody.
            ["COSIGN_CERTIFICATE_IDENTITY_REGEXP"] = ".*",
            ["COSIGN_CERTIFICATE_OIDC_ISSUER_REGEXP"] = ".*",
        };

    private Task<ChildResult> RunAsync(Dictionary<string, string?> variables, params string[] arguments) =>
        (
            _registries.Repository.Slipway with
            {
                Variables = _registries.Repository.Slipway.Variables.Concat(variables).ToDictionary(StringComparer.Ordinal),
            }
        ).RunAsync([.. arguments, "--trusted-root", _sigstore.TrustedRoot, .. _registries.Map]);
}
