using Slipway.Definitions;
using Slipway.GitHub;
using Slipway.Images;
using Slipway.Registry;
using Slipway.Release;
using Slipway.Trust;
using Slipway.Verification;

namespace Slipway.Workflows;

/// <summary>Makes a published image a release: verified as users will, described, and put on GitHub with its files.</summary>
/// <param name="assets">Makes the files.</param>
/// <param name="publication">Brings them to GitHub.</param>
internal sealed class ReleaseWorkflow(
    Workspace workspace,
    ReleaseDescription description,
    AssetsWorkflow assets,
    GitHubPublication publication,
    Action<string> log
)
{
    /// <summary>What a published release must be.</summary>
    public required Func<ImageDefinition, Task<ReleasePolicy>> Policy { get; init; }

    /// <param name="client">Of the registries that it was published to.</param>
    /// <exception cref="Slipway.Oci.ContentException">It was not published from here, or does not verify everywhere.</exception>
    public async Task<ReleasedImage> RunAsync(AssemblyRequest input, RegistryClient client, CancellationToken cancellationToken)
    {
        RecordedRelease record = await description.PublishedAsync(input.Name, cancellationToken);
        ReleaseVerdict verdict = await VerifyAsync(input.Definition, record, client, cancellationToken);
        MadeAssets made = await assets.RunAsync(input, cancellationToken);
        GitHubRelease release = await publication.PublishAsync(made, workspace.Assets(input.Name), cancellationToken);
        return new ReleasedImage(made, release, verdict);
    }

    /// <summary>As users will, from every registry that has it.</summary>
    private async Task<ReleaseVerdict> VerifyAsync(
        ImageDefinition definition,
        RecordedRelease record,
        RegistryClient client,
        CancellationToken cancellationToken
    )
    {
        ReleaseVerifier verifier = new(await Policy(definition));
        IEnumerable<VerificationRequest> places = definition
            .Repositories.Where(place => record.Tags.ContainsKey(place.Name))
            .Select(place => client.Repository(place).Release(record.Release, definition.Official));
        ReleaseVerdict verdict = await verifier.VerifySameAsync(places, cancellationToken);
        foreach (PlaceVerdict place in verdict.Places)
            log($"{definition.Name}: {place.Place}: {(place.Result?.Passed == true ? "verified" : "NOT verified")}");
        verdict.RequirePassed();
        return verdict;
    }
}

/// <summary>An image that is released, with its page and what verified it.</summary>
internal sealed record ReleasedImage(MadeAssets Made, GitHubRelease Release, ReleaseVerdict Verified);
