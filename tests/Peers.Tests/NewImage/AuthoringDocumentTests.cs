using Slipway.Testing;

namespace Slipway.Peers.Tests;

/// <summary>What the pages for authors of images say is done word by word.</summary>
public sealed class AuthoringDocumentTests
{
    [Fact]
    public async Task The_page_on_adding_an_image_leads_to_one()
    {
        await PeerPrograms.RequireAsync(Peer.Gpgv);
        using WalkedDocument page = await WalkedDocument.InAsync(await ScratchRepository.CreateAsync(), TestCache.Shared);
        List<ChildResult> results = [];
        foreach (string block in WalkedDocument.BlocksOf("add-an-image.md"))
            results.Add((await page.RunAsync(block)).Require());

        Assert.Contains("hello: every file can be used", results[0].Error, StringComparison.Ordinal);
        Assert.True(File.Exists(page.Repository.At("images", "hello", "image.lock.json")));
        Assert.Contains("verified", results[2].Output, StringComparison.Ordinal);
        Assert.True(File.Exists(page.Repository.At("artifacts", "rehearsal", "report", "index.html")));
        Assert.Contains(
            "usr/share/hello/again",
            await File.ReadAllTextAsync(page.Repository.At("artifacts", "hello", "contents", "amd64.json")),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task The_page_on_making_it_yours_leaves_no_old_name_in_anything_that_comes_out()
    {
        await PeerPrograms.RequireAsync(Peer.Gpgv);
        ScratchRepository repository = await ScratchRepository.CreateAsync();
        foreach (string file in Directory.EnumerateFiles(SourceTree.At("images"), "*", SearchOption.AllDirectories))
        {
            string to = repository.At("images", Path.GetRelativePath(SourceTree.At("images"), file));
            Directory.CreateDirectory(Path.GetDirectoryName(to)!);
            File.Copy(file, to, overwrite: true);
        }

        using WalkedDocument page = await WalkedDocument.InAsync(repository, TestCache.Shared);
        List<ChildResult> results = [];
        foreach (string block in WalkedDocument.BlocksOf("make-it-yours.md"))
            results.Add((await page.RunAsync(block)).Require());

        Assert.Contains("registry.example", results[^1].Output, StringComparison.Ordinal);
        string[] places =
        [
            repository.At("artifacts", "rehearsal"),
            .. Directory.EnumerateFiles(repository.At("images"), "*.policy.json"),
            .. Directory.EnumerateFiles(repository.At("images"), "image.yaml", SearchOption.AllDirectories),
        ];
        foreach (
            string old in (string[])["quay.io/poseidon", "docker.io/psdn", "github.com/poseidon/kubelet", "github.com/poseidon/flannel-cni"]
        )
        {
            ChildResult found = await new ChildProcess("grep", ["-rlF", "--exclude-dir=blobs", old, .. places]).RunAsync();
            Assert.Equal((old, ""), (old, found.Output));
        }
    }
}
