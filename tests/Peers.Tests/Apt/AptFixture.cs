using Slipway.Testing;

namespace Slipway.Peers.Tests;

/// <summary>The archive and an apt for each architecture, made once for all tests that compare with apt.</summary>
public sealed class AptFixture : IDisposable
{
    private readonly Dictionary<string, AptReference> _references = new(StringComparer.Ordinal);
    private Task? _prepared;

    public static IReadOnlyList<string> Architectures { get; } = ["amd64", "arm64"];

    public AptArchive Archive { get; } = new();

    /// <summary>Reads everything, the first time; skips the calling test where apt, gpgv or a mirror is missing.</summary>
    public Task PrepareAsync() => _prepared ??= ReadAsync();

    public AptReference Of(string architecture) => _references[architecture];

    public void Dispose() => Archive.Dispose();

    private async Task ReadAsync()
    {
        PeerProgram apt = await PeerPrograms.RequireAsync(Peer.AptGet);
        await PeerPrograms.RequireAsync(Peer.Gpgv);
        await Archive.ReadAsync(Architectures, TestContext.Current.CancellationToken);
        foreach (string architecture in Architectures)
            _references.Add(architecture, await AptReference.CreateAsync(apt, Archive, architecture));
    }
}
