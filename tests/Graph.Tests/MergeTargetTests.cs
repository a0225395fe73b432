using System.Text.Json;
using Slipway.Oci;
using Slipway.Rehearsal;
using Slipway.Testing;
using Slipway.Verification;

namespace Slipway.Graph.Tests;

/// <summary>
/// The target Merge as a release job runs it: layouts of jobs with clones and caches of their own become what one machine makes, and the
/// rest of the release goes on from there.
/// </summary>
public sealed class MergeTargetTests : IAsyncLifetime
{
    private static readonly string[] Architectures = ["amd64", "arm64"];

    private readonly List<RehearsalRegistry> _registries = [];
    private readonly ScratchFolder _folder = new();
    private ScratchRepository _repository = null!;

    public async ValueTask InitializeAsync() => _repository = await CreateAsync(1000);

    private static async Task<ScratchRepository> CreateAsync(int size)
    {
        ScratchRepository repository = await UpstreamImage.CreateAsync(Architectures, ("a", size));
        string definition = repository.At("images", UpstreamImage.Name, "image.yaml");
        string text = await File.ReadAllTextAsync(definition);
        await File.WriteAllTextAsync(
            definition,
            text.Replace(UpstreamImage.Source, "https://github.com/octo/tools", StringComparison.Ordinal)
        );
        await repository.CommitAsync("tools", $"{UpstreamImage.Name}/{UpstreamImage.Version}");
        return repository;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (RehearsalRegistry registry in _registries)
            await registry.DisposeAsync();
        _repository.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Layouts_of_two_jobs_become_what_one_machine_makes_and_are_signed_published_and_verified()
    {
        await JobAsync("amd64", "7");
        await JobAsync("arm64", "8");
        (await RunAsync("one", "7", "Assemble", "Inspect")).Require();
        await StartRegistriesAsync();

        // Neither cache nor upstream: nothing can be assembled here.
        ChildResult released = (
            await ReleaseAsync(
                "Merge",
                "Sign",
                "Preview",
                "Publish",
                "--layouts",
                Job("amd64", "artifacts"),
                Job("arm64", "artifacts", "tools")
            )
        ).Require();
        Assert.Equal(Tree("layout", Job("one", "artifacts", "tools")), Tree("layout", Artifacts));
        Assert.Equal(Tree("contents", Job("one", "artifacts", "tools")), Tree("contents", Artifacts));
        Assert.Equal(
            await File.ReadAllTextAsync(Job("one", "artifacts", "tools", "inspection.json")),
            await File.ReadAllTextAsync(Path.Combine(Artifacts, "inspection.json"))
        );
        Assert.False(Directory.Exists(_repository.Beside("cache", "sha256")));
        Assert.Equal([], Directory.EnumerateDirectories(Artifacts, ".m*"));
        foreach (string architecture in Architectures)
        foreach (string record in (string[])["assembly.json", "inspection.json"])
            Assert.Equal(
                await File.ReadAllBytesAsync(Job(architecture, "artifacts", "tools", record)),
                await File.ReadAllBytesAsync(Path.Combine(Artifacts, "parts", $"linux-{architecture}", record))
            );

        SlsaProvenance provenance = await SignedImages.ProvenanceAsync(_repository.At("artifacts", "tools", "trust"));
        Assert.Equal(
            ["parts/linux-amd64/assembly.json", "parts/linux-arm64/assembly.json"],
            provenance.BuiltApart.Select(platform => platform.Record.Name)
        );
        ResourceDescriptor arm = provenance.BuiltApart.Last().Record;
        Assert.Equal("https://github.com/octo/tools/actions/runs/8/attempts/1", arm.Annotations["invocationId"]);
        Assert.Equal(Workflow["GITHUB_WORKFLOW_REF"], arm.Annotations["builder"]["https://github.com/".Length..]);
        Assert.Equal(
            Digest.Of(await File.ReadAllBytesAsync(Path.Combine(Artifacts, "parts", "linux-arm64", "assembly.json"))).Hex,
            arm.Digests["sha256"]
        );
        string reference = released.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1];
        (await ReleaseAsync("Verify", "--reference", reference, "--deep", "--builder", provenance.BuilderId)).Require();
        (await ReleaseAsync("Verify", "--deep")).Require();
    }

    [Fact]
    public async Task What_does_not_fit_is_refused_by_name_and_the_present_results_stay()
    {
        await JobAsync("amd64", "7");
        await JobAsync("arm64", "7");
        string amd = Job("amd64", "artifacts"),
            arm = Job("arm64", "artifacts");
        (await ReleaseAsync("Merge", "--layouts", amd, arm)).Require();
        string before = Tree(".", Artifacts);
        async Task<string> RefusedAsync(int code, params string[] layouts)
        {
            ChildResult refused = (
                await ReleaseAsync(["Merge", .. layouts.Length == 0 ? [] : (string[])["--layouts", .. layouts]])
            ).Require(code);
            Assert.Empty(refused.Output);
            Assert.Equal(before, Tree(".", Artifacts));
            return refused.Error;
        }

        Assert.Contains("--layouts", await RefusedAsync(64), StringComparison.Ordinal);
        Assert.Contains("folder not found", await RefusedAsync(64, amd, Job("nowhere")), StringComparison.Ordinal);
        Assert.Contains(
            "is where the merged layout of tools goes",
            await RefusedAsync(64, _repository.At("artifacts")),
            StringComparison.Ordinal
        );
        Assert.Contains("no layout is here", await RefusedAsync(65, amd, Job("arm64", "images")), StringComparison.Ordinal);
        Assert.Contains(
            "no layout has linux/arm64",
            await RefusedAsync(65, amd, Path.Combine(amd, "tools", "layout")),
            StringComparison.Ordinal
        );
        Assert.Contains("linux/amd64 is in", await RefusedAsync(65, amd, arm, Copy(amd, "twice")), StringComparison.Ordinal);

        string renamed = Path.Combine(Copy(arm, "renamed"), "tools");
        Directory.Move(renamed, Path.Combine(Path.GetDirectoryName(renamed)!, "kubelet"));
        Assert.Contains(
            "kubelet is not among the images",
            await RefusedAsync(65, amd, Path.GetDirectoryName(renamed)!),
            StringComparison.Ordinal
        );

        string uninspected = Copy(arm, "uninspected");
        File.Delete(Path.Combine(uninspected, "tools", "inspection.json"));
        Assert.Contains("was not inspected; nothing was merged", await RefusedAsync(65, amd, uninspected), StringComparison.Ordinal);
        string failed = Copy(arm, "failed");
        Edit(failed, "inspection.json", "\"passed\": true", "\"passed\": false");
        Assert.Contains("violates its contract; nothing was merged", await RefusedAsync(65, amd, failed), StringComparison.Ordinal);
        string unknown = Copy(arm, "unknown");
        File.Delete(Path.Combine(unknown, "tools", "assembly.json"));
        Assert.Contains("assembly.json: the file is missing", await RefusedAsync(65, amd, unknown), StringComparison.Ordinal);

        string altered = Copy(arm, "altered");
        string blob = Directory
            .EnumerateFiles(Path.Combine(altered, "tools", "layout", "blobs", "sha256"))
            .MaxBy(file => new FileInfo(file).Length)!;
        byte[] bytes = await File.ReadAllBytesAsync(blob);
        bytes[^1] ^= 1;
        await File.WriteAllBytesAsync(blob, bytes);
        Assert.Contains($"sha256 wanted {Path.GetFileName(blob)}", await RefusedAsync(65, amd, altered), StringComparison.Ordinal);

        string colour = Copy(arm, "colour");
        Edit(colour, "assembly.json", "https://github.com/octo", "https://github.com/\\u001b[31m::error::octo");
        string shown = await RefusedAsync(65, amd, colour);
        Assert.Contains("builder is malformed", shown, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', shown);

        await _repository.CommitAsync("another commit");
        Assert.Contains("linux/amd64 was assembled at commit", await RefusedAsync(65, amd, arm), StringComparison.Ordinal);
        // Nor is what was merged before signed as this commit's.
        ChildResult unsigned = (await ReleaseAsync("Sign", "--skip", "Inspect", "Preflight")).Require(65);
        Assert.Contains("which its provenance would name; nothing was signed", unsigned.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_first_merge_that_is_refused_leaves_nothing_and_parts_of_an_artifacts_folder_are_left_out_by_name()
    {
        await JobAsync("amd64", "7");
        string amd = Job("amd64", "artifacts");
        (await ReleaseAsync("Merge", "--layouts", amd)).Require(65);
        Assert.False(Directory.Exists(Artifacts));
        ChildResult none = (await ReleaseAsync("Merge", "--layouts", amd, "--platforms", "linux/amd64")).Require(64);
        Assert.Contains("Leave --dockerfile and --platforms out", none.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_merge_that_was_killed_leaves_nothing_to_sign_or_all_of_it_and_the_same_command_ends_it()
    {
        await JobAsync("amd64", "7");
        await JobAsync("arm64", "7");
        string[] merge = ["Merge", "--layouts", Job("amd64", "artifacts"), Job("arm64", "artifacts"), "--json"];
        string first = (await ReleaseAsync(merge)).Require().Output;
        string whole = Tree(".", Artifacts);
        // As it is between the old layout's going and the new one's coming.
        Directory.Move(Path.Combine(Artifacts, "layout"), Path.Combine(Artifacts, ".merged-away"));
        Directory.CreateDirectory(Path.Combine(Artifacts, ".merge", "tools", "layout"));
        File.Delete(Path.Combine(Artifacts, "assembly.json"));
        File.Delete(Path.Combine(Artifacts, "inspection.json"));
        (await ReleaseAsync("Sign", "--skip", "Inspect", "Preflight")).Require(65);
        Assert.Equal(first, (await ReleaseAsync(merge)).Require().Output);
        Assert.Equal(whole, Tree(".", Artifacts));

        JsonElement merged = JsonDocument.Parse(first).RootElement;
        OutputSchema.Require("merge", merged);
        JsonElement image = merged[0];
        Assert.Equal("tools", image.GetProperty("image").GetString());
        Assert.Equal(
            ["linux/amd64", "linux/arm64"],
            image.GetProperty("platforms").EnumerateArray().Select(platform => platform.GetProperty("platform").GetString())
        );
    }

    [Fact]
    public async Task A_merge_that_is_killed_while_it_copies_keeps_what_was_there_and_the_same_command_ends_it()
    {
        _repository.Dispose();
        _repository = await CreateAsync(24_000_000);
        await JobAsync("amd64", "7");
        await JobAsync("arm64", "7");
        string[] merge = ["Merge", "--layouts", Job("amd64", "artifacts"), Job("arm64", "artifacts")];
        (await ReleaseAsync(merge)).Require();
        string whole = Tree(".", Artifacts);

        TaskCompletionSource<int> started = new();
        Task<ChildResult> killed = (
            _repository.Slipway with
            {
                Cache = _repository.Beside("cache"),
                Variables = Workflow,
                Started = started.SetResult,
            }
        ).RunAsync(merge);
        using System.Diagnostics.Process process = System.Diagnostics.Process.GetProcessById(await started.Task);
        while (!killed.IsCompleted && !HasStaged())
            await Task.Delay(1, TestContext.Current.CancellationToken);
        process.Kill();
        Assert.NotEqual(0, (await killed).ExitCode);
        Directory.Delete(Path.Combine(Artifacts, ".merge"), recursive: true);
        Assert.Equal(whole, Tree(".", Artifacts));

        (await ReleaseAsync(merge)).Require();
        Assert.Equal(whole, Tree(".", Artifacts));
    }

    [Fact]
    public async Task Two_versions_of_the_runtime_are_told_by_name_and_both_are_in_the_provenance()
    {
        await JobAsync("amd64", "7");
        await JobAsync("arm64", "7");
        string other = Copy(Job("arm64", "artifacts"), "other");
        Edit(other, "assembly.json", $"\"runtime\": \"{Environment.Version}\"", "\"runtime\": \"10.0.1\"");
        ChildResult merged = (await ReleaseAsync("Merge", "Sign", "--layouts", Job("amd64", "artifacts"), other)).Require();
        string told = Assert.Single(merged.Error.Split('\n'), line =>
            line.Contains("different versions of .NET", StringComparison.Ordinal)
        );
        Assert.Contains($"runtime {Environment.Version}", told, StringComparison.Ordinal);
        Assert.Contains("runtime 10.0.1", told, StringComparison.Ordinal);
        SlsaProvenance provenance = await SignedImages.ProvenanceAsync(_repository.At("artifacts", "tools", "trust"));
        Assert.Equal(
            [$"{SlsaProvenance.Runtime}{Environment.Version}", SlsaProvenance.Runtime + "10.0.1"],
            provenance
                .Dependencies.Select(resource => resource.Uri)
                .Where(uri => uri.StartsWith(SlsaProvenance.Runtime, StringComparison.Ordinal))
        );
    }

    private bool HasStaged() => Directory.Exists(Path.Combine(Artifacts, ".merge", UpstreamImage.Name, "layout", "blobs"));

    private string Artifacts => _repository.At("artifacts", UpstreamImage.Name);

    private static Dictionary<string, string?> Workflow { get; } =
        new()
        {
            ["GITHUB_ACTIONS"] = "true",
            ["GITHUB_SERVER_URL"] = "https://github.com",
            ["GITHUB_REPOSITORY"] = "octo/tools",
            ["GITHUB_WORKFLOW_REF"] = "octo/tools/.github/workflows/release.yml@refs/heads/main",
            ["GITHUB_RUN_ID"] = "7",
            ["GITHUB_RUN_ATTEMPT"] = "1",
        };

    private string Job(string name, params string[] parts) => _repository.Beside(["jobs", name, .. parts]);

    /// <summary>What a job of a matrix does: its own clone, cache and platform.</summary>
    private async Task JobAsync(string architecture, string run) =>
        (await RunAsync(architecture, run, "Assemble", "Inspect", "--platforms", $"linux/{architecture}")).Require();

    private async Task<ChildResult> RunAsync(string job, string run, params string[] arguments)
    {
        await _repository.GitAsync("clone", "--quiet", _repository.Root, Job(job));
        SlipwayCommand slipway = _repository.Slipway with
        {
            Root = Job(job),
            Cache = Job(job + "-cache"),
            Variables = new Dictionary<string, string?>(Workflow) { ["GITHUB_RUN_ID"] = run },
        };
        return await slipway.RunAsync([.. arguments, "--upstream-mirror", _repository.Mirror.Path]);
    }

    private Task<ChildResult> ReleaseAsync(params string[] arguments)
    {
        SlipwayCommand slipway = _repository.Slipway with { Cache = _repository.Beside("cache"), Variables = Workflow };
        string[] key = arguments[0] == "Verify" ? ["--public-key", _repository.Key.Public] : ["--signing-key", _repository.Key.Private];
        string[] map =
            _registries.Count == 0 ? [] : ["--registry-map", $"quay.io={_registries[0].Address}", $"docker.io={_registries[1].Address}"];
        return slipway.RunAsync([.. arguments, .. key, .. map]);
    }

    private async Task StartRegistriesAsync()
    {
        foreach (string host in (string[])["quay.io", "docker.io"])
            _registries.Add(
                await RehearsalRegistry.StartAsync(
                    new RehearsalOptions { Storage = _folder.Folder(host) },
                    TestContext.Current.CancellationToken
                )
            );
    }

    private string Copy(string artifacts, string name)
    {
        string copy = Job(name);
        foreach (string file in Directory.EnumerateFiles(artifacts, "*", SearchOption.AllDirectories))
        {
            string to = Path.Combine(copy, Path.GetRelativePath(artifacts, file));
            Directory.CreateDirectory(Path.GetDirectoryName(to)!);
            File.Copy(file, to);
        }

        return copy;
    }

    private static void Edit(string artifacts, string file, string from, string to)
    {
        string path = Path.Combine(artifacts, "tools", file);
        string text = File.ReadAllText(path);
        Assert.Contains(from, text, StringComparison.Ordinal);
        File.WriteAllText(path, text.Replace(from, to, StringComparison.Ordinal));
    }

    private static string Tree(string folder, string results) =>
        string.Join(
            '\n',
            Directory
                .EnumerateFileSystemEntries(Path.Combine(results, folder), "*", SearchOption.AllDirectories)
                .Order(StringComparer.Ordinal)
                .Select(path =>
                    $"{Path.GetRelativePath(results, path)} {(File.Exists(path) ? Digest.Of(File.ReadAllBytes(path)) : "folder")}"
                )
        );
}
