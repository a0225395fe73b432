using System.Text.Json;
using Slipway.Oci;
using Slipway.StandIns;
using Slipway.Testing;
using Slipway.Updates;

namespace Slipway.Graph.Tests;

/// <summary>
/// The same of everybody else who is asked: GitHub, a Docker Engine, cosign, the host of upstream's files, and Debian's archive, signed
/// by its own key.
/// </summary>
public sealed class HostileServicesTests(ArchiveSigningKeys keys) : IClassFixture<ArchiveSigningKeys>
{
    private static readonly string[] Json = ["Content-Type: application/json"];

    private static string Message =>
        JsonSerializer.Serialize(
            new
            {
                message = HostileText.Text,
                documentation_url = HostileText.Text,
                errors = new[]
                {
                    new
                    {
                        resource = HostileText.Text,
                        code = HostileText.Text,
                        message = HostileText.Text,
                    },
                },
            }
        );

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Nothing_that_GitHub_says_passes_for_ours()
    {
        await using PublishedTools tools = await PublishedTools.CreateAsync();
        tools.Variables["GH_TOKEN"] = "ghp_onlyForTests";
        await using RawServer github = new();
        string definition = tools.Repository.At("images", UpstreamImage.Name, "image.yaml");
        string sound = await File.ReadAllTextAsync(definition, Stop);
        string[] host = ["--github-url", $"github.com={github.Address}"];
        string releases = JsonSerializer.Serialize(
            new[]
            {
                new
                {
                    id = 1,
                    tag_name = HostileText.Text,
                    name = HostileText.Text,
                    body = HostileText.Text,
                    html_url = HostileText.Text,
                    upload_url = HostileText.Text,
                    draft = false,
                    prerelease = false,
                    assets = new[]
                    {
                        new
                        {
                            id = 1,
                            name = HostileText.Text,
                            state = HostileText.Text,
                            digest = HostileText.Text,
                            size = 1,
                            browser_download_url = HostileText.Text,
                        },
                    },
                },
            }
        );
        foreach (
            (string what, int status, string[] headers, string body) in new (string, int, string[], string)[]
            {
                ("a refusal", 403, [.. Json, $"X-Reason: {HostileText.Line}"], Message),
                ("bad credentials", 401, Json, Message),
                ("absence", 404, Json, Message),
                ("a rule that was broken", 422, Json, Message),
                ("a redirect", 307, [$"Location: https://evil.example/{HostileText.Line}"], ""),
                ("releases", 200, [.. Json, $"Link: <{HostileText.Line}>; rel=\"next\"", $"ETag: {HostileText.Line}"], releases),
                ("text that is no JSON", 200, Json, HostileText.Text),
            }
        )
        {
            github.Answers = (_, _) => (status, headers, body);
            await File.WriteAllTextAsync(
                definition,
                sound.Replace("source:", "releases: { github: far/tools }\nsource:", StringComparison.Ordinal),
                Stop
            );
            HostileText.Require(await tools.RunAsync(["Outdated", .. host]), $"{what}: Outdated");
            HostileText.Require(await tools.RunAsync(["Outdated", "--json", .. host]), $"{what}: Outdated --json");
            await File.WriteAllTextAsync(definition, sound, Stop);
            ChildResult released = await tools.RunAsync([
                "Release",
                "--signing-key",
                tools.Repository.Key.Private,
                "--upstream-mirror",
                tools.Repository.Mirror.Path,
                "--github-repository",
                "far/tools",
                .. host,
            ]);
            Assert.NotEqual(0, released.ExitCode);
            HostileText.Require(released, $"{what}: Release");
        }

        Assert.InRange(github.Asked, 14, 1000);
        HostileText.RequireFiles(tools.Repository.Root);
    }

    [Fact]
    public async Task Nothing_that_an_engine_says_passes_for_ours()
    {
        using ScratchRepository repository = await UpstreamImage.CreateAsync(("a", 100));
        repository.Write("images/tools/Dockerfile", "FROM scratch\nCOPY image.yaml /\n");
        repository.Write(
            "images/tools/contract.yaml",
            "budgets: [{ layer: upstream, compressedMiB: 64, unpackedMiB: 64 }]\nrun: [{ arguments: [--version] }]\n"
        );
        await repository.CommitAsync("tools", $"{UpstreamImage.Name}/{UpstreamImage.Version}");
        (await repository.Slipway.RunAsync("Assemble", "--upstream-mirror", repository.Mirror.Path)).Require();
        await using RawServer engine = new();
        SlipwayCommand slipway = repository.Slipway with
        {
            Variables = new Dictionary<string, string?>(repository.Slipway.Variables)
            {
                ["DOCKER_HOST"] = engine.Address.Replace("http:", "tcp:", StringComparison.Ordinal),
            },
        };
        string sound = JsonSerializer.Serialize(
            new
            {
                ApiVersion = "1.41",
                MinAPIVersion = "1.12",
                Version = "20.10.24",
                Os = "linux",
                Arch = "amd64",
            }
        );
        string foreign = JsonSerializer.Serialize(
            new
            {
                ApiVersion = "1.41",
                MinAPIVersion = "1.12",
                Version = HostileText.Text,
                Os = HostileText.Text,
                Arch = HostileText.Text,
                KernelVersion = HostileText.Text,
            }
        );
        string messages = string.Join(
            "\r\n",
            JsonSerializer.Serialize(new { stream = HostileText.Text }),
            JsonSerializer.Serialize(
                new
                {
                    status = HostileText.Text,
                    id = HostileText.Text,
                    progress = HostileText.Text,
                }
            ),
            JsonSerializer.Serialize(new { errorDetail = new { code = 7, message = HostileText.Text }, error = HostileText.Text })
        );
        foreach (
            (string what, string version, int status, string body) in new[]
            {
                ("a version", foreign, 500, Message),
                ("an error", sound, 500, Message),
                ("a refusal", sound, 403, Message),
                ("absence", sound, 404, Message),
                ("messages", sound, 200, messages),
                ("no JSON", sound, 200, HostileText.Text),
                ("no JSON anywhere", HostileText.Text, 400, HostileText.Text),
            }
        )
        {
            engine.Answers = (_, path) =>
                path.EndsWith("/version", StringComparison.Ordinal) ? (200, Json, version)
                : path.EndsWith("/_ping", StringComparison.Ordinal) ? (200, [$"Server: {HostileText.Line}", "Api-Version: 1.41"], "OK")
                : (status, Json, body);
            foreach (
                string[] arguments in (string[][])
                    [
                        ["Load"],
                        ["Smoke"],
                        ["BuildDockerfile", "--base", "docker.io/library/debian:trixie", "--upstream-mirror", repository.Mirror.Path],
                        ["Doctor"],
                    ]
            )
            {
                ChildResult result = await slipway.RunAsync(arguments);
                Assert.NotEqual(0, result.ExitCode);
                HostileText.Require(result, $"{what}: {arguments[0]}");
            }
        }

        Assert.InRange(engine.Asked, 28, 1000);
        HostileText.RequireFiles(repository.Root);
    }

    [Fact]
    public async Task Nothing_that_cosign_says_passes_for_ours()
    {
        using ScratchRepository repository = await UpstreamImage.CreateAsync(("a", 100));
        string definition = repository.At("images", UpstreamImage.Name, "image.yaml");
        await File.WriteAllTextAsync(
            definition,
            (await File.ReadAllTextAsync(definition, Stop)).Replace(
                "https://example.org/tools",
                "https://github.com/poseidon/slipway",
                StringComparison.Ordinal
            ),
            Stop
        );
        await repository.CommitAsync("tools", $"{UpstreamImage.Name}/{UpstreamImage.Version}");
        using RecordingCosign cosign = new();
        await File.WriteAllTextAsync(Path.Combine(cosign.Folder, "hostile"), HostileText.Text, Stop);
        SlipwayCommand outside = repository.Slipway with
        {
            Variables = new Dictionary<string, string?>(repository.Slipway.Variables)
            {
                ["GITHUB_ACTIONS"] = null,
                ["PATH"] = $"{cosign.Folder}{Path.PathSeparator}{Environment.GetEnvironmentVariable("PATH")}",
            },
        };
        SlipwayCommand job = outside with
        {
            Variables = new Dictionary<string, string?>(outside.Variables) { ["SIGSTORE_ID_TOKEN"] = "eyJ0b2tlbg+only+for/tests" },
        };
        string[] identity = ["--identity", RecordingCosign.Subject, "--issuer", RecordingCosign.Issuer, "--trusted-root", cosign.Root];
        const string Fails = "cat \"$dir/hostile\" >&2; cat \"$dir/hostile\"; exit 1";
        repository.Write("../services.json", "{}");
        await cosign.WriteAsync();
        (
            await job.RunAsync(["Assemble", "Sign", "--signer", "cosign", "--upstream-mirror", repository.Mirror.Path, .. identity])
        ).Require();

        (await outside.RunAsync(["Verify", .. identity])).Require();
        await cosign.WriteAsync(signs: Fails);
        Directory.Delete(repository.At("artifacts", UpstreamImage.Name, "trust"), recursive: true);
        ChildResult signed = (
            await job.RunAsync(["Sign", "--signer", "cosign", "--signing-config", repository.Beside("services.json"), .. identity])
        ).Require(1);
        HostileText.Require(signed, "Sign");
        Assert.Contains("owned", signed.Error, StringComparison.Ordinal);
        await cosign.WriteAsync(help: HostileText.Line);
        HostileText.Require(await job.RunAsync(["Doctor", "--signer", "cosign", .. identity]), "Doctor");
        HostileText.RequireFiles(repository.Root);
    }

    [Fact]
    public async Task Nothing_that_the_host_of_a_mirror_says_passes_for_ours()
    {
        using ScratchRepository repository = await UpstreamImage.CreateAsync(("a", 100));
        await using RawServer mirror = new();
        foreach (
            (string what, int status, string[] headers, string body) in new (string, int, string[], string)[]
            {
                ("absence", 404, [$"Content-Type: {HostileText.Line}"], HostileText.Text),
                ("a refusal", 403, [], Message),
                ("a redirect", 302, [$"Location: https://evil.example/{HostileText.Line}"], ""),
                ("content", 200, [$"Content-Type: {HostileText.Line}", $"ETag: {HostileText.Line}"], HostileText.Text),
                (
                    "a signed file",
                    200,
                    [],
                    $"-----BEGIN PGP SIGNED MESSAGE-----\n{HostileText.Text}\n-----BEGIN PGP "
                        + $"SIGNATURE-----\n{HostileText.Text}\n-----END PGP SIGNATURE-----\n"
                ),
            }
        )
        {
            mirror.Answers = (_, _) => (status, headers, body);
            foreach (
                string[] arguments in (string[][])
                    [
                        ["Fetch", "--upstream-mirror", mirror.Address, "--cache-directory", repository.Beside($"cache-{what}")],
                        ["Lock", "--upstream-mirror", repository.Mirror.Path, "--debian-mirror", mirror.Address],
                        ["Outdated", "--upstream-mirror", mirror.Address, "--debian-mirror", mirror.Address],
                    ]
            )
                HostileText.Require(await repository.Slipway.RunAsync(arguments), $"{what}: {arguments[0]}");
        }

        Assert.InRange(mirror.Asked, 10, 1000);
        HostileText.RequireFiles(repository.Root);
    }

    [Theory]
    [InlineData("version")]
    [InlineData("claimed version")]
    [InlineData("claimed name")]
    [InlineData("field")]
    public async Task Nothing_in_an_archive_that_Debian_signed_passes_for_ours(string where)
    {
        using UpdateScene scene = await UpdateScene.CreateAsync(keys);
        string version = where == "version" ? "1.0-2" + HostileText.Line : "1.0-2";
        scene.PublishPackages(
            new TinyDeb("hello").File("usr/share/hello", "1"),
            new TinyDeb("hello", version)
            {
                ClaimedVersion = where == "claimed version" ? HostileText.Line : null,
                ClaimedName = where == "claimed name" ? HostileText.Line : null,
                Fields = where == "field" ? $"Source: {HostileText.Line}\nDepends: {HostileText.Line}\n" : "",
            }.File("usr/share/hello", "2"),
            days: 1
        );

        HostileText.RequireShown(string.Join('\n', (await scene.LookAsync()).Problems.Select(problem => problem.Reason.Message)), where);
        // A further field of a package is nobody's business here; what contradicts the index or has no grammar is refused.
        Exception? refused = await Record.ExceptionAsync(() => scene.StageAsync());
        Assert.Equal(where == "field" ? null : typeof(ContentException), refused?.GetType());
        HostileText.RequireShown(scene.Log + refused?.Message, where);
        Assert.DoesNotContain('\n', refused?.Message ?? "");
        HostileText.RequireFiles(scene.Repository.Root);
    }

    [Fact]
    public async Task Nothing_that_upstream_calls_its_newest_version_passes_for_ours()
    {
        using UpdateScene scene = await UpdateScene.CreateAsync(keys);
        foreach (string said in (string[])[HostileText.Text, "v1.0.1" + HostileText.Text, "v1.0.1\u202e", "v1.0.1\nv1.0.2"])
        {
            scene.Say(said);
            UpdateCheckProblem problem = Assert.Single((await scene.LookAsync()).Problems);
            Assert.IsType<ContentException>(problem.Reason);
            Assert.DoesNotContain('\n', problem.Reason.Message);
            HostileText.RequireShown(problem.Reason.Message, said);
        }

        HostileText.RequireShown(scene.Log, "log");
    }
}
