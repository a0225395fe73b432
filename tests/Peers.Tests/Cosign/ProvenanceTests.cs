using System.Collections.Immutable;
using Slipway.Definitions;
using Slipway.Images;
using Slipway.Oci;
using Slipway.Release;
using Slipway.Testing;
using Slipway.Trust;
using Slipway.Verification;

namespace Slipway.Peers.Tests;

/// <summary>The provenance that the target <c>Sign</c> makes, on a real registry, read by cosign and by us.</summary>
[Collection(SmallImages.Name)]
public sealed class ProvenanceTests(SmallFixture fixture)
{
    /// <summary>What the surroundings hold that nobody else may know; long enough to be found by chance nowhere.</summary>
    private static readonly Dictionary<string, string?> Planted = new[]
    {
        "HOSTNAME",
        "USER",
        "LOGNAME",
        "GITHUB_ACTOR",
        "GITHUB_TOKEN",
        "GITHUB_WORKSPACE",
        "RUNNER_NAME",
        "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
        "QUAY_PASSWORD",
        "DOCKERHUB_TOKEN",
        "SLIPWAY_SIGNING_KEY_PASSWORD",
        "COSIGN_PASSWORD",
    }.ToDictionary(name => name, name => (string?)$"planted+/{name}?~&", StringComparer.Ordinal);

    [Fact]
    public async Task Cosign_verifies_it_on_index_and_children_and_it_says_what_the_lock_says_and_nothing_of_the_machine()
    {
        PeerProgram cosign = await PeerPrograms.RequireAsync(Peer.Cosign);
        using ScratchRepository repository = await fixture.NewAsync();
        SlipwayCommand slipway = fixture.In(repository);
        slipway = slipway with { Variables = slipway.Variables.Concat(Planted).ToDictionary(StringComparer.Ordinal) };
        (
            await slipway.RunAsync(
                "Assemble",
                "Inspect",
                "Sign",
                "--upstream-mirror",
                repository.Mirror.Path,
                "--signing-key",
                repository.Key.Private
            )
        ).Require();
        OciLayout layout = OciLayout.Open(repository.Layout(SmallImage.Name)),
            trust = OciLayout.Open(repository.At("artifacts", SmallImage.Name, "trust"));
        AssembledImage image = await ImageReader.ReadAsync(SmallImage.Name, layout, TestContext.Current.CancellationToken);
        ImmutableArray<Digest> subjects = [image.Index.Digest, .. image.Platforms.Select(platform => platform.Manifest.Digest)];

        await using DockerRegistry registry = await DockerRegistry.StartAsync();
        string[] place = ["--registries", "quay", "--registry-map", $"quay.io=http://{registry.Host}"];
        (await slipway.RunAsync(["Publish", "--public-key", repository.Key.Public, .. place])).Require();
        SigningKeys other = SigningKeys.Create(repository.Beside("keys"), "other");
        foreach (Digest subject in subjects)
        {
            string reference = $"{registry.Host}/slipway-tests/small@{subject}";
            (await VerifyAsync(cosign, repository.Key.Public, reference)).Require();
            Assert.NotEqual(0, (await VerifyAsync(cosign, other.Public, reference)).ExitCode);
        }

        byte[] predicate = await ReadAsync(trust, image.Index.Digest);
        await RequireAsExpectedAsync(repository, SlsaProvenance.Parse(predicate));
        RequireNothingOfTheMachine(predicate, repository);
    }

    private static Task<ChildResult> VerifyAsync(PeerProgram cosign, string key, string reference) =>
        cosign.RunAsync(
            "verify-attestation",
            "--type",
            "slsaprovenance1",
            "--key",
            key,
            "--insecure-ignore-tlog=true",
            "--allow-http-registry",
            reference
        );

    private static async Task RequireAsExpectedAsync(ScratchRepository repository, SlsaProvenance provenance)
    {
        ImageLock imageLock = await ImageLockFile.ReadAsync(
            repository.At("images", SmallImage.Name),
            TestContext.Current.CancellationToken
        );
        byte[] lockFile = await File.ReadAllBytesAsync(
            repository.At("images", SmallImage.Name, ImageLock.FileName),
            TestContext.Current.CancellationToken
        );
        ProvenanceCheck check = new()
        {
            Image = SmallImage.Name,
            Source = "https://example.org/small",
            Tag = SmallImage.Tag,
            Commit = await repository.GitAsync("rev-parse", "HEAD"),
            Builder = Builder.Local.Id,
            Platforms = [.. SmallImage.Platforms],
            Lock = Digest.Of(lockFile),
            Materials = LockedMaterials.Of(imageLock, SmallImage.Platforms),
        };
        Assert.Empty(check.Judge(provenance));
        Assert.True(provenance.StartedOn <= provenance.FinishedOn);
    }

    private static void RequireNothingOfTheMachine(byte[] predicate, ScratchRepository repository)
    {
        (string Name, string Text)[] own =
        [
            .. Planted.Select(planted => (planted.Key, planted.Value!)),
            ("repository", repository.Root),
            ("machine", Environment.MachineName),
            ("user", Environment.UserName),
            ("home", Environment.GetFolderPath(Environment.SpecialFolder.UserProfile)),
        ];
        SecretSearch search = new([.. own.Where(each => each.Text.Length >= 8).Select(each => new SecretForms(each.Name, each.Text))]);
        Assert.Empty(search.In(predicate));
        Assert.NotEmpty(search.In(Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(repository.Root))));
    }

    private static async Task<byte[]> ReadAsync(OciLayout trust, Digest subject)
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        Descriptor tagged = (await trust.ResolveAsync(AttestationLayer.TagOf(subject), cancellationToken))!;
        Manifest manifest = Manifest.Parse((await trust.ReadManifestAsync(tagged.Digest, cancellationToken))!.Bytes);
        MemoryStream envelope = new();
        await using (
            Stream blob = trust.OpenBlob(manifest.Layers.Single(layer => layer.Annotations.ContainsValue(Statement.ProvenanceType)))
        )
            await blob.CopyToAsync(envelope, cancellationToken);
        return Statement.Parse(DsseEnvelope.Parse(envelope.ToArray()).Payload).Predicate.ToArray();
    }
}
