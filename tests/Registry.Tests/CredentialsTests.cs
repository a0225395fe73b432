using System.Text;
using Slipway.Http;

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
    [InlineData("localhost:5000", "localhost:5000")]
    public async Task Docker_and_podman_write_keys_in_several_ways(string key, string host)
    {
        DockerConfig(Auths(key, "robot:pass:word"));
        Credential found = (await FindAsync(host))!;
        Assert.Equal(("robot", "pass:word"), (found.User, found.Secret));
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
    [InlineData("{\"auths\":{\"quay.io\":{\"identitytoken\":\"s3cret\"}}}")]
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
        Helper("own", "read server; echo \"{\\\"ServerURL\\\":\\\"$server\\\",\\\"Username\\\":\\\"$1 $server\\\",\\\"Secret\\\":\\\"s3cret\\\"}\"");
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
    [InlineData("echo s3cret", "its answer is no JSON object")]
    [InlineData("echo '{\"Username\":\"<token>\",\"Secret\":\"s3cret\"}'", "it holds an identity token")]
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

    private static string Auths(string key, string word) =>
        $"\"{key}\":{{\"auth\":\"{Convert.ToBase64String(Encoding.UTF8.GetBytes(word))}\"}}";

    private Task<Credential?> FindAsync(string host, RegistryMap? map = null) =>
        Credentials.From(_environment.GetValueOrDefault).ForAsync(host, map ?? RegistryMap.Default, TestContext.Current.CancellationToken);

    private void DockerConfig(string auths, string more = "\"HttpHeaders\":{}")
    {
        Directory.CreateDirectory(Path.Combine(_folder, ".docker"));
        File.WriteAllText(Path.Combine(_folder, ".docker", "config.json"), $"{{\"auths\":{{{auths}}},{more}}}");
    }

    private void Helper(string name, string script)
    {
        string file = Path.Combine(_folder, "docker-credential-" + name);
        File.WriteAllText(file, "#!/bin/sh\n" + script + "\n");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
