using Docker.DotNet.Models;
using Slipway.Http;
using Slipway.Oci;

namespace Slipway.Engine;

/// <summary>Asks for images of an Engine by name or id, names them, gives them away and removes them.</summary>
internal sealed class EngineImages(EngineRequests requests)
{
    private const string Inspect = "ImageInspect";

    /// <summary>Null only when the Engine definitely has none of that name.</summary>
    public async Task<EngineImage?> InspectAsync(string image, CancellationToken cancellationToken)
    {
        string name = Escaped(image);
        try
        {
            ImageInspectResponse response = await requests.AskAsync(Inspect, ResponseLimits.Small, docker =>
                docker.Images.InspectImageAsync(name, cancellationToken)
            );
            return requests.Understand(Inspect, () => EngineImage.Of(response));
        }
        catch (EngineException e) when (e is { Fault: RemoteFault.NotFound, IsResponse: true })
        {
            return null;
        }
    }

    public Task TagAsync(string image, Reference name, CancellationToken cancellationToken)
    {
        string old = Escaped(image);
        ImageTagParameters parameters = new()
        {
            RepositoryName = name.Name,
            Tag = name.Tag ?? throw new ArgumentException("wanted a tag", nameof(name)),
        };
        return requests.DoAsync("ImageTag", ResponseLimits.Small, docker =>
            docker.Images.TagImageAsync(old, parameters, cancellationToken)
        );
    }

    /// <summary>Writes an image as an archive, in small pieces.</summary>
    public Task ExportAsync(string image, Stream destination, CancellationToken cancellationToken)
    {
        // It is part of a query here, which the library escapes.
        _ = Escaped(image);
        return requests.DoAsync("ImageGetAll", ResponseLimits.Archive, async docker =>
        {
            await using Stream archive = await docker.Images.SaveImageAsync(image, cancellationToken);
            await archive.CopyToAsync(destination, cancellationToken);
        });
    }

    /// <summary>False when there was none.</summary>
    public async Task<bool> RemoveAsync(string image, CancellationToken cancellationToken)
    {
        string name = Escaped(image);
        try
        {
            await requests.DoAsync("ImageDelete", ResponseLimits.Small, docker =>
                docker.Images.DeleteImageAsync(name, new ImageDeleteParameters(), cancellationToken)
            );
            return true;
        }
        catch (EngineException e) when (e is { Fault: RemoteFault.NotFound, IsResponse: true })
        {
            return false;
        }
    }

    /// <summary>
    /// Names keep their slashes, which are part of the path; nothing else in one may end it. The library takes a name for a piece of a path
    /// as it is.
    /// </summary>
    internal static string Escaped(string image) =>
        image.Length > 0 && !image.Split('/').Any(part => part is "" or "." or "..")
            ? string.Join('/', image.Split('/').Select(Uri.EscapeDataString))
            : throw new ContentException($"image '{Printable.Of(image)}': wanted a name or an id");
}
