using Slipway.Testing;

namespace Slipway.Peers.Tests;

/// <summary>A new image of each kind, from Debian's real packages: it is right as it is written.</summary>
public sealed class NewImageTests
{
    [Theory]
    [InlineData("busybox")]
    [InlineData("debian")]
    [InlineData("scratch")]
    public async Task A_new_image_is_checked_locked_and_rehearsed_as_it_is(string from)
    {
        await PeerPrograms.RequireAsync(Peer.Gpgv);
        using ScratchRepository repository = await ScratchRepository.CreateAsync();
        ChildResult made = (await repository.Slipway.RunAsync("NewImage", "hello", "--from", from)).Require();
        Assert.Contains("next: ./build.sh Lock --images hello", made.Error, StringComparison.Ordinal);
        Assert.True(File.Exists(repository.At("images", "hello", "README.md")));

        ChildResult check = (await repository.Slipway.RunAsync("Check")).Require();
        Assert.Contains("hello: every file can be used", check.Error, StringComparison.Ordinal);
        (await repository.LockAsync()).Require();
        await repository.CommitAsync("hello", "hello/v0.1.0");
        ChildResult rehearsed = (await repository.Slipway.RunAsync("Rehearse")).Require();
        foreach (string platform in (string[])["linux/amd64", "linux/arm64"])
            Assert.Contains(platform, rehearsed.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("stand-in", rehearsed.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("note:", (await repository.Slipway.RunAsync("Check")).Require().Error, StringComparison.Ordinal);
    }
}
