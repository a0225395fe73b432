namespace Slipway.Engine;

/// <summary>Takes an image out of an Engine (Engine API, "ImageGet").</summary>
internal sealed class ImageExport(EngineWire wire)
{
    public async Task ExportAsync(string image, Stream destination, CancellationToken cancellationToken)
    {
        EngineCall call = EngineCall.Get($"images/{EngineImages.Escaped(image)}/get") with { Patience = null, Moves = true };
        using HttpResponseMessage answer = await wire.SendAsync(call, cancellationToken);
        await wire.ReadAsync(call, answer, body => body.CopyToAsync(destination, cancellationToken), cancellationToken);
    }
}
