using Slipway.Http;
using Slipway.Sources;

namespace Slipway.Graph;

/// <summary>Where no GitHub client is.</summary>
internal sealed class NoReleaseList : IReleaseList
{
    public Task<IReadOnlyList<string>> TagsAsync(string repository, CancellationToken cancellationToken) =>
        throw new RemoteException(RemoteFault.Protocol, $"https://github.com/{repository}/releases: GitHub's releases cannot be listed yet");
}
