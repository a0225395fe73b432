using Docker.DotNet.Models;
using Slipway.Oci;

namespace Slipway.Engine;

/// <summary>Puts an image into an Engine under names, and makes sure that it is this image which has them afterwards.</summary>
internal sealed class ImageLoad(EngineRequests requests, EngineImages images)
{
    private const string Operation = "ImageLoad";

    public async Task<EngineImage> LoadAsync(EngineArchive archive, CancellationToken cancellationToken)
    {
        // What its messages tell of errors, the wire throws.
        await requests.DoAsync(Operation, ResponseLimits.Messages, docker =>
            docker.Images.LoadImageAsync(
                new ImageLoadParameters { Quiet = true },
                new WrittenStream(archive.WriteAsync),
                new Progress<JSONMessage>(),
                cancellationToken
            )
        );
        EngineImage? loaded = null;
        foreach (Reference name in archive.Names)
        {
            loaded = await images.InspectAsync(name.ToString(), cancellationToken);
            if (
                loaded is null
                || (loaded.Id != archive.Manifest.Config.Digest.ToString() && loaded.Id != archive.Descriptor.Digest.ToString())
            )
                throw requests.Refused(
                    Operation,
                    $"it reported that it loaded {name}, but has {loaded?.Id ?? "nothing"} there instead of {archive.Manifest.Config.Digest}"
                );
        }

        return loaded!;
    }
}
