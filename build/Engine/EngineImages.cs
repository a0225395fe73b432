using Slipway.Http;
using Slipway.Oci;

namespace Slipway.Engine;

/// <summary>Asks for images of an Engine by name or id, names them and removes them.</summary>
internal sealed class EngineImages(EngineWire wire)
{
    /// <summary>Null only when the Engine definitely has none of that name.</summary>
    public async Task<EngineImage?> InspectAsync(string image, CancellationToken cancellationToken)
    {
        EngineCall call = EngineCall.Get($"images/{Escaped(image)}/json");
        try
        {
            ReadOnlyMemory<byte> answer = await wire.AskAsync(call, cancellationToken);
            return wire.Understand(call, () => EngineImage.Parse(answer));
        }
        catch (EngineException e) when (e is { Fault: RemoteFault.NotFound, IsAnswer: true })
        {
            return null;
        }
    }

    public Task TagAsync(string image, Reference name, CancellationToken cancellationToken) => wire.AskAsync(
        EngineCall.Post($"images/{Escaped(image)}/tag").With("repo", name.Name).With("tag", name.Tag ?? throw new ArgumentException("wanted a tag", nameof(name))),
        cancellationToken);

    /// <summary>False when there was none.</summary>
    public async Task<bool> RemoveAsync(string image, CancellationToken cancellationToken)
    {
        try
        {
            await wire.AskAsync(EngineCall.Delete($"images/{Escaped(image)}"), cancellationToken);
            return true;
        }
        catch (EngineException e) when (e is { Fault: RemoteFault.NotFound, IsAnswer: true })
        {
            return false;
        }
    }

    /// <summary>Names keep their slashes, which are part of the path; nothing else in one may end it.</summary>
    internal static string Escaped(string image) => image.Length > 0 && !image.Split('/').Any(part => part is "" or "." or "..")
        ? string.Join('/', image.Split('/').Select(Uri.EscapeDataString))
        : throw new ContentException($"image '{Printable.Of(image)}': wanted a name or an id");
}
