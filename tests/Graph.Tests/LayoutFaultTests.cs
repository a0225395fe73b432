using Slipway.Testing;

namespace Slipway.Graph.Tests;

/// <summary>Of a layout that is not as it should be, the first thing told is what is wrong with it.</summary>
public sealed class LayoutFaultTests : IAsyncLifetime
{
    private ScratchRepository _repository = null!;

    private string Archive => _repository.Beside("tools.tar");

    private string Unpacked => _repository.Beside("unpacked");

    public async ValueTask InitializeAsync()
    {
        _repository = await UpstreamImage.CreateAsync(("a", 1000));
        await _repository.CommitAsync("tools", $"{UpstreamImage.Name}/{UpstreamImage.Version}");
        (
            await _repository.Slipway.RunAsync(
                "Assemble",
                "Sign",
                "--upstream-mirror",
                _repository.Mirror.Path,
                "--signing-key",
                _repository.Key.Private
            )
        ).Require();
        (
            await _repository.Slipway.RunAsync("Save", "--images", "tools", "--to", Archive, "--public-key", _repository.Key.Public)
        ).Require();
        Directory.CreateDirectory(Unpacked);
        (await new ChildProcess("tar", "-xf", Archive, "-C", Unpacked).RunAsync()).Require();
    }

    public ValueTask DisposeAsync()
    {
        _repository.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Archives_of_other_programs_are_read()
    {
        foreach (
            string[] form in (string[][])
                [
                    ["--format=pax", "--pax-option=comment=0123"],
                    ["--format=pax", "--pax-option=delete=atime"],
                    ["--format=ustar"],
                    ["--format=gnu", "--sort=name"],
                ]
        )
        {
            (await new ChildProcess("tar", [.. form, "-cf", Archive, "-C", Unpacked, "."]).RunAsync()).Require();
            Assert.Contains("verified: sha256:", (await VerifyAsync(Archive, 0)).Output, StringComparison.Ordinal);
        }

        // The second name of a file comes as a link to the first.
        foreach (string blob in Directory.GetFiles(Path.Combine(Unpacked, "blobs", "sha256")))
            (await new ChildProcess("ln", blob, Path.Combine(Unpacked, $"0-{Path.GetFileName(blob)}")).RunAsync()).Require();
        (await new ChildProcess("tar", "--sort=name", "-cf", Archive, "-C", Unpacked, ".").RunAsync()).Require();
        await VerifyAsync(Archive, 0);
        await VerifyAsync(Unpacked, 0);
    }

    [Fact]
    public async Task A_changed_manifest_is_told_and_not_that_the_image_is_unknown()
    {
        string index = await File.ReadAllTextAsync(Path.Combine(Unpacked, "index.json"), TestContext.Current.CancellationToken);
        string root = index.Split("image.index.v1+json\",\"digest\":\"sha256:")[1][..64],
            blob = Path.Combine(Unpacked, "blobs", "sha256", root);
        byte[] bytes = await File.ReadAllBytesAsync(blob, TestContext.Current.CancellationToken);
        bytes[^3] ^= 1;
        await File.WriteAllBytesAsync(blob, bytes, TestContext.Current.CancellationToken);
        await PackAsync();
        Assert.Contains(root[..12], (await VerifyAsync(Archive, 65)).Error, StringComparison.Ordinal);
        Assert.Contains(root[..12], (await VerifyAsync(Unpacked, 65)).Error, StringComparison.Ordinal);

        File.Delete(blob);
        await PackAsync();
        Assert.Contains("is missing", (await VerifyAsync(Archive, 65)).Error, StringComparison.Ordinal);

        File.CreateSymbolicLink(blob, "/etc/passwd");
        await PackAsync();
        Assert.Contains("a layout holds none", (await VerifyAsync(Archive, 65)).Error, StringComparison.Ordinal);
        Assert.Contains("it is a symbolic link", (await VerifyAsync(Unpacked, 65)).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_tag_that_is_not_there_is_told() =>
        Assert.Contains("it has no such tag", (await VerifyAsync(Archive + ":v9", 64)).Error, StringComparison.Ordinal);

    private async Task PackAsync() =>
        (await new ChildProcess("tar", "-cf", Archive, "-C", Unpacked, "oci-layout", "index.json", "blobs").RunAsync()).Require();

    private async Task<ChildResult> VerifyAsync(string reference, int code)
    {
        ChildResult result = (
            await _repository.Slipway.RunAsync("Verify", "--reference", reference, "--public-key", _repository.Key.Public)
        ).Require(code);
        if (!reference.EndsWith(":v9", StringComparison.Ordinal))
            Assert.DoesNotContain("does not say which image", result.Error, StringComparison.Ordinal);
        return result;
    }
}
