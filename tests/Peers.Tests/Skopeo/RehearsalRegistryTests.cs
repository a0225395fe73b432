using Slipway.Rehearsal;
using Slipway.Testing;

namespace Slipway.Peers.Tests;

/// <summary>
/// Other programs push to and pull from the registry that a rehearsal publishes to: it is not only our own client that it suits.
/// </summary>
[Collection(SmallImages.Name)]
public sealed class RehearsalRegistryTests(SmallFixture fixture)
{
    [Fact]
    public async Task Skopeo_copies_an_image_in_and_out()
    {
        PeerProgram skopeo = await PeerPrograms.RequireAsync(Peer.Skopeo);
        using ScratchRepository repository = await AssembledAsync();
        using ScratchFolder folder = new();
        await using RehearsalRegistry registry = await StartAsync(folder);
        string place = $"docker://{registry.Address.Authority}/tests/small:v1",
            layout = $"oci:{repository.Layout(SmallImage.Name)}:{SmallImage.Version}";
        string[] copy = ["--insecure-policy", "copy", "--all", "--preserve-digests"];

        (await skopeo.RunAsync([.. copy, "--dest-tls-verify=false", "--dest-creds=tests:secret", layout, place])).Require();
        (
            await skopeo.RunAsync([.. copy, "--src-tls-verify=false", "--src-creds=tests:secret", place, $"oci:{folder.At("back")}:v1"])
        ).Require();

        Assert.Equal(Blobs(repository.Layout(SmallImage.Name)), Blobs(folder.At("back")));
    }

    [Fact]
    public async Task Oras_copies_an_image_in_and_out()
    {
        PeerProgram oras = await PeerPrograms.RequireAsync(Peer.Oras);
        using ScratchRepository repository = await AssembledAsync();
        using ScratchFolder folder = new();
        await using RehearsalRegistry registry = await StartAsync(folder);
        string place = $"{registry.Address.Authority}/tests/small:v1",
            layout = $"{repository.Layout(SmallImage.Name)}:{SmallImage.Version}";
        string[] to = ["--to-plain-http", "--to-username", "tests", "--to-password", "secret"];
        string[] from = ["--from-plain-http", "--from-username", "tests", "--from-password", "secret"];

        (await oras.RunAsync(["cp", "--from-oci-layout", layout, .. to, place])).Require();
        (await oras.RunAsync(["cp", .. from, place, "--to-oci-layout", $"{folder.At("back")}:v1"])).Require();

        Assert.Equal(Blobs(repository.Layout(SmallImage.Name)), Blobs(folder.At("back")));
    }

    [Fact]
    public async Task Cosign_signs_there_and_verifies_what_it_signed()
    {
        PeerProgram cosign = await PeerPrograms.RequireAsync(Peer.Cosign),
            oras = await PeerPrograms.RequireAsync(Peer.Oras);
        using ScratchRepository repository = await AssembledAsync();
        using ScratchFolder folder = new();
        await using RehearsalRegistry registry = await RehearsalRegistry.StartAsync(
            new RehearsalOptions { Storage = folder.At("storage") },
            TestContext.Current.CancellationToken
        );
        string place = $"{registry.Address.Authority}/tests/small:v1";
        (
            await oras.RunAsync(
                "cp",
                "--from-oci-layout",
                $"{repository.Layout(SmallImage.Name)}:{SmallImage.Version}",
                "--to-plain-http",
                place
            )
        ).Require();
        Dictionary<string, string?> password = new() { ["COSIGN_PASSWORD"] = "" };

        ChildProcess generate = cosign.With("generate-key-pair", "--output-key-prefix", folder.At("key"));
        ChildProcess sign = cosign.With(
            "sign",
            "--key",
            folder.At("key.key"),
            "--tlog-upload=false",
            "--allow-http-registry",
            "--yes",
            place
        );
        (await (generate with { Variables = password }).RunAsync()).Require();
        (await (sign with { Variables = password }).RunAsync()).Require();

        (
            await cosign.RunAsync("verify", "--key", folder.At("key.pub"), "--insecure-ignore-tlog=true", "--allow-http-registry", place)
        ).Require();
    }

    private static Task<RehearsalRegistry> StartAsync(ScratchFolder folder) =>
        RehearsalRegistry.StartAsync(
            new RehearsalOptions
            {
                Storage = folder.At("storage"),
                Authentication = RehearsalAuthentication.Token,
                User = "tests",
                Password = "secret",
                IsPublic = false,
            },
            TestContext.Current.CancellationToken
        );

    private async Task<ScratchRepository> AssembledAsync()
    {
        ScratchRepository repository = await fixture.NewAsync();
        (await fixture.In(repository).RunAsync("Assemble", "--upstream-mirror", repository.Mirror.Path)).Require();
        return repository;
    }

    private static IEnumerable<string?> Blobs(string layout) =>
        Directory.EnumerateFiles(Path.Combine(layout, "blobs", "sha256")).Select(Path.GetFileName).Order(StringComparer.Ordinal);
}
