using Slipway.Definitions;
using Slipway.Registry;
using Slipway.Release;
using Slipway.Verification;

namespace Slipway.Workflows;

/// <summary>Compares the registries of an image with each other and with what is on record.</summary>
/// <param name="policy">What a release must be; null where nobody says whose signatures are believed.</param>
internal sealed class DriftWorkflow(
    ReleaseRecords records,
    RegistryClient client,
    Func<ImageDefinition, ReleasePolicy>? policy,
    Action<string> log
)
{
    /// <summary>Which tags are compared.</summary>
    public required Func<string, bool> Wanted { get; init; }

    public async Task<DriftReport> RunAsync(ImageDefinition definition, CancellationToken cancellationToken)
    {
        DriftRequest request = new()
        {
            Image = definition.Name,
            Destinations = [.. definition.Repositories],
            Records = await records.OfAsync(definition.Name, cancellationToken),
            Withdrawals = (await records.WithdrawnAsync(definition.Name, cancellationToken)).Entries,
            Wanted = Wanted,
        };
        string places = string.Join(" and ", request.Destinations.Select(destination => destination.Name));
        log($"{definition.Name}: asking {places}; {request.Records.Length} {(request.Records.Length == 1 ? "record" : "records")}");
        return await new Drift(client, policy?.Invoke(definition)).CompareAsync(request, cancellationToken);
    }
}
