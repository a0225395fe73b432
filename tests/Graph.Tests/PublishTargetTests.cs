using System.Text.Json;
using Slipway.Rehearsal;
using Slipway.StandIns;
using Slipway.Testing;

namespace Slipway.Graph.Tests;

/// <summary>The targets Preview and Publish as their users run them, into two registries of the tests' own.</summary>
public sealed class PublishTargetTests : IAsyncLifetime
{
    private readonly List<RehearsalRegistry> _registries = [];
    private readonly ScratchFolder _folder = new();
    private ScratchRepository _repository = null!;
    private Fault? _fault;

    public async ValueTask InitializeAsync()
    {
        foreach (string host in (string[])["quay.io", "docker.io"])
        {
            _registries.Add(
                await RehearsalRegistry.StartAsync(
                    new RehearsalOptions { Storage = _folder.Folder(host) }.WithFaults(request =>
                        host == "docker.io"
                        && request is { Method: "PUT" }
                        && request.Path.EndsWith("/" + UpstreamImage.Version, StringComparison.Ordinal)
                            ? _fault
                            : null
                    ),
                    TestContext.Current.CancellationToken
                )
            );
        }

        _repository = await UpstreamImage.CreateAsync(("a", 1000));
        await _repository.CommitAsync("tools", $"{UpstreamImage.Name}/{UpstreamImage.Version}");
        (await RunAsync("Assemble", "Sign")).Require();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (RehearsalRegistry registry in _registries)
            await registry.DisposeAsync();
        _repository.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task One_registry_on_purpose_is_told_and_the_plain_command_completes_the_release()
    {
        ChildResult one = (await RunAsync("Publish", "--registries", "docker")).Require();
        Assert.StartsWith("docker.io/slipwaytests/tools@sha256:", one.Output, StringComparison.Ordinal);
        Assert.Contains("quay.io/slipway-tests/tools is left out", one.Error, StringComparison.Ordinal);
        Assert.Equal(0, _registries[0].Log.Count("PUT"));
        JsonElement record = Record();
        Assert.Equal(["quay.io/slipway-tests/tools"], record.GetProperty("leftOut").EnumerateArray().Select(name => name.GetString()));
        Assert.True(record.GetProperty("complete").GetBoolean());

        string reference = (await RunAsync("Publish")).Require().Output;
        Assert.Equal(
            one.Output[one.Output.IndexOf('@', StringComparison.Ordinal)..],
            reference[reference.IndexOf('@', StringComparison.Ordinal)..]
        );
        Assert.StartsWith("quay.io/slipway-tests/tools@sha256:", reference, StringComparison.Ordinal);
        Assert.Empty(Record().GetProperty("leftOut").EnumerateArray());
        (await RunAsync("Verify", "--reference", reference.Trim())).Require();
    }

    [Fact]
    public async Task A_record_keeps_what_stands_on_a_registry_that_a_later_run_leaves_out()
    {
        (await RunAsync("Publish")).Require();
        JsonElement all = Record();
        (await RunAsync("Publish", "--registries", "quay")).Require();
        Assert.Equal(all.ToString(), Record().ToString());
    }

    [Theory]
    [InlineData("Preview")]
    [InlineData("Publish")]
    public async Task A_registry_that_the_image_does_not_go_to_is_wrong_use(string target)
    {
        ChildResult result = (await RunAsync(target, "--registries", "ghcr.io")).Require(64);
        Assert.Contains("--registries 'ghcr.io': tools goes to quay.io, docker.io", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_preview_says_what_is_left_out()
    {
        ChildResult result = (await RunAsync("Preview", "--registries", "quay.io", "--json")).Require();
        JsonElement plan = JsonDocument.Parse(result.Output).RootElement;
        Assert.Equal(
            "quay.io/slipway-tests/tools",
            plan.GetProperty("destinations").EnumerateArray().Single().GetProperty("repository").GetString()
        );
        Assert.Equal("docker.io/slipwaytests/tools", plan.GetProperty("leftOut").EnumerateArray().Single().GetString());
    }

    [Fact]
    public async Task A_registry_that_refuses_a_tag_leaves_a_record_of_what_stands_and_the_same_command_ends_it()
    {
        _fault = Fault.Answer(403);
        ChildResult refused = (await RunAsync("Publish")).Require(77);
        Assert.Contains("tags exist on quay.io/slipway-tests/tools", refused.Error, StringComparison.Ordinal);
        Assert.Empty(refused.Output);
        JsonElement record = Record();
        Assert.Equal((false, "tags"), (record.GetProperty("complete").GetBoolean(), record.GetProperty("phase").GetString()));
        int[] standing =
        [
            .. record.GetProperty("destinations").EnumerateArray().Select(site => site.GetProperty("tags").EnumerateObject().Count()),
        ];
        Assert.Equal(1, standing[0] - standing[1]);

        _fault = null;
        (await RunAsync("Publish")).Require();
        Assert.True(Record().GetProperty("complete").GetBoolean());
    }

    [Fact]
    public async Task A_rerun_with_nothing_to_do_says_so_sends_nothing_and_runs_no_container()
    {
        ChildResult first = (await RunAsync("Publish")).Require();
        Assert.Contains("no commands to run", first.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("already complete", first.Error, StringComparison.Ordinal);
        foreach (RehearsalRegistry registry in _registries)
            registry.Log.Clear();
        ChildResult again = (await RunAsync("Publish")).Require();
        Assert.Contains("tools: v1.0.0 is already complete; nothing was sent", again.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("sending", again.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("no commands to run", again.Error, StringComparison.Ordinal);
        Assert.Equal(first.Output, again.Output);
        Assert.All(_registries, registry =>
            Assert.DoesNotContain(registry.Log.All, request => request.Request.Method is not ("GET" or "HEAD"))
        );

        // One signature less is something to send again, and nothing to run again.
        using HttpClient client = new() { BaseAddress = _registries[1].Address };
        string hex = first.Output.Trim().Split(':')[1];
        (
            await client.DeleteAsync(
                new Uri($"v2/slipwaytests/tools/manifests/sha256-{hex}.sig", UriKind.Relative),
                TestContext.Current.CancellationToken
            )
        ).EnsureSuccessStatusCode();
        ChildResult repaired = (await RunAsync("Publish")).Require();
        Assert.DoesNotContain("already complete", repaired.Error, StringComparison.Ordinal);
        Assert.NotEqual(0, _registries[1].Log.Count("PUT"));
    }

    [Fact]
    public async Task A_fresh_machine_says_again_what_was_signed_and_adds_nothing()
    {
        (await RunAsync("Publish")).Require();
        byte[] plan = await File.ReadAllBytesAsync(
            _repository.At("artifacts", UpstreamImage.Name, "plan.json"),
            TestContext.Current.CancellationToken
        );
        Directory.Delete(_repository.At("artifacts"), recursive: true);
        (await RunAsync("Assemble", "Sign")).Require();
        foreach (RehearsalRegistry registry in _registries)
            registry.Log.Clear();
        ChildResult again = (await RunAsync("Publish")).Require();
        Assert.Contains(
            "signatures and statements are on quay.io/slipway-tests/tools and docker.io/slipwaytests/tools already",
            again.Error,
            StringComparison.Ordinal
        );
        Assert.Equal(
            plan,
            await File.ReadAllBytesAsync(
                _repository.At("artifacts", UpstreamImage.Name, "plan.json"),
                TestContext.Current.CancellationToken
            )
        );
        Assert.All(_registries, registry =>
            Assert.Equal((0, 0, 0), (registry.Log.Count("PUT"), registry.Log.Count("POST"), registry.Log.Count("PATCH")))
        );
    }

    [Fact]
    public async Task What_was_published_verifies_down_to_every_path_and_a_tag_that_its_provenance_does_not_tell_of_is_refused()
    {
        string digest = (await RunAsync("Publish")).Require().Output.Trim().Split('@')[1];
        (await RunAsync("Verify", "--reference", $"docker.io/slipwaytests/tools:{UpstreamImage.Version}", "--deep")).Require();
        (await RunAsync("Verify", "--deep")).Require();

        using HttpClient client = new() { BaseAddress = _registries[1].Address };
        byte[] index = await client.GetByteArrayAsync(
            new Uri($"v2/slipwaytests/tools/manifests/{digest}", UriKind.Relative),
            TestContext.Current.CancellationToken
        );
        using ByteArrayContent content = new(index);
        content.Headers.ContentType = new System.Net.Http.Headers.MediaTypeHeaderValue("application/vnd.oci.image.index.v1+json");
        (
            await client.PutAsync(
                new Uri("v2/slipwaytests/tools/manifests/v9.9.9", UriKind.Relative),
                content,
                TestContext.Current.CancellationToken
            )
        ).EnsureSuccessStatusCode();
        ChildResult other = (await RunAsync("Verify", "--reference", "docker.io/slipwaytests/tools:v9.9.9")).Require(65);
        Assert.Contains(
            "provenance-mismatch: tag-mismatch: git tag wanted tools/v9.9.9, got tools/v1.0.0",
            other.Error,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task A_release_whose_attestations_were_stripped_is_refused_by_name()
    {
        string digest = (await RunAsync("Publish")).Require().Output.Trim().Split('@')[1];
        using HttpClient client = new() { BaseAddress = _registries[1].Address };
        string hex = digest.Split(':')[1];
        (
            await client.DeleteAsync(
                new Uri($"v2/slipwaytests/tools/manifests/sha256-{hex}.att", UriKind.Relative),
                TestContext.Current.CancellationToken
            )
        ).EnsureSuccessStatusCode();
        (await RunAsync("Verify", "--reference", $"docker.io/slipwaytests/tools@{digest}")).Require();
        using JsonDocument referrers = JsonDocument.Parse(
            await client.GetByteArrayAsync(
                new Uri($"v2/slipwaytests/tools/referrers/{digest}", UriKind.Relative),
                TestContext.Current.CancellationToken
            )
        );
        foreach (JsonElement referrer in referrers.RootElement.GetProperty("manifests").EnumerateArray())
            (
                await client.DeleteAsync(
                    new Uri($"v2/slipwaytests/tools/manifests/{referrer.GetProperty("digest").GetString()}", UriKind.Relative),
                    TestContext.Current.CancellationToken
                )
            ).EnsureSuccessStatusCode();
        ChildResult stripped = (await RunAsync("Verify", "--reference", $"docker.io/slipwaytests/tools@{digest}")).Require(65);
        Assert.Contains("attestation-missing", stripped.Error, StringComparison.Ordinal);
    }

    private JsonElement Record() =>
        JsonDocument.Parse(File.ReadAllBytes(_repository.At("artifacts", UpstreamImage.Name, "release.json"))).RootElement;

    private Task<ChildResult> RunAsync(params string[] arguments) =>
        (_repository.Slipway with { Cache = _repository.Beside("cache") }).RunAsync([
            .. arguments,
            "--upstream-mirror",
            _repository.Mirror.Path,
            "--signing-key",
            _repository.Key.Private,
            "--registry-map",
            $"quay.io={_registries[0].Address}",
            $"docker.io={_registries[1].Address}",
        ]);
}
