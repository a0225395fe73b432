using Slipway.Http;
using Slipway.Oci;
using VersionResponse = Docker.DotNet.Models.VersionResponse;

namespace Slipway.Engine;

/// <summary>
/// A Docker Engine, from 20.10 on, or what speaks its API, as Podman. Every method fails with an <see cref="EngineException"/>
/// that names Engine and request; one that is cancelled stops and removes what it started. Safe for concurrent use. Disposing closes
/// the connections.
/// </summary>
public sealed class EngineClient : IDisposable
{
    private static readonly TimeSpan FirstTimeLimit = TimeSpan.FromSeconds(30);

    private readonly EngineRequests _requests;
    private readonly EngineImages _images;
    private readonly Action<string> _log;

    private EngineClient(EngineAddress address, EngineRequests requests, EngineVersion version, Action<string> log)
    {
        Address = address;
        Version = version;
        _requests = requests;
        _log = log;
        _images = new EngineImages(requests);
    }

    public EngineAddress Address { get; }

    public EngineVersion Version { get; }

    /// <summary>The first Engine that answers, of addresses in their order, and the version that both sides speak.</summary>
    /// <param name="addresses">At least one.</param>
    /// <param name="log">Is told in one line of what could not be cleaned up.</param>
    /// <exception cref="EngineException">None answers; names what was tried.</exception>
    public static async Task<EngineClient> ConnectAsync(
        IEnumerable<EngineAddress> addresses,
        TimeProvider time,
        Action<string> log,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(addresses);
        List<EngineException> tried = [];
        foreach (EngineAddress address in addresses)
        {
            try
            {
                return await ConnectAsync(address, time, log, cancellationToken);
            }
            catch (EngineException e)
            {
                tried.Add(e);
            }
        }

        EngineException? telling = tried.FirstOrDefault(e => e.Fault != RemoteFault.NotFound);
        string all = string.Join("; ", tried.Select(e => e.Message));
        throw new EngineException(
            telling?.Fault ?? RemoteFault.NotFound,
            $"no Docker Engine can be used; tried {all}. Start one, or name one with DOCKER_HOST or --docker-host",
            telling ?? tried.FirstOrDefault()
        );
    }

    /// <summary>Puts an image in under the archive's names; what had them before has lost them.</summary>
    /// <returns>The image as the Engine has it, proven to be this one.</returns>
    public Task<EngineImage> LoadAsync(EngineArchive archive, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(archive);
        return new ImageLoad(_requests, _images).LoadAsync(archive, cancellationToken);
    }

    /// <summary>
    /// Puts an image in for a moment, under a name that no one else uses; disposing what is returned removes it. What a killed run
    /// leaves, <see cref="SweepAsync"/> removes once nobody can need it any more.
    /// </summary>
    /// <param name="content">Where manifest and blobs are.</param>
    /// <param name="manifest">With its platform.</param>
    /// <param name="limit">The longest that it is needed.</param>
    public async Task<TemporaryImage> LoadPassingAsync(
        IContentReader content,
        Descriptor manifest,
        TimeSpan limit,
        CancellationToken cancellationToken
    )
    {
        Reference name = OwnershipLabel.NewName(_requests.Time, limit);
        TemporaryImage passing = new(name.ToString(), this, _log);
        try
        {
            await LoadAsync(await EngineArchive.OfAsync(content, manifest, [name], cancellationToken), cancellationToken);
            return passing;
        }
        catch
        {
            await passing.DisposeAsync();
            throw;
        }
    }

    /// <summary>Null only when the Engine definitely has no image of that name or id.</summary>
    public Task<EngineImage?> InspectAsync(string image, CancellationToken cancellationToken) =>
        _images.InspectAsync(image, cancellationToken);

    /// <summary>Gives an image one more name, which another image may lose by that.</summary>
    public Task TagAsync(string image, Reference name, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(name);
        return _images.TagAsync(image, name, cancellationToken);
    }

    /// <summary>Takes a name away, and with the last one the image.</summary>
    /// <returns>False when there was none.</returns>
    public Task<bool> RemoveAsync(string image, CancellationToken cancellationToken) => _images.RemoveAsync(image, cancellationToken);

    /// <summary>Runs a container to its end, its time limit or its cancellation; it is gone afterwards.</summary>
    /// <param name="receive">Is given every piece of output as it comes, valid only during the call.</param>
    public Task<ContainerResult> RunAsync(
        ContainerSpec spec,
        Action<OutputChannel, ReadOnlyMemory<byte>> receive,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(spec);
        return new ContainerRun(_requests, removesItself: !Version.IsPodman, _log).RunAsync(spec, receive, cancellationToken);
    }

    /// <summary>
    /// Builds an image from a Dockerfile; every base image must be in the Engine, or on a registry that asks nobody who they are.
    /// </summary>
    /// <param name="log">Is told of progress, in lines.</param>
    /// <returns>The image's id.</returns>
    public Task<string> BuildAsync(BuildRequest request, Action<string> log, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return new ImageBuild(_requests, Version.IsPodman).BuildAsync(request, log, cancellationToken);
    }

    /// <summary>
    /// Builds as <see cref="BuildAsync"/> does, under a name of our own; disposing what is returned removes it, and so does a later sweep.
    /// </summary>
    /// <param name="limit">The longest that building and using the image may take.</param>
    public async Task<TemporaryImage> BuildPassingAsync(
        BuildRequest request,
        TimeSpan limit,
        Action<string> log,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(request);
        Reference name = OwnershipLabel.NewName(_requests.Time, limit);
        await BuildAsync(request with { Names = [name] }, log, cancellationToken);
        return new TemporaryImage(name.ToString(), this, _log);
    }

    /// <summary>Writes an image as an archive that <c>docker load</c> reads, in small pieces.</summary>
    /// <exception cref="EngineException">There is no such image, or the Engine goes away.</exception>
    public Task ExportAsync(string image, Stream destination, CancellationToken cancellationToken) =>
        _images.ExportAsync(image, destination, cancellationToken);

    /// <summary>Removes what killed runs of this program left, by our own mark alone, and nothing that one may still need.</summary>
    /// <returns>How many containers and images.</returns>
    public Task<int> SweepAsync(CancellationToken cancellationToken) =>
        new LeftoverCleanup(_requests, _images).SweepAsync(cancellationToken);

    public void Dispose() => _requests.Dispose();

    private static async Task<EngineClient> ConnectAsync(
        EngineAddress address,
        TimeProvider time,
        Action<string> log,
        CancellationToken cancellationToken
    )
    {
        EngineRequests requests = new(address, time);
        try
        {
            VersionResponse response = await requests.AskAsync(
                EngineVersion.Operation,
                ResponseLimits.Small with
                {
                    TimeLimit = FirstTimeLimit,
                },
                docker => docker.System.GetVersionAsync(cancellationToken)
            );
            EngineVersion version = requests.Understand(EngineVersion.Operation, () => EngineVersion.Of(response));
            requests.Api = version.Api;
            return new EngineClient(address, requests, version, log);
        }
        catch
        {
            requests.Dispose();
            throw;
        }
    }
}
