using System.Net.Http.Headers;
using System.Text.Json;
using Slipway.Definitions;
using Slipway.Http;
using Slipway.Images;
using Slipway.Oci;
using Slipway.Registry;
using Slipway.Rehearsal;
using Slipway.Release;
using Slipway.Testing;
using Slipway.Trust;
using Slipway.Verification;

namespace Slipway.Graph.Tests;

/// <summary>
/// Three releases of one image for two platforms, published by the product: <c>v1.0.0</c>, <c>v1.0.0-r1</c> and one commit after that, each
/// of other bytes. Each test gets a registry of its own with all three, and somebody who may write there.
/// </summary>
public sealed class TamperedReleases : IAsyncLifetime
{
    private readonly ScratchFolder _folder = new();
    private readonly List<string> _commits = [];
    private ScratchRepository _repository = null!;

    internal ScratchRepository Repository => _repository;

    /// <summary>The short commit of one of the three.</summary>
    internal string Short(int release) => _commits[release][..7];

    internal string Commit(int release) => _commits[release];

    /// <summary>The release tag of one of the three.</summary>
    internal string Release(int release) =>
        release switch
        {
            0 => "v1.0.0",
            1 => "v1.0.0-r1",
            _ => $"v1.0.0-r1-1-g{Short(2)}",
        };

    public async ValueTask InitializeAsync()
    {
        _repository = await UpstreamImage.CreateAsync(["amd64", "arm64"], ("a", 1000));
        await using RehearsalRegistry registry = await StartAsync(_folder.Folder("registry"));
        string definition = await File.ReadAllTextAsync(_repository.At("images", UpstreamImage.Name, "image.yaml"));
        foreach ((int release, string[] tags) in new[] { (0, new[] { "tools/v1.0.0" }), (1, ["tools/v1.0.0-r1"]), (2, []) })
        {
            _repository.Write(
                "images/tools/image.yaml",
                definition.Replace("Upstream files alone", $"Release {release}", StringComparison.Ordinal)
            );
            await _repository.CommitAsync($"release {release}", tags);
            _commits.Add(await _repository.GitAsync("rev-parse", "HEAD"));
            (
                await RunAsync(
                    registry,
                    "Assemble",
                    "Sign",
                    "Publish",
                    "--upstream-mirror",
                    _repository.Mirror.Path,
                    "--signing-key",
                    _repository.Key.Private
                )
            ).Require();
            (
                await new ChildProcess(
                    "cp",
                    "-r",
                    _repository.At("artifacts", "tools"),
                    _repository.Beside($"release-{release}")
                ).RunAsync()
            ).Require();
        }
    }

    public ValueTask DisposeAsync()
    {
        _repository.Dispose();
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>A registry with all three, untouched.</summary>
    internal async Task<TamperedRegistry> CopyAsync()
    {
        ScratchFolder copy = new();
        (await new ChildProcess("cp", "-r", _folder.Folder("registry") + "/.", copy.Path).RunAsync()).Require();
        return new TamperedRegistry(this, await StartAsync(copy.Path), copy);
    }

    /// <summary>The product, for which both registries of the image are this one.</summary>
    internal Task<ChildResult> RunAsync(RehearsalRegistry registry, params string[] arguments) =>
        (_repository.Slipway with { Cache = _repository.Beside("cache") }).RunAsync([
            .. arguments,
            "--registry-map",
            $"quay.io={registry.Address}",
            $"docker.io={registry.Address}",
        ]);

    private static Task<RehearsalRegistry> StartAsync(string storage) =>
        RehearsalRegistry.StartAsync(new RehearsalOptions { Storage = storage }, CancellationToken.None);
}

/// <summary>What somebody can do who may write to a registry, with and without the releases' key.</summary>
internal sealed class TamperedRegistry(TamperedReleases made, RehearsalRegistry registry, ScratchFolder storage) : IAsyncDisposable
{
    public const string Official = PublishedTools.Official;

    private readonly HttpTransport _transport = new(HttpTransport.NewHandler(), new RetryPolicy(), TimeProvider.System, _ => { });

    public TamperedReleases Made => made;

    /// <summary>What the product is told beside the reference.</summary>
    public string[] Also { get; set; } = [];

    /// <summary>Whom it is told to believe.</summary>
    public string Key { get; set; } = made.Repository.Key.Public;

    public Repository Site => At(Official);

    /// <summary>Where requests to either registry go.</summary>
    public Uri Address => registry.Address;

    /// <summary>Any repository of the registry.</summary>
    public Repository At(string repository) =>
        new RegistryClient(
            _transport,
            Credentials.None,
            RegistryMap.Parse([$"quay.io={registry.Address}", $"docker.io={registry.Address}"]),
            TimeProvider.System
        ).Repository(Reference.Parse(repository));

    public int Writes => registry.Log.All.Count(entry => entry.Request.Method is not ("GET" or "HEAD"));

    public Task<ChildResult> RunAsync(params string[] arguments) => made.RunAsync(registry, [.. arguments, "--public-key", Key, .. Also]);

    /// <summary>Asserts that the small program says all that Verify says: table, JSON, failure and exit code.</summary>
    /// <returns>What it said in a table.</returns>
    public async Task<ChildResult> AssertSameVerdictAsync(VerifyProgram program, string reference)
    {
        string[] known = ["--image", UpstreamImage.Name, "--source", UpstreamImage.Source];
        string[] map = ["--registry-map", $"quay.io={registry.Address}", "--registry-map", $"docker.io={registry.Address}"];
        ChildResult[] all = await Task.WhenAll(
            RunAsync("Verify", "--reference", reference),
            RunAsync("Verify", "--reference", reference, "--json"),
            program.RunAsync([reference, "--key", Key, .. known, .. map]),
            program.RunAsync([reference, "--key", Key, .. known, .. map, "--json"])
        );
        Assert.Equal((all[0].ExitCode, all[0].Output), (all[2].ExitCode, all[2].Output));
        Assert.Equal((all[1].ExitCode, all[1].Output), (all[3].ExitCode, all[3].Output));
        all[1].Json("verify");
        string failure = all[2].Error.Replace("slipway-verify: ", "", StringComparison.Ordinal).Trim();
        Assert.Contains(failure, all[0].Error, StringComparison.Ordinal);
        Assert.Equal(all[2].ExitCode != 0, failure.Length > 0);
        return all[2];
    }

    /// <summary>Of the index, or of the manifest for an architecture.</summary>
    public async Task<Digest> DigestAsync(int release, string? architecture = null) =>
        (await Site.ResolveAsync(made.Release(release) + (architecture is null ? "" : $"-{architecture}"), default))!.Digest;

    /// <summary>Makes a tag name something that is there.</summary>
    public async Task MoveAsync(string tag, Digest to) =>
        await Site.PushManifestAsync((await Site.ReadManifestAsync(to, default))!, tag, default);

    public Task DeleteTagAsync(string tag) => Site.DeleteTagAsync(tag, default);

    public Task DeleteAsync(Digest manifest) => Site.DeleteManifestAsync(manifest, default);

    /// <summary>Takes away what is said of one kind about some manifests, in both forms; null takes all but the signatures.</summary>
    public async Task StripAsync(string predicateType, params Digest[] subjects)
    {
        foreach (Digest subject in subjects)
        {
            foreach (Descriptor referrer in await Site.ReferrersAsync(subject, null, default))
            {
                ManifestContent manifest = (await Site.ReadManifestAsync(referrer.Digest, default))!;
                if (Manifest.Parse(manifest.Bytes).Annotations.ContainsValue(predicateType))
                    await DeleteAsync(referrer.Digest);
            }

            string tag = predicateType == Statement.SignType ? SignatureManifest.TagOf(subject) : AttestationLayer.TagOf(subject);
            if (await Site.ResolveAsync(tag, default) is not null)
                await DeleteTagAsync(tag);
        }
    }

    /// <summary>Has the key's holder say something else of the second release in place of its provenance, and of nothing else.</summary>
    public async Task SayAsync(Func<SlsaProvenance, SlsaProvenance> change)
    {
        string folder = made.Repository.Beside("release-1");
        OciLayout layout = OciLayout.Open(Path.Combine(folder, "layout")),
            trust = OciLayout.Open(Path.Combine(folder, "trust"));
        ImageDefinition definition = ImageDefinitionFile.Read(made.Repository.At("images", UpstreamImage.Name));
        AssembledImage image = await ImageReader.ReadAsync(UpstreamImage.Name, layout, default);
        SignedImage signed = new(layout, image.Index.Digest, definition.Official);
        SlsaProvenance said = await ProvenanceAsync(trust, image.Index.Digest);
        using KeySigner signer = KeySigner.FromFile(made.Repository.Key.Private, () => null);
        using ScratchFolder other = new();
        TrustStore store = TrustStore.Create(other.Path);
        await store.AttestAsync(signed, [change(said).About(image.Subjects)], signer, [], default);
        Digest[] subjects = [image.Index.Digest, .. image.Platforms.Select(platform => platform.Manifest.Digest)];
        await StripAsync(Statement.ProvenanceType, subjects);
        await new StatementPush(store.Layout, Site).RunAsync(default);
    }

    public async ValueTask DisposeAsync()
    {
        _transport.Dispose();
        await registry.DisposeAsync();
        storage.Dispose();
    }

    private static async Task<SlsaProvenance> ProvenanceAsync(OciLayout trust, Digest subject)
    {
        foreach (Descriptor referrer in await trust.ReferrersAsync(subject, null, default))
        {
            ManifestContent manifest = (await trust.ReadManifestAsync(referrer.Digest, default))!;
            using MemoryStream bytes = new();
            await trust.OpenBlob(BundleManifest.BundleOf(manifest, subject)).CopyToAsync(bytes);
            Statement statement = Statement.Parse(SigstoreBundle.Parse(bytes.ToArray()).Envelope.Payload);
            if (statement.PredicateType == Statement.ProvenanceType)
                return SlsaProvenance.Parse(statement.Predicate);
        }

        throw new InvalidOperationException("the release says nothing of how it was built");
    }
}
