using System.Text.Json.Nodes;
using Slipway.Testing;

namespace Slipway.Peers.Tests;

/// <summary>A mirror that gives older suites than the lock has: <c>Lock</c> refuses, and the lock stays as it is.</summary>
public sealed class AptRollBackTests
{
    [Fact]
    public async Task Lock_refuses_to_go_back_and_leaves_the_lock_as_it_is()
    {
        await PeerPrograms.RequireAsync(Peer.Gpgv);
        using ScratchRepository repository = await SmallImage.CreateAsync();
        string path = repository.At("images", SmallImage.Name, "image.lock.json");
        JsonNode document = JsonNode.Parse(await File.ReadAllTextAsync(path))!;
        JsonNode suite = document["suites"]!.AsArray()[0]!;
        string given = suite["date"]!.GetValue<string>();
        suite["date"] = "2099-01-02T03:04:05Z";
        string later = document.ToJsonString();
        await File.WriteAllTextAsync(path, later);

        ChildResult refused = (await repository.Slipway.RunAsync("Lock", "--upstream-mirror", repository.Mirror.Path)).Require(65);

        Assert.Contains(
            "suite trixie: wanted a release no older than the lock's of 2099-01-02 03:04:05Z, got one of " + given[..10],
            refused.Error,
            StringComparison.Ordinal
        );
        Assert.Equal(later, await File.ReadAllTextAsync(path));
    }

    [Fact]
    public async Task Lock_refuses_a_lock_that_it_cannot_compare_with()
    {
        using ScratchRepository repository = await SmallImage.CreateAsync();
        string path = repository.At("images", SmallImage.Name, "image.lock.json");
        await File.WriteAllTextAsync(path, "{ }");

        ChildResult refused = (await repository.Slipway.RunAsync("Lock", "--upstream-mirror", repository.Mirror.Path)).Require(78);

        Assert.Contains("images/small/image.lock.json:", refused.Error, StringComparison.Ordinal);
        Assert.Equal("{ }", await File.ReadAllTextAsync(path));
    }
}
