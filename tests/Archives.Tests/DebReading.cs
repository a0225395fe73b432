using Slipway.Testing;

namespace Slipway.Archives.Tests;

/// <summary>Reads a .deb with a spool of its own, gone when disposed.</summary>
internal sealed class DebReading : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("slipway-deb-");

    public async Task<DebArchive> Read(Stream deb, DebLimits? limits = null) =>
        await DebArchive.ReadAsync(
            deb,
            Path.Combine(_folder.FullName, "spool"),
            limits ?? DebLimits.Default,
            TestContext.Current.CancellationToken
        );

    public Task<DebArchive> Read(byte[] deb, DebLimits? limits = null) => Read(new MemoryStream(deb), limits);

    public Task<DebArchive> Read(TarBuilder data) => Read(new DebBuilder { Data = data }.Build());

    public async Task Refuse(byte[] deb, string member, string because, DebLimits? limits = null)
    {
        DebException e = await Assert.ThrowsAsync<DebException>(() => Read(deb, limits));
        Assert.Contains(because, e.Message, StringComparison.Ordinal);
        Assert.StartsWith(member, e.Member, StringComparison.Ordinal);
        Assert.StartsWith(e.Member, e.Message, StringComparison.Ordinal);
        Assert.Empty(_folder.EnumerateFiles());
    }

    public Task Refuse(TarBuilder data, string because) => Refuse(new DebBuilder { Data = data }.Build(), "data.tar.gz", because);

    public void Dispose() => _folder.Delete(recursive: true);
}
