using Slipway.Definitions;
using Slipway.Git;
using Slipway.Images;
using Slipway.Oci;
using Slipway.Registry;
using Slipway.Release;
using Slipway.Trust;
using Slipway.Verification;

namespace Slipway.Workflows;

/// <summary>Carries a plan out on every registry, and makes <c>NAME/release.json</c>, also of what was only begun.</summary>
/// <param name="connect">Makes a client with no memory of earlier requests.</param>
internal sealed class PublishWorkflow(Workspace workspace, GitRepository git, Func<RegistryClient> connect, Action<string> log)
{
    /// <summary>Where to.</summary>
    public RegistryChoice Registries { get; init; } = RegistryChoice.All;

    /// <inheritdoc cref="PreviewWorkflow"/>
    public Task<ReleasePlan> PreviewAsync(ImageDefinition definition, CancellationToken cancellationToken) =>
        new PreviewWorkflow(workspace, git, Registries).RunAsync(definition, cancellationToken);

    /// <param name="policy">What the release must be, here and once it is there.</param>
    /// <inheritdoc cref="Publisher.PublishAsync" path="exception"/>
    public async Task<ReleaseRecord> RunAsync(ImageDefinition definition, ReleasePolicy policy, CancellationToken cancellationToken)
    {
        await AdoptAsync(definition, policy.Signer, cancellationToken);
        ReleasePlan plan = await PreviewAsync(definition, cancellationToken);
        // What is for a rehearsal alone is refused where it goes, by its own name.
        if (plan is { StandIn: null, IsRehearsal: false, RehearsalOnly: null })
            await new TagProofs(policy).RequireAsync(
                plan,
                workspace.ReleaseOf(definition),
                $"nothing was sent. Run {workspace.Sign(plan.Image)} at this commit",
                cancellationToken
            );
        foreach (Reference leftOut in plan.LeftOut)
        {
            NextCommand publish = new("Publish") { Image = plan.Image };
            log($"{plan.Image}: {leftOut.Name} is left out by --registries; run {publish} to complete the release");
        }

        ReleaseContent content = new(plan, workspace.OpenLayout(plan.Image), workspace.OpenTrust(plan.Image));
        string file = workspace.ReleaseRecord(plan.Image);
        RecordedRelease? before =
            File.Exists(file) && plan.LeftOut.Length > 0 ? await RecordedRelease.ReadAsync(file, cancellationToken) : null;
        ReleaseRecord made = await new Publisher(connect, VerificationPolicy.Require(policy.Signer), log).PublishAsync(
            content,
            record => record.After(before).WriteAsync(file),
            cancellationToken
        );
        if (made.Writes == 0)
            log($"{plan.Image}: {plan.Release} is already complete; nothing was sent");
        return made;
    }

    /// <summary>Where a registry has the image already, what was signed about it is taken over from there: it is said once.</summary>
    private async Task AdoptAsync(ImageDefinition definition, ITrustedSigner signer, CancellationToken cancellationToken)
    {
        RegistryClient client = connect();
        OciLayout layout = workspace.OpenLayout(definition.Name);
        AssembledImage image = await ImageReader.ReadAsync(definition.Name, layout, cancellationToken);
        List<Repository> places = [];
        foreach (Repository site in Registries.Of(definition.Name, definition.Repositories).Chosen.Select(client.Repository))
        {
            if (await site.HasManifestAsync(image.Index.Digest, cancellationToken))
                places.Add(site);
        }

        if (places.Count == 0)
            return;
        Adoption adoption = new()
        {
            Signer = signer,
            Elsewhere = places,
            Understand = SlsaProvenance.Understand,
        };
        int there = await TrustStore
            .Open(workspace.Trust(definition.Name))
            .AdoptAsync(new SignedImage(layout, image.Index.Digest, definition.Official), adoption, cancellationToken);
        string names = string.Join(" and ", places.Select(place => place.Name));
        log($"{definition.Name}: {there} signatures and statements are on {names} already");
    }
}
