using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Slipway.Oci;
using Slipway.Rehearsal;
using Slipway.StandIns;
using Slipway.Testing;
using Slipway.Trust;

namespace Slipway.Graph.Tests;

/// <summary>A small image that a job of GitHub Actions published once, without a key, and what its registry then has beside it.</summary>
public sealed class KeylessTools : IAsyncLifetime
{
    private const string Repository = "slipway-tests/tools";

    private readonly List<RehearsalRegistry> _registries = [];
    private readonly ScratchFolder _folder = new();
    private readonly RecordingCosign _cosign = new();
    private ScratchRepository _repository = null!;

    /// <summary>The index, then its manifests.</summary>
    public ImmutableArray<Digest> Subjects { get; private set; }

    /// <summary>The descriptors that the registry lists, by what they refer to.</summary>
    public ImmutableDictionary<Digest, ImmutableArray<JsonNode>> Referrers { get; private set; } =
        ImmutableDictionary<Digest, ImmutableArray<JsonNode>>.Empty;

    /// <summary>Of all of them.</summary>
    public ImmutableArray<PublishedBundle> Bundles => [.. _bundles.Values.SelectMany(bundles => bundles)];

    /// <summary>A file with the trusted root.</summary>
    public string Root => _cosign.Root;

    private readonly Dictionary<Digest, ImmutableArray<PublishedBundle>> _bundles = [];

    public async ValueTask InitializeAsync()
    {
        foreach (string host in (string[])["quay.io", "docker.io"])
            _registries.Add(await RehearsalRegistry.StartAsync(new RehearsalOptions { Storage = _folder.Folder(host) }, default));
        _repository = await UpstreamImage.CreateAsync(("a", 1000));
        string definition = _repository.At("images", UpstreamImage.Name, "image.yaml");
        string text = await File.ReadAllTextAsync(definition);
        await File.WriteAllTextAsync(
            definition,
            text.Replace("https://example.org/tools", "https://github.com/poseidon/slipway", StringComparison.Ordinal)
        );
        await _repository.CommitAsync("tools", $"{UpstreamImage.Name}/{UpstreamImage.Version}");
        string commit = (await new ChildProcess("git", ["-C", _repository.Root, "rev-parse", "HEAD"]).RunAsync()).Require().Output.Trim();
        const string Owner = "https://github.com/poseidon";
        _cosign.Claims = _cosign
            .Claims.Add(9, RecordingCosign.Subject)
            .Add(10, commit)
            .Add(11, "github-hosted")
            .Add(12, Owner + "/slipway")
            .Add(13, commit)
            .Add(14, $"refs/tags/{UpstreamImage.Name}/{UpstreamImage.Version}")
            .Add(15, "1")
            .Add(16, Owner)
            .Add(17, "2")
            .Add(18, RecordingCosign.Subject)
            .Add(19, commit)
            .Add(20, "push")
            .Add(21, Owner + "/slipway/actions/runs/7/attempts/1")
            .Add(22, "public");
        await _cosign.WriteAsync();
        (await RunAsync(["Assemble", "Sign", "Publish", "--upstream-mirror", _repository.Mirror.Path])).Require();
        await ReadAsync();
    }

    /// <summary>The provenances about a manifest.</summary>
    public IEnumerable<PublishedBundle> Provenances(Digest subject) =>
        _bundles[subject]
            .Where(bundle =>
                bundle.Envelope.PayloadType == "application/vnd.in-toto+json"
                && Statement.Parse(bundle.Envelope.Payload).PredicateType == "https://slsa.dev/provenance/v1"
            );

    /// <summary>What was published, by our own program.</summary>
    public Task<ChildResult> VerifyAsync(params string[] arguments) =>
        RunAsync(["Verify", "--reference", $"quay.io/{Repository}:{UpstreamImage.Version}", .. arguments], isJob: false);

    public async ValueTask DisposeAsync()
    {
        foreach (RehearsalRegistry registry in _registries)
            await registry.DisposeAsync();
        _cosign.Dispose();
        _repository.Dispose();
        _folder.Dispose();
    }

    /// <summary>As GitHub's command does: the referrers of each manifest by the registry's API, then the first layer of each.</summary>
    private async Task ReadAsync()
    {
        OciLayout layout = OciLayout.Open(_repository.At("artifacts", UpstreamImage.Name, "layout"));
        Descriptor index = layout.ReadIndex().Manifests.First(entry => entry.MediaType == MediaType.Index);
        ManifestContent? content = await layout.ReadManifestAsync(index.Digest, default);
        Subjects = [index.Digest, .. Oci.Index.Parse(content!.Bytes).Manifests.Select(child => child.Digest)];
        using HttpClient client = new() { BaseAddress = _registries[0].Address };
        foreach (Digest subject in Subjects)
        {
            JsonNode list = JsonNode.Parse(
                await client.GetStringAsync(new Uri($"/v2/{Repository}/referrers/{subject}", UriKind.Relative))
            )!;
            JsonNode[] referrers = [.. list["manifests"]!.AsArray().Select(entry => entry!)];
            Referrers = Referrers.Add(subject, [.. referrers]);
            var bundles = ImmutableArray.CreateBuilder<PublishedBundle>();
            foreach (
                JsonNode referrer in referrers.Where(one =>
                    ((string?)one["artifactType"])?.StartsWith("application/vnd.dev.sigstore.bundle", StringComparison.Ordinal) == true
                )
            )
            {
                JsonNode manifest = JsonNode.Parse(
                    await client.GetStringAsync(new Uri($"/v2/{Repository}/manifests/{referrer["digest"]}", UriKind.Relative))
                )!;
                bundles.Add(
                    new PublishedBundle(
                        await client.GetByteArrayAsync(
                            new Uri($"/v2/{Repository}/blobs/{manifest["layers"]![0]!["digest"]}", UriKind.Relative)
                        )
                    )
                );
            }

            _bundles.Add(subject, bundles.ToImmutable());
        }
    }

    private Task<ChildResult> RunAsync(string[] arguments, bool isJob = true)
    {
        Dictionary<string, string?> variables = new(_repository.Slipway.Variables, StringComparer.Ordinal)
        {
            ["PATH"] = $"{_cosign.Folder}{Path.PathSeparator}{Environment.GetEnvironmentVariable("PATH")}",
            ["GITHUB_ACTIONS"] = isJob ? "true" : null,
            ["SIGSTORE_ID_TOKEN"] = isJob ? "eyJ0b2tlbg+only+for/tests" : null,
            ["GITHUB_SERVER_URL"] = "https://github.com",
            ["GITHUB_REPOSITORY"] = "poseidon/slipway",
            ["GITHUB_WORKFLOW_REF"] = RecordingCosign.Subject["https://github.com/".Length..],
            ["GITHUB_RUN_ID"] = "7",
            ["GITHUB_RUN_ATTEMPT"] = "1",
        };
        return (_repository.Slipway with { Cache = _repository.Beside("cache"), Variables = variables }).RunAsync([
            .. arguments,
            "--trusted-root",
            _cosign.Root,
            "--registry-map",
            $"quay.io={_registries[0].Address}",
            $"docker.io={_registries[1].Address}",
        ]);
    }
}
