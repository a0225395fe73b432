using Slipway.Definitions;

namespace Slipway.Workflows;

/// <summary>Resolves what an image wants to hashes, and makes its <c>image.lock.json</c>.</summary>
internal sealed class LockWorkflow(Workspace workspace, SourceFetcher sources, Action<string> log)
{
    private readonly LockMaker _maker = sources.NewLockMaker();

    /// <summary>Whether upstream's files may be locked without a signature that holds; the lock says so then.</summary>
    public bool AcceptUnsignedUnsafe { get; init; }

    /// <exception cref="Slipway.Debian.ResolutionException">The packages cannot be had together.</exception>
    /// <exception cref="Slipway.Oci.ContentException">A suite, a checksum or a signature is wrong; nothing was written.</exception>
    public async Task RunAsync(string image, CancellationToken cancellationToken)
    {
        string folder = workspace.Definition(image);
        ImageDefinition definition = ImageDefinitionFile.Read(folder);
        int wanted = definition.Layers.Sum(layer => layer.Packages.Length);
        log($"{image}: resolving {wanted} wanted packages in {string.Join(", ", definition.Debian.Suites)}");
        ImageLock? previous = await LockMaker.PreviousAsync(folder, cancellationToken);
        ImageLock packages = await _maker.MakeAsync(definition, previous, cancellationToken);
        ImageLock made = await sources.WithUpstreamAsync(definition, packages, AcceptUnsignedUnsafe, log, cancellationToken);
        bool changed = await ImageLockFile.WriteAsync(folder, made, cancellationToken);
        log(
            $"{image}: {made.Packages.Length} packages at {made.Timestamp:yyyy-MM-dd HH:mm:ss}Z; "
                + $"{ImageLock.FileName} {(changed ? "written" : "is unchanged")}"
        );
    }
}
