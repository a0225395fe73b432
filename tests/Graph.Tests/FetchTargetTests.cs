using System.Diagnostics;
using Slipway.Definitions;
using Slipway.Oci;
using Slipway.Testing;

namespace Slipway.Graph.Tests;

/// <summary>The target Fetch as its users run it: killed, twice at once, through a proxy, without a network.</summary>
public sealed class FetchTargetTests
{
    [Fact]
    public async Task Two_processes_at_once_fetch_each_file_once()
    {
        using ScratchRepository one = await UpstreamImage.CreateAsync(("a", 300_000));
        using ScratchRepository other = await UpstreamImage.CreateAsync(("a", 300_000), ("b", 1000));
        await using FileServer server = await FileServer.StartAsync(other.Mirror);
        TaskCompletionSource firstIsAtIt = new(),
            secondIsThere = new();
        server.Before = async name =>
        {
            // The second process asks for its own file while the first one holds the shared one.
            if (name == "b-amd64")
                secondIsThere.TrySetResult();
            else
                firstIsAtIt.TrySetResult();
            await secondIsThere.Task;
            return null;
        };
        Task<ChildResult> first = FetchAsync(one, server, one.Beside("cache"));
        await Task.WhenAny(firstIsAtIt.Task, first);
        Task<ChildResult> second = FetchAsync(other, server, one.Beside("cache"));

        (await first).Require();
        (await second).Require();

        Assert.Equal((1, 1), (server.AskedFor("a-amd64"), server.AskedFor("b-amd64")));
        Assert.Equal(2, Complete(one.Beside("cache")).Length);
        Assert.Empty(Unfinished(one.Beside("cache")));
    }

    [Fact]
    public async Task A_killed_run_leaves_what_the_next_one_goes_on_with()
    {
        using ScratchRepository repository = await UpstreamImage.CreateAsync(("a", 900_000), ("b", 1000));
        await using FileServer server = await FileServer.StartAsync(repository.Mirror);
        server.Before = name => Task.FromResult<int?>(name == "a-amd64" ? 500_000 : null);
        string cache = repository.Beside("cache");
        await KillWhenAsync(repository, server, cache, () =>
            Unfinished(cache).Any(file => new FileInfo(file).Length == 500_000) && Complete(cache).Length == 1
        );
        Assert.Single(Unfinished(cache));
        server.Asked.Clear();
        server.Before = _ => Task.FromResult<int?>(null);

        (await FetchAsync(repository, server, cache)).Require();

        Assert.EndsWith("/a-amd64 bytes=500000-", Assert.Single(server.Asked), StringComparison.Ordinal);
        Assert.Empty(Unfinished(cache));
        Assert.Equal(
            new[] { "a", "b" }.Select(file => UpstreamImage.DigestOf(repository, file).Hex).Order(StringComparer.Ordinal),
            Complete(cache).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)
        );
        Assert.All(Complete(cache), path => Assert.Equal(Path.GetFileName(path), Digest.Of(File.ReadAllBytes(path)).Hex));
    }

    [Fact]
    public async Task The_environments_proxy_is_asked_for_other_hosts_and_not_for_this_machine()
    {
        using ScratchRepository repository = await UpstreamImage.CreateAsync(("a", 1000));
        await using FileServer proxy = await FileServer.StartAsync(repository.Mirror);
        SlipwayCommand behind = repository.Slipway with
        {
            Cache = repository.Beside("cache"),
            Variables = new Dictionary<string, string?>(repository.Slipway.Variables)
            {
                ["http_proxy"] = proxy.Address,
                ["no_proxy"] = null,
                ["NO_PROXY"] = null,
            },
        };

        (await behind.RunAsync("Fetch", "--upstream-mirror", "http://mirror.invalid/")).Require();

        Assert.Equal($"mirror.invalid {UpstreamImage.Address("a").AbsolutePath.Insert(0, "/dl.k8s.io")}", Assert.Single(proxy.Asked));
        await using FileServer server = await FileServer.StartAsync(repository.Mirror);
        (await (behind with { Cache = repository.Beside("other") }).RunAsync("Fetch", "--upstream-mirror", server.Address)).Require();
        Assert.Single(proxy.Asked);
        Assert.Single(server.Asked);
    }

    [Fact]
    public async Task Offline_names_all_that_is_missing_and_asks_nobody()
    {
        using ScratchRepository repository = await UpstreamImage.CreateAsync(("a", 1000), ("b", 1001), ("c", 1002));
        await using FileServer server = await FileServer.StartAsync(repository.Mirror);
        string cache = repository.Beside("cache");
        (await FetchAsync(repository, server, cache)).Require();
        foreach (string file in (string[])["a", "c"])
            File.Delete(Path.Combine(cache, "sha256", UpstreamImage.DigestOf(repository, file).Hex));
        server.Asked.Clear();

        foreach (string target in (string[])["Fetch", "Assemble"])
        {
            ChildResult offline = (await FetchAsync(repository, server, cache, target, "--offline")).Require(69);
            string[] named = [.. offline.Error.Split('\n').Where(line => line.StartsWith("not in the cache: ", StringComparison.Ordinal))];
            Assert.Equal(2, named.Length);
            Assert.Equal($"not in the cache: tools linux/amd64: a v1.0.0: {UpstreamImage.DigestOf(repository, "a")}", named[0]);
            Assert.Contains(
                $"--offline: 2 of 3 files are not in the cache {cache}. Run ./build.sh Fetch",
                offline.Error,
                StringComparison.Ordinal
            );
        }

        Assert.Empty(server.Asked);
    }

    [Fact]
    public async Task Offline_with_all_in_the_cache_rehearses_a_release()
    {
        using ScratchRepository repository = await UpstreamImage.CreateAsync(("a", 1000));
        await repository.CommitAsync("tools", $"{UpstreamImage.Name}/{UpstreamImage.Version}");
        await using FileServer server = await FileServer.StartAsync(repository.Mirror);
        (await FetchAsync(repository, server, repository.Beside("cache"))).Require();
        server.Asked.Clear();

        ChildResult rehearsed = (await FetchAsync(repository, server, repository.Beside("cache"), "Rehearse", "--offline")).Require();

        Assert.Contains("verified", rehearsed.Output, StringComparison.Ordinal);
        Assert.Empty(server.Asked);
    }

    [Fact]
    public async Task Offline_does_not_lock_from_a_host_and_says_what_was_not_asked_and_what_next()
    {
        using ScratchRepository repository = await UpstreamImage.CreateAsync(("a", 1000));
        await using FileServer server = await FileServer.StartAsync(repository.Mirror);
        string path = repository.At("images", UpstreamImage.Name, ImageLock.FileName),
            before = await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken);

        ChildResult offline = (
            await FetchAsync(repository, server, repository.Beside("cache"), "Lock", "--offline", "--debian-mirror", server.Address)
        ).Require(69);

        Assert.Contains(
            $"GET {server.Address}/debian/dists/trixie/InRelease: not requested, because this run is --offline. Run the same command "
                + "without it, or name mirrors that are folders",
            offline.Error,
            StringComparison.Ordinal
        );
        Assert.Empty(server.Asked);
        Assert.Equal(before, await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_cache_that_must_not_be_written_is_refused_rights()
    {
        Assert.SkipUnless(Directory.Exists("/sys/kernel"), "needs /sys, where not even root may make folders");
        using ScratchRepository repository = await UpstreamImage.CreateAsync(("a", 1000));
        await using FileServer server = await FileServer.StartAsync(repository.Mirror);
        ChildResult refused = (await FetchAsync(repository, server, "/sys/slipway")).Require(77);
        Assert.Contains("content cache /sys/slipway: ", refused.Error, StringComparison.Ordinal);
        Assert.Contains("--cache-directory", refused.Error, StringComparison.Ordinal);
        Assert.Empty(server.Asked);
    }

    private static string[] Complete(string cache) => FilesOf(Path.Combine(cache, "sha256"));

    private static string[] Unfinished(string cache) => FilesOf(Path.Combine(cache, "unfinished"));

    private static string[] FilesOf(string folder) => Directory.Exists(folder) ? Directory.GetFiles(folder) : [];

    private static Task<ChildResult> FetchAsync(
        ScratchRepository repository,
        FileServer server,
        string cache,
        string target = "Fetch",
        params string[] more
    ) => (repository.Slipway with { Cache = cache }).RunAsync([target, "--upstream-mirror", server.Address, .. more]);

    /// <summary>Runs Fetch and kills it, by the signal that no process can catch, once something has come true.</summary>
    private static async Task KillWhenAsync(ScratchRepository repository, FileServer server, string cache, Func<bool> isTrue)
    {
        ProcessStartInfo start = new(
            SlipwayCommand.Dotnet,
            [
                "exec",
                SlipwayCommand.Compiled,
                "Fetch",
                "--upstream-mirror",
                server.Address,
                "--root",
                repository.Root,
                "--cache-directory",
                cache,
            ]
        )
        {
            WorkingDirectory = repository.Root,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        using CancellationTokenSource patience = new(TimeSpan.FromMinutes(2));
        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync(),
            output = process.StandardOutput.ReadToEndAsync();
        try
        {
            while (!isTrue() && !process.HasExited)
                await Task.Delay(20, patience.Token);
            Assert.False(process.HasExited, "the run ended by itself");
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync(default);
            await Task.WhenAll(error, output);
        }
    }
}
