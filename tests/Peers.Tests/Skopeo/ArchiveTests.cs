using Slipway.Testing;

namespace Slipway.Peers.Tests;

/// <summary>Archives of a signed image, between skopeo, tar and the targets Save and Verify.</summary>
[Collection(SmallImages.Name)]
public sealed class ArchiveTests(SmallFixture fixture)
{
    [Fact]
    public async Task Skopeo_reads_what_Save_writes_and_Verify_reads_what_skopeo_writes()
    {
        PeerProgram skopeo = await PeerPrograms.RequireAsync(Peer.Skopeo);
        using ScratchRepository repository = await fixture.NewAsync();
        SlipwayCommand slipway = fixture.In(repository);
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
        string saved = (
            await slipway.RunAsync(
                "Save",
                "--images",
                SmallImage.Name,
                "--to",
                repository.Beside("saved.tar"),
                "--public-key",
                repository.Key.Public
            )
        )
            .Require()
            .Output.Trim();
        Assert.Equal(
            (await skopeo.RunAsync("inspect", "--raw", $"oci:{repository.Layout(SmallImage.Name)}:{SmallImage.Version}")).Require().Output,
            (await skopeo.RunAsync("inspect", "--raw", saved)).Require().Output
        );

        // skopeo copies the image and what no index names it leaves behind: the signatures come from elsewhere then.
        string copied = $"oci-archive:{repository.Beside("copied.tar")}:{SmallImage.Version}";
        (await skopeo.RunAsync("--insecure-policy", "copy", "--all", saved, copied)).Require();
        await VerifyAsync(slipway, repository, saved, 0, "--deep");
        ChildResult unsigned = await VerifyAsync(slipway, repository, copied, 65);
        Assert.Contains("signature-missing", unsigned.Error, StringComparison.Ordinal);
        ChildResult beside = await VerifyAsync(
            slipway,
            repository,
            copied,
            0,
            "--deep",
            "--trust",
            repository.At("artifacts", SmallImage.Name, "trust")
        );
        Assert.Contains("verified: sha256:", beside.Output, StringComparison.Ordinal);

        string folder = repository.Beside("unpacked");
        Directory.CreateDirectory(folder);
        (await new ChildProcess("tar", "-xf", repository.Beside("saved.tar"), "-C", folder).RunAsync()).Require();
        await VerifyAsync(slipway, repository, folder, 0);
        foreach (string format in (string[])["gnu", "pax", "ustar", "v7"])
        {
            (
                await new ChildProcess("tar", $"--format={format}", "-czf", repository.Beside("packed.tgz"), "-C", folder, ".").RunAsync()
            ).Require();
            await VerifyAsync(slipway, repository, repository.Beside("packed.tgz"), 0);
        }
    }

    private static async Task<ChildResult> VerifyAsync(
        SlipwayCommand slipway,
        ScratchRepository repository,
        string reference,
        int code,
        params string[] more
    ) => (await slipway.RunAsync(["Verify", "--reference", reference, "--public-key", repository.Key.Public, .. more])).Require(code);
}
