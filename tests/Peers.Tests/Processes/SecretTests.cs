using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Slipway.Rehearsal;
using Slipway.StandIns;
using Slipway.Testing;

namespace Slipway.Peers.Tests;

/// <summary>
/// Publications that fail in many ways, on registries that repeat every secret they are told: nothing that the product prints or
/// writes holds one in any form, and no argument list does.
/// </summary>
[Collection(SmallImages.Name)]
public sealed class SecretTests(SmallFixture fixture, ITestOutputHelper output) : IDisposable
{
    private const string User = "tests";

    /// <summary>Of characters that every encoding changes.</summary>
    private const string Password = "pass/word+§?\"\\&=%~x",
        KeyPassword = "the key's ß+/?\"password";

    private const string Any = "*";

    private const string Helper = """
        #!/bin/sh
        # Stays long enough to be seen among the processes.
        sleep 0.2
        cat "$(dirname "$0")/answer"

        """;

    /// <summary>Which requests fail, and with what; the last run is not disturbed.</summary>
    private static readonly (string Method, string Part, int Status)[] Failures =
    [
        ("PUT", "/manifests/", 403),
        ("POST", "/blobs/uploads/", 500),
        ("PUT", "/blobs/uploads/", 401),
        ("HEAD", "/manifests/", 429),
        (Any, "/v2/auth", 401),
        (Any, "/v2/auth", 503),
        ("GET", "/blobs/", 404),
        ("PUT", "/manifests/v", 400),
        ("-", "", 0),
    ];

    private readonly ScratchFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>Tokens: Docker's identity tokens, one from a helper and one from an entry of the configuration.</summary>
    [Theory]
    [InlineData("passwords")]
    [InlineData("identity tokens")]
    public async Task No_secret_gets_into_anything_that_is_printed_or_written_or_an_argument(string kind)
    {
        using ScratchRepository repository = await fixture.NewAsync();
        await using RegistryPair registries = await RegistryPair.StartAsync(
            new RehearsalOptions
            {
                Storage = RehearsalStorage.InMemory(),
                Authentication = RehearsalAuthentication.Token,
                User = User,
                Password = Password,
            },
            SignedSmallImage.Places
        );
        Uri[] behind = [.. registries.Map.Select(each => new Uri(each[(each.IndexOf('=') + 1)..]))];
        await using EchoServer quay = await EchoServer.StartAsync(behind[0]),
            hub = await EchoServer.StartAsync(behind[1]);
        string[] identities = kind == "passwords" ? [] : [await RefreshTokenAsync(behind[0]), await RefreshTokenAsync(behind[1])];
        SlipwayCommand slipway = identities is [var first, var second]
            ? WithTokens(fixture.In(repository), (quay, first), (hub, second))
            : WithPasswords(fixture.In(repository), hub);
        List<ChildResult> results = [];
        string[] arguments;
        await using (ArgumentWatch watch = new())
        {
            results.Add(
                (
                    await slipway.RunAsync(
                        "Assemble",
                        "Inspect",
                        "Sign",
                        "--upstream-mirror",
                        repository.Mirror.Path,
                        "--signing-key",
                        Key(),
                        "--verbosity",
                        "Verbose"
                    )
                ).Require()
            );
            foreach ((string method, string part, int status) in Failures)
            {
                quay.Fails = hub.Fails = (asked, path) =>
                    (method == Any || asked == method) && path.Contains(part, StringComparison.Ordinal) ? status : null;
                string[] map =
                [
                    "--registry-map",
                    $"quay.io={quay.Address.GetLeftPart(UriPartial.Authority)}",
                    $"docker.io={hub.Address.GetLeftPart(UriPartial.Authority)}",
                ];
                results.Add(await slipway.RunAsync(["Publish", "--signing-key", Key(), "--verbosity", "Verbose", .. map]));
            }

            arguments = [.. watch.CommandLines];
        }

        SecretForms[] secrets =
        [
            .. quay
                .Secrets.Concat(hub.Secrets)
                .Append(KeyPassword)
                .Distinct()
                .Select((secret, i) => new SecretForms($"secret {i} ({secret})", secret)),
        ];
        SecretSearch search = new(secrets);
        string[] folders = [repository.Root, fixture.Cache];
        output.WriteLine(
            $"{results.Count} runs, {quay.Repeated + hub.Repeated} errors that repeat a secret, {quay.Redirected + hub.Redirected} "
                + $"redirects, {secrets.Length} secrets in {secrets[0].Kinds.Count()} forms"
        );
        output.WriteLine(
            string.Join(
                '\n',
                results.Select(result =>
                    $"{result.ExitCode} {result.Error.Split('\n').LastOrDefault(line => line.StartsWith("Publish failed: ", StringComparison.Ordinal))}"
                )
            )
        );
        results[^1].Require();
        Assert.Equal(Failures.Length - 1, results.Count(result => result.ExitCode != 0));
        Assert.Contains(identities.FirstOrDefault(Password), quay.Secrets);
        Assert.Contains(identities.LastOrDefault(Password), hub.Secrets);
        Assert.Equal(identities.Length > 0, quay.Exchanged > 0 && hub.Exchanged > 0);
        Assert.True(quay.Repeated > 5 && hub.Repeated > 5, "the registries repeated next to nothing");
        Assert.Equal((0, 0), (quay.RedirectedAuthorizations, hub.RedirectedAuthorizations));
        Assert.True(quay.Redirected > 0 && hub.Redirected > 0, "nothing was redirected");
        Assert.Contains(arguments, each => each.Contains("docker-credential-parrot", StringComparison.Ordinal));
        Assert.Empty(
            results.SelectMany(result =>
                search.In(result.Output + result.Error + result.Command).Select(found => $"{result.Command}: {found}")
            )
        );
        Assert.Empty(arguments.SelectMany(search.In));
        Assert.Empty(Leaks(search, folders));
        RequireThatALeakIsFound(repository, search, folders, $"{User}:{identities.FirstOrDefault(Password)}");
    }

    /// <summary>As Docker's login gets one (distribution's "Token Authentication Specification", <c>offline_token</c>).</summary>
    private static async Task<string> RefreshTokenAsync(Uri registry)
    {
        using HttpClient client = new();
        using HttpRequestMessage ask = new(HttpMethod.Get, new Uri(registry, "/v2/auth?offline_token=true"));
        ask.Headers.Authorization = new AuthenticationHeaderValue(
            "Basic",
            Convert.ToBase64String(Encoding.UTF8.GetBytes($"{User}:{Password}"))
        );
        using HttpResponseMessage answer = await client.SendAsync(ask, TestContext.Current.CancellationToken);
        using JsonDocument issued = JsonDocument.Parse(await answer.EnsureSuccessStatusCode().Content.ReadAsByteArrayAsync());
        return issued.RootElement.GetProperty("refresh_token").GetString()!;
    }

    /// <summary>The first registry's password from the environment, the second's from a helper.</summary>
    private SlipwayCommand WithPasswords(SlipwayCommand slipway, EchoServer hub) =>
        With(
            slipway,
            new { credHelpers = HelperOf(hub, User, Password) },
            new() { ["QUAY_USERNAME"] = User, ["QUAY_PASSWORD"] = Password }
        );

    /// <summary>The first registry's token from an entry of the configuration, the second's from a helper.</summary>
    private SlipwayCommand WithTokens(
        SlipwayCommand slipway,
        (EchoServer Registry, string Token) quay,
        (EchoServer Registry, string Token) hub
    )
    {
        Dictionary<string, object> entries = new() { [quay.Registry.Address.Authority] = new { identitytoken = quay.Token } };
        return With(slipway, new { auths = entries, credHelpers = HelperOf(hub.Registry, "<token>", hub.Token) }, []);
    }

    private Dictionary<string, string> HelperOf(EchoServer registry, string user, string secret)
    {
        _folder.Folder("bin");
        ProgramFile.Write(_folder.At("bin", "docker-credential-parrot"), Helper);
        _folder.Write(
            "bin/answer",
            JsonSerializer.Serialize(
                new
                {
                    ServerURL = registry.Address.Authority,
                    Username = user,
                    Secret = secret,
                }
            )
        );
        return new() { [registry.Address.Authority] = "parrot" };
    }

    private SlipwayCommand With(SlipwayCommand slipway, object configuration, Dictionary<string, string?> accounts)
    {
        _folder.Write("docker/config.json", JsonSerializer.Serialize(configuration));
        Dictionary<string, string?> variables = new(slipway.Variables.Concat(accounts))
        {
            ["DOCKER_CONFIG"] = _folder.At("docker"),
            ["PATH"] = $"{_folder.At("bin")}:{Environment.GetEnvironmentVariable("PATH")}",
            ["SLIPWAY_SIGNING_KEY_PASSWORD"] = KeyPassword,
        };
        return slipway with { Variables = variables };
    }

    private string Key()
    {
        string file = _folder.At("encrypted.pem");
        if (!File.Exists(file))
        {
            using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            File.WriteAllText(
                file,
                key.ExportEncryptedPkcs8PrivateKeyPem(
                    KeyPassword,
                    new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000)
                ) + "\n"
            );
        }

        return file;
    }

    private static IEnumerable<string> Leaks(SecretSearch search, string[] folders)
    {
        EnumerationOptions everywhere = new() { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint };
        return from folder in folders
            from file in Directory.EnumerateFiles(folder, "*", everywhere)
            from found in search.In(File.ReadAllBytes(file)).Concat(search.In(file))
            select $"{file}: {found}";
    }

    private static void RequireThatALeakIsFound(ScratchRepository repository, SecretSearch search, string[] folders, string account)
    {
        string planted = repository.At("artifacts", SmallImage.Name, "planted");
        File.WriteAllText(planted, Convert.ToBase64String(Encoding.UTF8.GetBytes(account)));
        Assert.StartsWith(planted, Leaks(search, folders).First(), StringComparison.Ordinal);
        File.Delete(planted);
    }
}
