using System.Text.Json;
using Slipway.Oci;

namespace Slipway.Engine;

/// <summary>Removes what earlier runs of this program left in an Engine because they or it were killed: by our own mark alone, and only after its time.</summary>
internal sealed class EngineSweep(EngineWire wire, EngineImages images)
{
    /// <returns>How many containers and images there were.</returns>
    public async Task<int> SweepAsync(CancellationToken cancellationToken) =>
        await ContainersAsync(cancellationToken) + await ImagesAsync(cancellationToken);

    private async Task<int> ContainersAsync(CancellationToken cancellationToken)
    {
        int removed = 0;
        foreach (JsonElement container in await ListAsync(EngineCall.Get("containers/json").With("all", "1"), "label", OwnMark.Label, cancellationToken))
        {
            if (!OwnMark.IsOver(container.Map("Labels").GetValueOrDefault(OwnMark.Label), wire.Time) || container.OptionalString("Id") is not { Length: > 0 } id)
                continue;
            removed += await IfThereAsync(EngineCall.Delete($"containers/{Uri.EscapeDataString(id)}").With("force", "1").With("v", "1"), cancellationToken);
        }

        return removed;
    }

    private async Task<int> ImagesAsync(CancellationToken cancellationToken)
    {
        int removed = 0;
        foreach (JsonElement image in await ListAsync(EngineCall.Get("images/json"), "reference", OwnMark.Passing, cancellationToken))
        {
            foreach (string name in image.Items("RepoTags").Select(name => name.GetString() ?? ""))
            {
                if (name.StartsWith(OwnMark.Passing + ":", StringComparison.Ordinal) && OwnMark.IsOver(name[(OwnMark.Passing.Length + 1)..], wire.Time)
                    && await images.RemoveAsync(name, cancellationToken))
                    removed++;
            }
        }

        return removed;
    }

    private async Task<IReadOnlyList<JsonElement>> ListAsync(EngineCall call, string filter, string value, CancellationToken cancellationToken)
    {
        EngineCall filtered = call.With("filters", $"{{\"{filter}\":[\"{value}\"]}}");
        ReadOnlyMemory<byte> answer = await wire.AskAsync(filtered, cancellationToken);
        return wire.Understand<IReadOnlyList<JsonElement>>(filtered, () =>
        {
            try
            {
                using JsonDocument document = JsonDocument.Parse(answer);
                return [.. document.RootElement.EnumerateArray().Select(item => item.Clone())];
            }
            catch (Exception e) when (e is JsonException or InvalidOperationException)
            {
                throw new ContentException($"wanted a list: {Printable.Of(e.Message)}", e);
            }
        });
    }

    private async Task<int> IfThereAsync(EngineCall call, CancellationToken cancellationToken)
    {
        try
        {
            await wire.AskAsync(call, cancellationToken);
            return 1;
        }
        catch (EngineException e) when (e is { IsAnswer: true })
        {
            // Somebody else was faster.
            return 0;
        }
    }
}
