using System.Net;
using Slipway.Testing;

namespace Slipway.Graph.Tests;

/// <summary>What building from a Dockerfile and comparing say when something is missing. Peers.Tests has the Engines.</summary>
public sealed class DockerfileTargetTests : IAsyncLifetime
{
    private const string Base = "registry.invalid/debian@sha256:0000000000000000000000000000000000000000000000000000000000000000";

    private ScratchRepository _repository = null!;

    public async ValueTask InitializeAsync()
    {
        _repository = await UpstreamImage.CreateAsync(("a", 1000));
        _repository.Write("images/tools/Dockerfile", "ARG BASE\nFROM ${BASE}\n");
        _repository.Write("images/tools/compare.yaml", "differences: []\n");
    }

    public ValueTask DisposeAsync()
    {
        _repository.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Without_an_engine_it_is_69_and_says_what_was_tried()
    {
        ChildResult built = (await RunAsync("BuildDockerfile", "--base", Base)).Require(69);
        Assert.Contains(
            "no Docker Engine can be used; tried unix:///nothing/here.sock (DOCKER_HOST)",
            built.Error,
            StringComparison.Ordinal
        );
        Assert.False(Directory.Exists(Path.Combine(Second, "layout", "index.json")));
    }

    [Fact]
    public async Task Without_a_dockerfile_there_is_no_second_way()
    {
        File.Delete(_repository.At("images", "tools", "Dockerfile"));
        ChildResult built = (await RunAsync("BuildDockerfile")).Require(78);
        Assert.Contains(
            "images/tools/Dockerfile is missing, so the image cannot be built from a Dockerfile",
            built.Error,
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("docker.io/library/debian:trixie", "wanted a digest")]
    [InlineData("docker.io/library/debian", "wanted a digest")]
    [InlineData("no base", "no base")]
    public async Task A_base_that_may_be_another_tomorrow_is_wrong_use(string name, string said)
    {
        Assert.Contains(said, (await RunAsync("BuildDockerfile", "--base", name)).Require(64).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_base_and_without_root_it_says_how_to_go_on()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root to be somebody else");
        await using ScriptedEngine engine = new(_ => (500, "{}"));
        // Nobody may look into another's scratch folder.
        (await new ChildProcess("chmod", "-R", "a+rwX", Path.GetDirectoryName(_repository.Root)!).RunAsync()).Require();
        SlipwayCommand slipway = _repository.Slipway with
        {
            User = 65534,
            Cache = _repository.Beside("cache"),
            Variables = new Dictionary<string, string?>(_repository.Slipway.Variables)
            {
                ["DOCKER_HOST"] = engine.Address,
                ["HOME"] = _repository.Beside("home"),
            },
        };
        Directory.CreateDirectory(slipway.Cache);
        (await new ChildProcess("chmod", "a+rwX", slipway.Cache).RunAsync()).Require();
        ChildResult built = (await slipway.RunAsync("BuildDockerfile")).Require(77);
        Assert.Contains("Run as root, or name one with --base NAME@sha256:", built.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_engine_that_runs_no_such_platform_is_69_and_another_can_be_named()
    {
        await using ScriptedEngine engine = new(path =>
            path.EndsWith("/build", StringComparison.Ordinal)
                ? (
                    200,
                    """{"errorDetail":{"message":"process \"/bin/sh -c true\" did not complete: exec /bin/sh: exec format error"},"error":"x"}"""
                )
                : (200, "[]")
        );
        ChildResult built = (await RunAsync(engine, "BuildDockerfile", "--base", Base)).Require(69);
        Assert.Contains($"runs no linux/amd64: {engine.Address}: POST build: process", built.Error, StringComparison.Ordinal);
        Assert.Contains("--docker-host linux/amd64=ADDRESS", built.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_step_that_fails_is_1_with_what_it_said()
    {
        await using ScriptedEngine engine = new(path =>
            path.EndsWith("/build", StringComparison.Ordinal)
                ? (200, """{"errorDetail":{"message":"executor failed running [/bin/sh -c false]: exit code: 1"},"error":"x"}""")
                : (200, "[]")
        );
        ChildResult built = (await RunAsync(engine, "BuildDockerfile", "--base", Base)).Require(1);
        Assert.Contains("exit code: 1", built.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", built.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_engine_that_goes_away_while_it_gives_the_image_is_75_and_nothing_half_is_left()
    {
        await using ScriptedEngine engine = new(path =>
            path.EndsWith("/build", StringComparison.Ordinal)
                ? (200, """{"id":"moby.image.id","aux":{"ID":"sha256:1111111111111111111111111111111111111111111111111111111111111111"}}""")
                : (200, "[]")
        );
        ChildResult built = (await RunAsync(engine, "BuildDockerfile", "--base", Base)).Require(75);
        Assert.Matches($"{engine.Address}: GET images/get: the connection to the Engine broke", built.Error);
        Assert.Empty(Directory.GetDirectories(Path.Combine(Second, "layout"), ".work-*"));
        Assert.False(File.Exists(Path.Combine(Second, "build.json")));
    }

    [Fact]
    public async Task What_may_differ_is_read_first_and_a_mistake_in_it_has_a_place()
    {
        _repository.Write("images/tools/compare.yaml", "differences:\n  - { path: /etc/x }\n");
        Assert.Contains(
            "images/tools/compare.yaml:2:5: 'reason' is missing",
            (await RunAsync("Compare")).Require(78).Error,
            StringComparison.Ordinal
        );
        File.Delete(_repository.At("images", "tools", "compare.yaml"));
        Assert.Contains("images/tools/compare.yaml is missing", (await RunAsync("Compare")).Require(78).Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Compare")]
    [InlineData("BuildDockerfile")]
    public async Task An_image_that_is_not_there_is_named(string target)
    {
        ChildResult result = await RunAsync(target, "--images", "tolls");
        Assert.Contains(result.ExitCode, new[] { 64, 78 });
        Assert.Contains("tolls", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_build_that_is_missing_comes_with_the_command_that_makes_it()
    {
        Assert.Contains("Run ./build.sh Assemble --images tools", (await RunAsync("Compare")).Require(65).Error, StringComparison.Ordinal);
        (await AssembleAsync()).Require();
        Assert.Contains(
            "Run ./build.sh BuildDockerfile --images tools",
            (await RunAsync("Compare")).Require(65).Error,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task Two_builds_of_one_thing_agree_and_an_exception_that_nothing_needs_is_65()
    {
        (await AssembleAsync()).Require();
        await CopyAsync();
        (await RunAsync("Compare")).Require();
        _repository.Write("images/tools/compare.yaml", "differences:\n  - { path: /etc/x, reason: comments }\n");
        ChildResult idle = (await RunAsync("Compare")).Require(65);
        Assert.Contains("images/tools/compare.yaml:2:13: nothing differs at /etc/x on linux/amd64", idle.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_builds_of_different_things_are_not_compared()
    {
        (await AssembleAsync()).Require();
        await CopyAsync();
        _repository.Write(
            "images/tools/image.yaml",
            (await File.ReadAllTextAsync(_repository.At("images", "tools", "image.yaml"), TestContext.Current.CancellationToken)).Replace(
                "title: tools",
                "title: other tools",
                StringComparison.Ordinal
            )
        );
        (await AssembleAsync()).Require();
        ChildResult compared = (await RunAsync("Compare")).Require(65);
        Assert.Contains(
            "not of the same definition, lock and files. Run ./build.sh Assemble BuildDockerfile --images tools",
            compared.Error,
            StringComparison.Ordinal
        );
    }

    private string Second => _repository.At("artifacts", "tools", "dockerfile");

    private Task<ChildResult> AssembleAsync() => RunAsync("Assemble", "--upstream-mirror", _repository.Mirror.Path);

    /// <summary>What a Dockerfile would have made, had it made the very same.</summary>
    private async Task CopyAsync()
    {
        string first = _repository.At("artifacts", "tools");
        Directory.CreateDirectory(Second);
        foreach (string part in Directory.GetFileSystemEntries(first).Where(part => part != Second))
            (await new ChildProcess("cp", "-r", part, Second).RunAsync()).Require();
    }

    private Task<ChildResult> RunAsync(params string[] arguments) =>
        (_repository.Slipway with { Cache = _repository.Beside("cache") }).RunAsync(arguments);

    private Task<ChildResult> RunAsync(ScriptedEngine engine, params string[] arguments) =>
        (
            _repository.Slipway with
            {
                Cache = _repository.Beside("cache"),
                Variables = new Dictionary<string, string?>(_repository.Slipway.Variables) { ["DOCKER_HOST"] = engine.Address },
            }
        ).RunAsync(arguments);

    /// <summary>The far side of an Engine's API, on loopback: says that it is Docker 20.10, and else what a test wants.</summary>
    private sealed class ScriptedEngine : IAsyncDisposable
    {
        private const string Version = """{"Version":"20.10.24","ApiVersion":"1.41","MinAPIVersion":"1.12","Os":"linux","Arch":"amd64"}""";

        private readonly HttpListener _listener = new();
        private readonly Func<string, (int Status, string Body)> _answer;
        private readonly Task _serving;

        /// <param name="answer">Given a path.</param>
        public ScriptedEngine(Func<string, (int Status, string Body)> answer)
        {
            _answer = answer;
            int port = FreePort();
            Address = $"tcp://127.0.0.1:{port}";
            _listener.Prefixes.Add($"http://127.0.0.1:{port}/");
            _listener.Start();
            _serving = ServeAsync();
        }

        public string Address { get; }

        public async ValueTask DisposeAsync()
        {
            _listener.Close();
            await _serving;
        }

        private async Task ServeAsync()
        {
            try
            {
                while (true)
                    await AnswerAsync(await _listener.GetContextAsync());
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                // The test is over.
            }
        }

        private async Task AnswerAsync(HttpListenerContext context)
        {
            await context.Request.InputStream.CopyToAsync(Stream.Null);
            string path = context.Request.Url!.AbsolutePath;
            if (path.EndsWith("/get", StringComparison.Ordinal))
            {
                // An archive that begins and never ends.
                context.Response.ContentLength64 = 10_000;
                await context.Response.OutputStream.WriteAsync(new byte[300]);
                await context.Response.OutputStream.FlushAsync();
                context.Response.Abort();
                return;
            }

            (context.Response.StatusCode, string body) = path switch
            {
                "/version" => (200, Version),
                _ when context.Request.HttpMethod == "GET" => (200, "[]"),
                _ => _answer(path),
            };
            await using Stream output = context.Response.OutputStream;
            await output.WriteAsync(System.Text.Encoding.UTF8.GetBytes(body));
        }

        private static int FreePort()
        {
            using System.Net.Sockets.TcpListener listener = new(IPAddress.Loopback, 0);
            listener.Start();
            return ((IPEndPoint)listener.LocalEndpoint).Port;
        }
    }
}
