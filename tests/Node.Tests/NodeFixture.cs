namespace Slipway.Node.Tests;

/// <summary>One release and one node for all tests of this project, which run one after the other.</summary>
public sealed class NodeFixture : IAsyncDisposable
{
    private readonly Lazy<Task<NodeRelease>> _release = new(NodeRelease.MakeAsync);

    /// <summary>The release; the test is skipped where none can be made.</summary>
    internal Task<NodeRelease> ReleaseAsync() => _release.Value;

    /// <summary>A node of the caller's own, whose kubelet runs from the official registry; nothing else runs on it yet.</summary>
    internal async Task<KubeletNode> BootAsync()
    {
        NodeRelease release = await ReleaseAsync();
        KubeletNode node = await KubeletNode.CreateAsync(release);
        try
        {
            string image = KubeletUnit.ImageWith(release.DropIn("quay.io"));
            (await node.PullAsync(image)).Require();
            await node.StartKubeletAsync(image);
            return node;
        }
        catch
        {
            await node.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_release is { IsValueCreated: true, Value.IsCompletedSuccessfully: true })
            await (await _release.Value).DisposeAsync();
    }
}

[CollectionDefinition(Name)]
public sealed class Nodes : ICollectionFixture<NodeFixture>
{
    public const string Name = "nodes";
}
