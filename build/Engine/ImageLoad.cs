using Slipway.Oci;

namespace Slipway.Engine;

/// <summary>Puts an image into an Engine under names, and makes sure that it is this image which has them afterwards.</summary>
internal sealed class ImageLoad(EngineWire wire, EngineImages images)
{
    public async Task<EngineImage> LoadAsync(EngineArchive archive, CancellationToken cancellationToken)
    {
        EngineCall call = (EngineCall.Post("images/load") with { Patience = null, Content = new StreamedContent(archive.WriteAsync) }).With("quiet", "1");
        using (HttpResponseMessage answer = await wire.SendAsync(call, cancellationToken))
            await wire.ReadAsync(call, answer, body => FollowAsync(call, body, cancellationToken), cancellationToken);
        EngineImage? loaded = null;
        foreach (Reference name in archive.Names)
        {
            loaded = await images.InspectAsync(name.ToString(), cancellationToken);
            if (loaded is null || (loaded.Id != archive.Manifest.Config.Digest.ToString() && loaded.Id != archive.Descriptor.Digest.ToString()))
                throw wire.Refused(call, $"it says that it loaded {name}, and has {loaded?.Id ?? "nothing"} there instead of {archive.Manifest.Config.Digest}");
        }

        return loaded!;
    }

    private async Task FollowAsync(EngineCall call, Stream body, CancellationToken cancellationToken)
    {
        string? error = null;
        await foreach (EngineMessage message in EngineMessages.ReadAsync(body, cancellationToken))
            error ??= message.Error;
        if (error is not null)
            throw wire.Refused(call, error);
    }
}
