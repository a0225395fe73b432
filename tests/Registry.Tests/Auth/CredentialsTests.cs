using System.Text;
using Slipway.Http;
using Slipway.Testing;

namespace Slipway.Registry.Tests;

public sealed class CredentialsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("slipway-credentials-").FullName;
    private readonly Dictionary<string, string> _environment = [];

    public CredentialsTests()
    {
        _environment["HOME"] = _folder;
        _environment["PATH"] = _folder + ":/usr/bin:/bin";
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("quay.io", "QUAY_USERNAME", "QUAY_PASSWORD")]
    [InlineData("docker.io", "DOCKERHUB_USERNAME", "DOCKERHUB_TOKEN")]
    [InlineData("registry-1.docker.io", "DOCKERHUB_USERNAME", "DOCKERHUB_TOKEN")]
    public async Task The_environments_pair_comes_first(string host, string user, string secret)
    {
        DockerConfig(Auths("https://index.docker.io/v1/", "file:w") + "," + Auths("quay.io", "file:w"));
        _environment[user] = "robot";
        _environment[secret] = "s3cret";
        Credential found = (await FindAsync(host))!;
        Assert.Equal(("robot", "s3cret"), (found.User, found.Secret));
        Assert.Equal($"credentials from {user} and {secret}", found.ToString());
    }

    [Theory]
    [InlineData("QUAY_USERNAME", "QUAY_PASSWORD")]
    [InlineData("QUAY_PASSWORD", "QUAY_USERNAME")]
    public async Task Half_a_pair_is_an_error(string set, string missing)
    {
        _environment[set] = "s3cret";
        RemoteException e = await Assert.ThrowsAsync<RemoteException>(() => FindAsync("quay.io"));
        Assert.Equal($"credentials: {set} is set but {missing} is not: set both or neither", e.Message);
    }

    [Fact]
    public async Task The_named_file_comes_before_Dockers()
    {
        DockerConfig(Auths("quay.io", "docker:w"));
        _environment["REGISTRY_AUTH_FILE"] = Path.Combine(_folder, "auth.json");
        File.WriteAllText(_environment["REGISTRY_AUTH_FILE"], "{\"auths\":{" + Auths("quay.io", "podman:w") + "}}");
        Assert.Equal("podman", (await FindAsync("quay.io"))!.User);
    }

    [Fact]
    public async Task A_named_file_that_is_missing_is_an_error_and_a_missing_docker_file_is_not()
    {
        Assert.Null(await FindAsync("quay.io"));
        _environment["REGISTRY_AUTH_FILE"] = Path.Combine(_folder, "none.json");
        await Assert.ThrowsAsync<RemoteException>(() => FindAsync("quay.io"));
    }

    [Theory]
    [InlineData("quay.io", "quay.io")]
    [InlineData("https://quay.io", "quay.io")]
    [InlineData("https://quay.io/v2/", "quay.io")]
    [InlineData("https://index.docker.io/v1/", "docker.io")]
    [InlineData("docker.io", "docker.io")]
    [InlineData("Index.docker.io:443", "registry-1.docker.io")]
    [InlineData("quay.io", "QUAY.IO:443")]
    [InlineData("https://Quay.io:443/v2/", "quay.io")]
    [InlineData("localhost:5000", "localhost:5000")]
    public async Task Docker_and_podman_write_keys_in_several_ways(string key, string host)
    {
        DockerConfig(Auths(key, "robot:pass:word"));
        Credential found = (await FindAsync(host))!;
        Assert.Equal(("robot", "pass:word"), (found.User, found.Secret));
    }

    [Fact]
    public async Task A_helper_that_is_listed_under_another_name_of_the_registry_is_asked_by_that_name()
    {
        Helper("own", "[ \"$1\" = get ] && [ \"$(cat)\" = quay.io:443 ] && echo '{\"Username\":\"u\",\"Secret\":\"w\"}'");
        DockerConfig("", "\"credHelpers\":{\"quay.io:443\":\"own\"}");
        Assert.Equal("u", (await FindAsync("quay.io"))!.User);
    }

    [Theory]
    [InlineData("quay.io.evil.example")]
    [InlineData("evil.example/quay.io")]
    [InlineData("quay.io:8443")]
    [InlineData("quay.io/other")]
    public async Task An_entry_of_another_host_is_not_taken(string key)
    {
        DockerConfig(Auths(key, "robot:w"));
        Assert.Null(await FindAsync("quay.io"));
    }

    [Fact]
    public async Task A_stored_password_does_not_follow_the_map_but_the_environments_pair_does()
    {
        DockerConfig(Auths("quay.io", "stored:w") + "," + Auths("127.0.0.1:5001", "local:w"));
        RegistryMap map = RegistryMap.Parse(["quay.io=http://127.0.0.1:5001"]);
        Assert.Equal("local", (await FindAsync("quay.io", map))!.User);
        Assert.Null(await FindAsync("quay.io", RegistryMap.Parse(["quay.io=https://staging.example"])));
        (_environment["QUAY_USERNAME"], _environment["QUAY_PASSWORD"]) = ("robot", "w");
        Assert.Equal("robot", (await FindAsync("quay.io", map))!.User);
    }

    [Theory]
    [InlineData("s3cret is no JSON")]
    [InlineData("{\"auths\":{\"quay.io\":{\"auth\":\"s3cret!\"}}}")]
    [InlineData("{\"auths\":{\"quay.io\":{\"username\":\"s3cret\"}}}")]
    [InlineData("{\"auths\":{\"quay.io\":\"s3cret\"}}")]
    public async Task A_broken_file_is_named_without_its_content(string content)
    {
        Directory.CreateDirectory(Path.Combine(_folder, ".docker"));
        File.WriteAllText(Path.Combine(_folder, ".docker", "config.json"), content);
        RemoteException e = await Assert.ThrowsAsync<RemoteException>(() => FindAsync("quay.io"));
        Assert.Contains("config.json", e.Message);
        Assert.DoesNotContain("s3cret", e.ToString());
    }

    [Fact]
    public async Task A_helper_is_asked_for_its_host_and_a_store_for_the_rest()
    {
        DockerConfig("", "\"credHelpers\":{\"quay.io\":\"own\"},\"credsStore\":\"all\"");
        Helper(
            "own",
            "read server; echo \"{\\\"ServerURL\\\":\\\"$server\\\",\\\"Username\\\":\\\"$1 $server\\\",\\\"Secret\\\":\\\"s3cret\\\"}\""
        );
        Helper("all", "read server; echo \"{\\\"Username\\\":\\\"all $server\\\",\\\"Secret\\\":\\\"s3cret\\\"}\"");
        Credential own = (await FindAsync("quay.io"))!;
        Assert.Equal(("get quay.io", "s3cret"), (own.User, own.Secret));
        Assert.Equal("credentials from docker-credential-own", own.ToString());
        Assert.Equal("all https://index.docker.io/v1/", (await FindAsync("docker.io"))!.User);
    }

    [Fact]
    public async Task A_store_without_an_entry_leaves_the_files_own()
    {
        DockerConfig(Auths("quay.io", "robot:w"), "\"credsStore\":\"all\"");
        Helper("all", "echo 'credentials not found in native keychain'; exit 1");
        Assert.Equal("robot", (await FindAsync("quay.io"))!.User);
    }

    [Theory]
    [InlineData("echo s3cret; exit 3", "ended with 3")]
    [InlineData("echo s3cret", "its response is not a JSON object")]
    [InlineData("echo '[\"s3cret\"]'", "its response is not a JSON object")]
    [InlineData("echo '{\"Username\":\"robot\",\"Secret\":[\"s3cret\"]}'", "its response is not a JSON object")]
    [InlineData("head -c 10000000 /dev/zero", "its response is too long")]
    [InlineData("head -c 10000000 /dev/zero >&2; echo s3cret", "its response is not a JSON object")]
    public async Task A_helper_that_fails_is_named_without_its_output(string script, string problem)
    {
        DockerConfig("", "\"credsStore\":\"all\"");
        Helper("all", script);
        RemoteException e = await Assert.ThrowsAsync<RemoteException>(() => FindAsync("quay.io"));
        Assert.Contains("docker-credential-all: " + problem, e.Message);
        Assert.DoesNotContain("s3cret", e.ToString());
    }

    [Theory]
    [InlineData("gone", "not found along PATH")]
    [InlineData("../bin/sh", "other characters")]
    public async Task A_helper_that_cannot_be_is_an_error(string name, string problem)
    {
        DockerConfig("", $"\"credsStore\":\"{name}\"");
        Assert.Contains(problem, (await Assert.ThrowsAsync<RemoteException>(() => FindAsync("quay.io"))).Message);
    }

    [Fact]
    public async Task A_helper_that_hangs_is_ended()
    {
        DockerConfig("", "\"credsStore\":\"all\"");
        Helper("all", $"echo $$ > {_folder}/id; exec sleep 300");
        using CancellationTokenSource stop = new();
        Task<Credential?> asking = Credentials
            .From(_environment.GetValueOrDefault)
            .ForAsync("quay.io", null, RegistryMap.Default, stop.Token);
        string file = Path.Combine(_folder, "id");
        while (!File.Exists(file) || new FileInfo(file).Length < 2)
            await Task.Delay(10, TestContext.Current.CancellationToken);
        int id = int.Parse(
            await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken),
            System.Globalization.CultureInfo.InvariantCulture
        );
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
        for (int i = 0; i < 1000 && IsRunning(id); i++)
            await Task.Delay(10, TestContext.Current.CancellationToken);
        Assert.False(IsRunning(id));
    }

    [Fact]
    public async Task A_helper_that_leaves_an_agent_behind_has_its_answer_all_the_same()
    {
        DockerConfig("", "\"credsStore\":\"all\"");
        Helper("all", "sleep 30 & echo '{\"Username\":\"robot\",\"Secret\":\"s3cret\"}'");
        Assert.Equal(
            "robot",
            (await FindAsync("quay.io").WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken))!.User
        );
    }

    [Fact]
    public async Task A_helper_has_a_minute_and_no_more()
    {
        DockerConfig("", "\"credsStore\":\"all\"");
        Helper("all", "exec sleep 300");
        Credentials credentials = Credentials.From(_environment.GetValueOrDefault, new OverAtOnce());
        RemoteException e = await Assert.ThrowsAsync<RemoteException>(() =>
            credentials.ForAsync("quay.io", null, RegistryMap.Default, TestContext.Current.CancellationToken)
        );
        Assert.Equal("credential helper docker-credential-all: no response within 60 s when asked for quay.io", e.Message);
    }

    [Theory]
    [InlineData("poseidon/kubelet", "exact")]
    [InlineData("poseidon/flannel-cni", "namespace")]
    [InlineData("poseidon/kubelet/deep", "exact")]
    [InlineData("poseidonette/kubelet", "host")]
    [InlineData("other", "host")]
    [InlineData(null, "host")]
    public async Task The_longest_key_for_a_repository_wins(string? repository, string user)
    {
        DockerConfig(
            string.Join(
                ',',
                Auths("quay.io", "host:w"),
                Auths("quay.io/poseidon", "namespace:w"),
                Auths("quay.io/poseidon/kubelet", "exact:w")
            )
        );
        Assert.Equal(user, (await FindAsync("quay.io", repository: repository))!.User);
    }

    [Fact]
    public async Task A_key_for_a_repository_is_no_key_for_its_host_or_for_another_host()
    {
        DockerConfig(Auths("quay.io/poseidon", "namespace:w"));
        Assert.Null(await FindAsync("quay.io", repository: "other/kubelet"));
        Assert.Null(await FindAsync("docker.io", repository: "poseidon"));
        Assert.Null(await FindAsync("quay.io", RegistryMap.Parse(["quay.io=http://127.0.0.1:5001"]), "poseidon/kubelet"));
    }

    [Fact]
    public async Task Helpers_of_a_host_come_before_keys_for_its_repositories()
    {
        DockerConfig(Auths("quay.io/poseidon", "namespace:w"), "\"credHelpers\":{\"quay.io\":\"own\"}");
        Helper("own", "echo '{\"Username\":\"helper\",\"Secret\":\"s3cret\"}'");
        Assert.Equal("helper", (await FindAsync("quay.io", repository: "poseidon/kubelet"))!.User);
    }

    [Fact]
    public async Task An_identity_token_is_known_as_one_from_file_and_helper()
    {
        DockerConfig("\"quay.io\":{\"auth\":\"cm9ib3Q6dw==\",\"identitytoken\":\"refresh\"}", "\"credHelpers\":{\"ghcr.io\":\"own\"}");
        Helper("own", "echo '{\"Username\":\"<token>\",\"Secret\":\"s3cret\"}'");
        Credential file = (await FindAsync("quay.io"))!,
            helper = (await FindAsync("ghcr.io"))!;
        Assert.Equal((true, "refresh"), (file.IsIdentityToken, file.Secret));
        Assert.Equal((true, "s3cret"), (helper.IsIdentityToken, helper.Secret));
        Assert.Equal("identity token from docker-credential-own", helper.ToString());
    }

    [Fact]
    public async Task User_and_password_may_stand_as_they_are()
    {
        DockerConfig("\"quay.io\":{\"username\":\"robot\",\"password\":\"s3cret\"}");
        Assert.Equal(("robot", "s3cret"), ((await FindAsync("quay.io"))!.User, (await FindAsync("quay.io"))!.Secret));
    }

    private static bool IsRunning(int id)
    {
        try
        {
            using var process = System.Diagnostics.Process.GetProcessById(id);
            return !process.HasExited;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    private static string Auths(string key, string word) =>
        $"\"{key}\":{{\"auth\":\"{Convert.ToBase64String(Encoding.UTF8.GetBytes(word))}\"}}";

    private Task<Credential?> FindAsync(string host, RegistryMap? map = null, string? repository = null) =>
        Credentials
            .From(_environment.GetValueOrDefault)
            .ForAsync(host, repository, map ?? RegistryMap.Default, TestContext.Current.CancellationToken);

    private void DockerConfig(string auths, string more = "\"HttpHeaders\":{}")
    {
        Directory.CreateDirectory(Path.Combine(_folder, ".docker"));
        File.WriteAllText(Path.Combine(_folder, ".docker", "config.json"), $"{{\"auths\":{{{auths}}},{more}}}");
    }

    private void Helper(string name, string script) =>
        ProgramFile.Write(Path.Combine(_folder, "docker-credential-" + name), "#!/bin/sh\n" + script + "\n");

    /// <summary>A clock whose timers are due at once.</summary>
    private sealed class OverAtOnce : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            System.CreateTimer(callback, state, TimeSpan.Zero, period);
    }
}
