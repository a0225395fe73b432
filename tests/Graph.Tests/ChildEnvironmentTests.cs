using System.Diagnostics;
using System.Text.RegularExpressions;
using Slipway.Debian;
using Slipway.Engine;
using Slipway.Git;
using Slipway.Processes;
using Slipway.Registry;
using Slipway.Release;
using Slipway.Testing;
using Slipway.Trust;
using Slipway.Verification;

namespace Slipway.Graph.Tests;

/// <summary>
/// Every secret that the product knows is planted, and every program started through the product, each a script that writes down what it
/// was given. A list of what each may have stands in the product; here stands who may have a secret.
/// </summary>
[Collection(nameof(ChildEnvironmentTests))]
[CollectionDefinition(nameof(ChildEnvironmentTests), DisableParallelization = true)]
public sealed partial class ChildEnvironmentTests : IDisposable
{
    private const string Planted = "planted+only+for/tests";

    private static readonly string[] Secrets =
    [
        "QUAY_USERNAME",
        "QUAY_PASSWORD",
        "DOCKERHUB_USERNAME",
        "DOCKERHUB_TOKEN",
        "REGISTRY_AUTH_FILE",
        "DOCKER_AUTH_CONFIG",
        "GITHUB_TOKEN",
        "GH_TOKEN",
        "GH_ENTERPRISE_TOKEN",
        "GITHUB_ENTERPRISE_TOKEN",
        "ACTIONS_RUNTIME_TOKEN",
        "CI_JOB_TOKEN",
        "CI_JOB_JWT",
        "NPM_TOKEN",
        "SLIPWAY_SIGNING_KEY_PASSWORD",
        "SLIPWAY_GPG_PASSWORD",
        "SLIPWAY_CLIENT_CERTIFICATE_PASSWORD",
        "SLIPWAY_REGISTRY_PASSWORD",
        "SLIPWAY_ANYTHING_NEW",
        "COSIGN_PASSWORD",
        "COSIGN_PKCS11_PIN",
        "COSIGN_INSECURE_IGNORE_TLOG",
        "SIGSTORE_ID_TOKEN",
        "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
        "ACTIONS_ID_TOKEN_REQUEST_URL",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "AZURE_CLIENT_SECRET",
        "GOOGLE_APPLICATION_CREDENTIALS",
        "CLOUDSDK_AUTH_ACCESS_TOKEN",
        "VAULT_TOKEN",
        "GITLAB_TOKEN",
        "KUBECONFIG",
        "SSH_AUTH_SOCK",
        "GIT_ASKPASS",
        "GIT_CONFIG_VALUE_0",
        "GIT_DIR",
        "GIT_SSH_COMMAND",
        "HTTPS_PROXY",
        "LD_PRELOAD_PATH",
        "A_SECRET_THAT_NOBODY_KNOWS",
    ];

    private readonly ScratchFolder _folder = new();
    private readonly Dictionary<string, string?> _before = [];

    public ChildEnvironmentTests()
    {
        foreach (string name in Secrets)
            Set(name, Planted);
        // Each stand-in is found before the program that it stands for.
        foreach (
            string name in (string[])
                ["git", "ssh", "gpg", "gpgv", "cosign", "docker-credential-plain", "docker-credential-ecr-login", "mmdebstrap", "xdg-open"]
        )
            Write(name);
        Set("PATH", $"{_folder.Path}:{Environment.GetEnvironmentVariable("PATH")}");
    }

    public void Dispose()
    {
        foreach ((string name, string? value) in _before)
            Environment.SetEnvironmentVariable(name, value);
        _folder.Dispose();
    }

    [Fact]
    public async Task Git_gets_its_own_settings_alone()
    {
        await Record.ExceptionAsync(() => new GitRepository(_folder.Path).ReadAsync("tiny", default));
        Assert.Equal(["GIT_CONFIG_VALUE_0"], Got("git"));
    }

    [Fact]
    public async Task A_git_that_is_missing_is_told_apart_from_a_folder_that_is()
    {
        ReleaseException e = await Assert.ThrowsAsync<ReleaseException>(() =>
            new GitRepository(_folder.At("nowhere")).ReadAsync("tiny", default)
        );
        Assert.Equal(($"{_folder.At("nowhere")}: there is no such folder to start git in", false), (e.Message, e.IsMissingTool));
        Set("PATH", _folder.Folder("empty"));
        e = await Assert.ThrowsAsync<ReleaseException>(() => new GitRepository(_folder.Path).ReadAsync("tiny", default));
        Assert.Equal(("git cannot be started: it is not on PATH. Install git", true), (e.Message, e.IsMissingTool));
    }

    [Fact]
    public async Task Gpg_and_gpgv_get_none()
    {
        await Record.ExceptionAsync(() => new OpenPgpSigner(new string('A', 40), "its own password").SignAsync("x"u8.ToArray(), default));
        Assert.Empty(Got("gpg"));
        await File.WriteAllTextAsync(_folder.At("keyring"), "");
        await Record.ExceptionAsync(() => new Gpgv(_folder.At("keyring"), []).VerifyAsync("x"u8.ToArray(), "it", default));
        Assert.Empty(Got("gpgv"));
    }

    [Theory]
    [InlineData("key", "")]
    [InlineData("awskms:///alias/it", "AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN")]
    [InlineData("azurekms://it", "AZURE_CLIENT_SECRET")]
    [InlineData("gcpkms://it", "CLOUDSDK_AUTH_ACCESS_TOKEN GOOGLE_APPLICATION_CREDENTIALS")]
    [InlineData("hashivault://it", "VAULT_TOKEN")]
    [InlineData("gitlab://it", "GITLAB_TOKEN")]
    [InlineData("k8s://it/it", "KUBECONFIG")]
    [InlineData("pkcs11:it", "COSIGN_PKCS11_PIN")]
    [InlineData("awskms", "AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN")]
    public async Task Cosign_gets_what_its_key_needs_and_no_more(string key, string expected)
    {
        CosignProgram cosign = await CosignProgram.FindAsync("its own password", default);
        Assert.Equal(["HTTPS_PROXY"], Got("cosign"));
        File.Delete(_folder.At("cosign.got"));
        await Record.ExceptionAsync(() => CosignSigner.OpenAsync(cosign, key, default));
        Assert.Equal(
            [.. expected.Split(' ', StringSplitOptions.RemoveEmptyEntries).Append("HTTPS_PROXY").Order(StringComparer.Ordinal)],
            Got("cosign")
        );
        Assert.Contains(
            "COSIGN_PASSWORD=its own password",
            await File.ReadAllTextAsync(_folder.At("cosign.got")),
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("plain", "HTTPS_PROXY")]
    [InlineData("ecr-login", "AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN HTTPS_PROXY")]
    public async Task A_credential_helper_gets_its_own_clouds(string helper, string expected)
    {
        string config = _folder.Write("docker/config.json", $$$"""{"credHelpers":{"quay.io":"{{{helper}}}"}}""");
        Credentials credentials = Credentials.From(name =>
            name switch
            {
                "DOCKER_CONFIG" => Path.GetDirectoryName(config),
                "PATH" or "HOME" => Environment.GetEnvironmentVariable(name),
                _ => null,
            }
        );
        await Record.ExceptionAsync(() => credentials.ForAsync("quay.io", null, RegistryMap.Parse([]), default));
        Assert.Equal(expected.Split(' '), Got($"docker-credential-{helper}"));
    }

    [Fact]
    public async Task Ssh_gets_its_agent_alone()
    {
        using CancellationTokenSource soon = new(TimeSpan.FromSeconds(20));
        await Record.ExceptionAsync(() =>
            EngineClient.ConnectAsync(
                [EngineAddress.Parse("ssh://nobody@nowhere.test", "a test")],
                TimeProvider.System,
                _ => { },
                soon.Token
            )
        );
        Assert.Equal(["SSH_AUTH_SOCK"], Got("ssh"));
    }

    [Fact]
    public void The_others_get_what_the_network_takes_at_most()
    {
        foreach (
            (ProgramEnvironment environment, string[] expected) in new (ProgramEnvironment, string[])[]
            {
                (ProgramEnvironment.Mmdebstrap, ["HTTPS_PROXY"]),
                (ProgramEnvironment.Browser, []),
                (ProgramEnvironment.Dotnet, ["HTTPS_PROXY"]),
                (
                    ProgramEnvironment.CosignIdentity,
                    ["ACTIONS_ID_TOKEN_REQUEST_TOKEN", "ACTIONS_ID_TOKEN_REQUEST_URL", "HTTPS_PROXY", "SIGSTORE_ID_TOKEN"]
                ),
            }
        )
        {
            ProcessStartInfo start = new("nothing");
            environment.ApplyTo(start.Environment, ("ITS_OWN", "value"), ("PATH", null));
            Assert.Equal(
                expected,
                start.Environment.Where(pair => pair.Value == Planted).Select(pair => pair.Key).Order(StringComparer.Ordinal)
            );
            Assert.Equal("value", start.Environment["ITS_OWN"]);
            Assert.False(start.Environment.ContainsKey("PATH"));
        }
    }

    /// <summary>
    /// Who else starts a program, or speaks to one past every client that there is, and why. What stands here without need fails as well.
    /// </summary>
    [Fact]
    public void Every_program_is_started_by_one_noun_but_for_those_that_are_named_here()
    {
        Dictionary<string, string> programs = new()
        {
            ["Processes/ProcessRun.cs"] = "that noun",
            ["Processes/OutputPipe.cs"] = "its outputs",
            ["Processes/Signal.cs"] = "kill(2); other native code could start a program",
            ["Engine/Http/ProgramStream.cs"] = "ssh, whose two streams are a connection for as long as somebody holds it",
            ["Nuke/Session/Browser.cs"] = "shows a page and waits for nothing; Windows has no program for it",
        };
        Dictionary<string, string> sockets = new() { ["Engine/Http/EngineConnection.cs"] = "a Docker Engine's socket in the file system" };
        Assert.Equal(programs.Keys.Order(StringComparer.Ordinal), FilesWith(Starts()));
        Assert.Equal(sockets.Keys.Order(StringComparer.Ordinal), FilesWith(Sockets()));
        // Whoever does it without the noun has a list of what the program may have, too; Windows' own way takes none.
        Assert.All(programs.Keys.Where(file => file is not ("Processes/OutputPipe.cs" or "Processes/Signal.cs")), file =>
            Assert.Contains("ApplyTo(", File.ReadAllText(SourceTree.At("build", file)), StringComparison.Ordinal)
        );
    }

    /// <summary>The files of the product that hold it, below <c>build</c>, in order.</summary>
    private static IEnumerable<string> FilesWith(Regex pattern) =>
        Directory
            .EnumerateFiles(SourceTree.At("build"), "*.cs", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(SourceTree.At("build"), file).Replace('\\', '/'))
            .Where(file =>
                !file.Contains("/obj/", StringComparison.Ordinal)
                && !file.Contains("/bin/", StringComparison.Ordinal)
                && pattern.IsMatch(File.ReadAllText(SourceTree.At("build", file)))
            )
            .Order(StringComparer.Ordinal);

    private void Set(string name, string? value)
    {
        _before.TryAdd(name, Environment.GetEnvironmentVariable(name));
        Environment.SetEnvironmentVariable(name, value);
    }

    /// <summary>The planted variables that a program had, in order.</summary>
    private string[] Got(string program)
    {
        Assert.True(File.Exists(_folder.At(program + ".got")), $"{program} was not started");
        return
        [
            .. File.ReadAllLines(_folder.At(program + ".got"))
                .Where(line => line.EndsWith("=" + Planted, StringComparison.Ordinal))
                .Select(line => line.Split('=')[0])
                .Distinct()
                .Order(StringComparer.Ordinal),
        ];
    }

    private void Write(string program) =>
        ProgramFile.Write(
            _folder.At(program),
            $$"""
            #!/bin/sh
            env >> "{{_folder.At(program)}}.got"
            case "$1" in version) echo '{ "gitVersion": "v3.0.2" }'; exit 0 ;; esac
            exit 1

            """
        );

    [GeneratedRegex(
        @"\bProcess\.Start\b|\bProcessStartInfo\b|\bnew Process\b|\bProcess \w+ = new\b|\bCli\.Wrap\b|\busing CliWrap\b|\bCommand\.Run\b|\bDllImport\b|\bLibraryImport\b"
    )]
    private static partial Regex Starts();

    [GeneratedRegex(
        @"\bnew (?:System\.Net\.Sockets\.)?Socket\b|\bSocket \w+ = new\b|\bnew Tcp(?:Client|Listener)\b|\bTcp(?:Client|Listener) \w+ = new\b"
    )]
    private static partial Regex Sockets();
}
