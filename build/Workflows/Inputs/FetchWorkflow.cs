using Slipway.Definitions;
using Slipway.Fetching;
using Slipway.Images;
using Slipway.Oci;
using Slipway.Verification;

namespace Slipway.Workflows;

/// <summary>Brings every locked file of some images into the cache.</summary>
internal sealed class FetchWorkflow(SourceFetcher sources, Action<string> log)
{
    /// <summary>Without <c>--offline</c>, which would lead here again.</summary>
    private static NextCommand FetchAgain { get; } = new("Fetch") { Without = ["--offline"] };

    /// <exception cref="WorkflowException">The run is offline and the cache lacks something; all of it was told.</exception>
    public Task RunAsync(IReadOnlyList<AssemblyRequest> inputs, CancellationToken cancellationToken) =>
        RunAsync(inputs, sources.Upstream, withStandIns: false, cancellationToken);

    /// <param name="upstream">Where upstream's files are read from.</param>
    /// <param name="withStandIns">Whether the packages are wanted that stand-ins are made from.</param>
    /// <inheritdoc cref="RunAsync(IReadOnlyList{AssemblyRequest}, CancellationToken)" path="exception"/>
    public async Task RunAsync(
        IReadOnlyList<AssemblyRequest> inputs,
        UpstreamMirror upstream,
        bool withStandIns,
        CancellationToken cancellationToken
    )
    {
        DownloadItem[] items =
        [
            .. inputs.SelectMany(input =>
                new FetchList(input.Definition, input.Lock, input.Platforms) { HasStandIns = withStandIns }.From(
                    sources.DebianAt(input.Lock),
                    upstream
                )
            ),
        ];
        // What is read from elsewhere than the command line says was made by this very run.
        if (sources.IsOffline && upstream == sources.Upstream)
            RequireCached(items);
        FetchProgress progress = new(log, sources.Time);
        await sources.Download.FetchAllAsync(items, progress.Tell, cancellationToken);
        progress.Finish();
    }

    /// <summary>
    /// Judges upstream's own signatures again, also of files that were fetched before; none may be worse than the lock says.
    /// </summary>
    /// <inheritdoc cref="UpstreamSignatures.RequireAsync" path="exception"/>
    public async Task VerifyUpstreamAsync(IReadOnlyList<AssemblyRequest> inputs, CancellationToken cancellationToken)
    {
        foreach (AssemblyRequest input in inputs)
        {
            string[] architectures = [.. input.Platforms.Select(platform => platform.Architecture)];
            await sources.Signatures(log).RequireAsync(input.Definition, input.Lock, architectures, cancellationToken);
        }
    }

    private void RequireCached(DownloadItem[] items)
    {
        IReadOnlyList<DownloadItem> missing = sources.Download.Missing(items);
        foreach (DownloadItem item in missing)
            log($"not in the cache: {item.Wanted.What}: {item.Wanted.Digest}");
        if (missing.Count > 0)
            throw FetchAgain.After(
                new WorkflowException(
                    $"--offline: {missing.Count} of {items.DistinctBy(item => item.Wanted.Digest).Count()} files are not in the cache "
                        + $"{sources.CacheFolder}. Run {FetchAgain} where the network is",
                    FailureKind.Unavailable
                )
            );
    }
}
