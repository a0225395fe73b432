using Docker.DotNet.Models;

namespace Slipway.Engine;

/// <summary>
/// Removes what earlier runs of this program left in an Engine because they or it were killed: by our own mark alone, and only after its
/// time.
/// </summary>
internal sealed class LeftoverCleanup(EngineRequests requests, EngineImages images)
{
    /// <returns>How many containers and images there were.</returns>
    public async Task<int> SweepAsync(CancellationToken cancellationToken) =>
        await ContainersAsync(cancellationToken) + await ImagesAsync(cancellationToken);

    private async Task<int> ContainersAsync(CancellationToken cancellationToken)
    {
        ContainersListParameters ours = new() { All = true, Filters = Only("label", OwnershipLabel.Label) };
        int removed = 0;
        foreach (
            ContainerListResponse? container in await requests.AskAsync("ContainerList", ResponseLimits.Small, docker =>
                docker.Containers.ListContainersAsync(ours, cancellationToken)
            )
        )
        {
            if (
                container is not { ID: { Length: > 0 } id, Labels: { } labels }
                || !labels.TryGetValue(OwnershipLabel.Label, out string? mark)
                || !OwnershipLabel.IsOver(mark, requests.Time)
            )
                continue;
            removed += await IfThereAsync(id, cancellationToken);
        }

        return removed;
    }

    private async Task<int> ImagesAsync(CancellationToken cancellationToken)
    {
        ImagesListParameters ours = new() { Filters = Only("reference", OwnershipLabel.Passing) };
        int removed = 0;
        foreach (
            ImagesListResponse? image in await requests.AskAsync("ImageList", ResponseLimits.Small, docker =>
                docker.Images.ListImagesAsync(ours, cancellationToken)
            )
        )
        {
            foreach (string? name in image?.RepoTags ?? [])
            {
                if (
                    name?.StartsWith(OwnershipLabel.Passing + ":", StringComparison.Ordinal) == true
                    && OwnershipLabel.IsOver(name[(OwnershipLabel.Passing.Length + 1)..], requests.Time)
                    && await images.RemoveAsync(name, cancellationToken)
                )
                    removed++;
            }
        }

        return removed;
    }

    private static Dictionary<string, IDictionary<string, bool>> Only(string filter, string value) =>
        new() { [filter] = new Dictionary<string, bool> { [value] = true } };

    private async Task<int> IfThereAsync(string id, CancellationToken cancellationToken)
    {
        try
        {
            string container = Uri.EscapeDataString(id);
            await requests.DoAsync("ContainerDelete", ResponseLimits.Small, docker =>
                docker.Containers.RemoveContainerAsync(container, ContainerRun.ByForce, cancellationToken)
            );
            return 1;
        }
        catch (EngineException e) when (e is { IsResponse: true })
        {
            // Somebody else was faster.
            return 0;
        }
    }
}
