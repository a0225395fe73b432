using System.Collections.Immutable;
using Nuke.Common.IO;
using Slipway.Definitions;
using Slipway.Fetching;
using Slipway.Images;
using Slipway.Inspection;
using Slipway.Oci;
using Slipway.Registry;
using Slipway.Release;
using Slipway.Spdx;
using Slipway.Trust;

namespace Slipway.Graph;

/// <summary>
/// The steps of a release, each from files to files below a workspace, so that any can be run alone. Targets and the
/// rehearsal call the same steps.
/// </summary>
/// <param name="time">When assembling began and ended.</param>
internal sealed class Pipeline(Workspace workspace, AbsolutePath repository, Report report, TimeProvider time)
{
    /// <inheritdoc cref="Assembler.PlatformsAtOnce"/>
    public int PlatformsAtOnce { get; init; } = 2;

    /// <summary>The git tags to release, where a commit has several.</summary>
    public AskedTags Asked { get; init; } = AskedTags.None;

    /// <summary>Reads definition and lock, which must fit each other.</summary>
    public async Task<AssemblyRequest> ReadAsync(
        string image,
        Func<ImageDefinition, ImmutableArray<Platform>> platforms,
        CancellationToken cancellationToken
    )
    {
        ImageDefinition definition = ImageDefinitionFile.Read(workspace.Definition(image));
        ImageLock imageLock = await ImageLockFile.ReadAsync(workspace.Definition(image), cancellationToken);
        LockValidator.Require(definition, imageLock);
        return new AssemblyRequest(definition, imageLock, platforms(definition));
    }

    /// <summary>Brings every locked file of some images into the cache.</summary>
    /// <param name="upstream">Where upstream's files are read from.</param>
    /// <param name="withStandIns">Whether the packages are wanted that stand-ins are made from.</param>
    /// <exception cref="TargetFailedException">The run is offline and the cache lacks something; all of it was told.</exception>
    public async Task FetchAsync(
        IReadOnlyList<AssemblyRequest> inputs,
        SourceFetcher supply,
        UpstreamMirror upstream,
        bool withStandIns,
        CancellationToken cancellationToken
    )
    {
        DownloadItem[] items =
        [
            .. inputs.SelectMany(input =>
                FetchList.Of(input.Definition, input.Lock, input.Platforms, supply.DebianAt(input.Lock), upstream, withStandIns)
            ),
        ];
        // What is read from elsewhere than the command line says was made by this very run.
        if (supply.IsOffline && upstream == supply.Upstream)
            RequireCached(supply, items);
        FetchProgress progress = new(report);
        await supply.Download.FetchAllAsync(items, progress.Tell, cancellationToken);
        progress.Finish();
    }

    /// <summary>Without <c>--offline</c>, which would lead here again.</summary>
    private static NextCommand FetchAgain { get; } = new("Fetch") { Without = ["--offline"] };

    private void RequireCached(SourceFetcher supply, DownloadItem[] items)
    {
        IReadOnlyList<DownloadItem> missing = supply.Download.Missing(items);
        foreach (DownloadItem item in missing)
            report.Line($"not in the cache: {item.Wanted.What}: {item.Wanted.Digest}");
        if (missing.Count > 0)
            throw FetchAgain.After(
                new TargetFailedException(
                    $"--offline: {missing.Count} of {items.DistinctBy(item => item.Wanted.Digest).Count()} files are not in the "
                        + $"cache {workspace.Cache}. Run {FetchAgain} where the network is",
                    Exit.Unavailable
                )
            );
    }

    /// <summary>Makes <c>NAME/layout</c> from the cache, and <c>NAME/assembly.json</c>.</summary>
    public async Task<AssembledImage> AssembleAsync(AssemblyRequest input, SourceFetcher supply, CancellationToken cancellationToken)
    {
        report.Line(
            $"{input.Name}: "
                + $"assembling {string.Join(" and ", input.Platforms)}{(input.Lock.LeftOut.IsEmpty ? "" : $", without optional {string.Join(", ", input.Lock.LeftOut)}")}"
        );
        foreach (LockedUpstream file in input.Lock.Upstream.Where(file => file.Signature?.State == SignatureState.AcceptedUnsigned))
            report.Line($"{input.Name}: {file.Name} {file.Version}: signature {file.Signature}");
        // Bounded memory is a promise: what publishing the image before needed goes back first.
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive);
        AssemblyInput from = AssemblyInput.Of(input);
        DateTimeOffset started = time.GetUtcNow();
        AssemblyCache assembled = new(workspace.Assembled, supply.Cache);
        OciLayout layout = OciLayout.Create(workspace.Layout(input.Name));
        AbsolutePath record = workspace.Results(input.Name) / AssemblyRecord.FileName;
        File.Delete(record);
        AssembledImage image = await new Assembler(supply.Cache, assembled) { PlatformsAtOnce = PlatformsAtOnce }.AssembleAsync(
            input,
            layout,
            workspace.Contents(input.Name),
            cancellationToken
        );
        await new AssemblyRecord(image.Index.Digest, from, Toolchain.Running, started, time.GetUtcNow()).WriteAsync(
            record,
            cancellationToken
        );
        foreach (AssembledPlatform platform in image.Platforms)
            report.Line($"{input.Name} {platform.Platform}: {Views.Totals(platform.Totals)}");
        report.Line($"{input.Name}: {image.Index.Digest}");
        return image;
    }

    /// <summary>
    /// Judges <c>NAME/layout</c> by the image's contract and makes <c>NAME/inspection.json</c>; throws nothing for a violation.
    /// </summary>
    public async Task<InspectionResult> InspectAsync(AssemblyRequest input, CancellationToken cancellationToken)
    {
        report.Line($"{input.Name}: inspecting");
        AbsolutePath results = workspace.Results(input.Name);
        Contract contract = ContractFile.Read(input.Definition);
        OciLayout layout = OpenLayout(input.Name);
        File.Delete(results / InspectionRecord.FileName);
        ImageInspection inspection = new(layout, workspace.Contents(input.Name), results / ".inspection")
        {
            HasDefinedLayers = workspace.Way == BuildMethod.Assembled,
        };
        InspectionResult result = await inspection.RunAsync(input.Definition, input.Lock, contract, cancellationToken);
        await File.WriteAllBytesAsync(results / InspectionRecord.FileName, InspectionRecord.ToBytes(result), cancellationToken);
        return result;
    }

    /// <summary>What <c>NAME/layout</c> has otherwise than another image; neither is judged.</summary>
    public async Task<ImmutableArray<ImageDifference>> CompareAsync(string image, OtherImage other, CancellationToken cancellationToken)
    {
        report.Line($"{image}: comparing with {other}");
        OciLayout layout = OpenLayout(image);
        string folder = workspace.Results(image) / ".comparison";
        AssembledImage ours = await ImageReader.ReadAsync(image, layout, cancellationToken);
        Descriptor theirs = await other.ResolveAsync(cancellationToken);
        var differences = ImmutableArray.CreateBuilder<ImageDifference>();
        foreach (AssembledPlatform platform in ours.Platforms)
        {
            ComparedImage now = (await ComparedImage.ReadAsync(layout, ours.Index, platform.Platform, folder, cancellationToken))!;
            now = now with { Packages = (await workspace.Contents(image).ReadAsync(image, platform.Platform, cancellationToken)).Packages };
            ComparedImage? was = await ComparedImage.ReadAsync(other.Place, theirs, platform.Platform, folder, cancellationToken);
            if (was is not null && other.Contents is { } lists)
                was = was with { Packages = (await lists.ReadAsync(image, platform.Platform, cancellationToken)).Packages };
            differences.AddRange(ImageDifference.Between(platform.Platform, was, now));
        }

        return differences.ToImmutable();
    }

    /// <summary>
    /// Makes <c>NAME/trust</c>: signatures of the index and of every manifest, their SBOMs and their provenance; what is there stays.
    /// </summary>
    /// <param name="builder">Where this runs.</param>
    /// <exception cref="ContentException">The layout did not pass its inspection, or was assembled from something else.</exception>
    public async Task SignAsync(AssemblyRequest input, ISigner signer, Builder builder, CancellationToken cancellationToken)
    {
        OciLayout layout = OpenLayout(input.Name);
        AssembledImage image = await ImageReader.ReadAsync(input.Name, layout, cancellationToken);
        await InspectionRecord.RequireAsync(workspace.Results(input.Name) / InspectionRecord.FileName, image, cancellationToken);
        SignedImage signed = new(layout, image.Index.Digest, input.Definition.Official);
        Sbom sbom = await DescribeAsync(input, cancellationToken);
        SlsaProvenance provenance = await ProvenanceAsync(input, image, sbom, builder, cancellationToken);
        TrustChange change = await TrustStore
            .Create(workspace.Trust(input.Name))
            .SignAsync(signed, [.. sbom.About(image), provenance.About(image)], signer, cancellationToken);
        report.Line($"{input.Name}: {change.Made} signatures and attestations made, {change.Kept} kept");
    }

    /// <summary>Makes <c>NAME/sbom</c>: an SBOM for each platform of <c>NAME/layout</c> and one for its index.</summary>
    private async Task<Sbom> DescribeAsync(AssemblyRequest input, CancellationToken cancellationToken)
    {
        Sbom sbom = await Sbom.OfAsync(input, OpenLayout(input.Name), workspace.Contents(input.Name), cancellationToken);
        await workspace.Sbom(input.Name).WriteAsync(sbom, cancellationToken);
        foreach ((Platform platform, SpdxDocument document) in sbom.Platforms)
            report.Line($"{input.Name} {platform}: SBOM with {document.Packages.Length - 1} packages and {document.Files.Length} paths");
        return sbom;
    }

    private async Task<SlsaProvenance> ProvenanceAsync(
        AssemblyRequest input,
        AssembledImage image,
        Sbom sbom,
        Builder builder,
        CancellationToken cancellationToken
    ) =>
        SlsaProvenance.For(
            new ProvenanceSource
            {
                Image = image,
                Assembly = await AssemblyRecord.RequireAsync(
                    workspace.Results(input.Name) / AssemblyRecord.FileName,
                    image,
                    input,
                    cancellationToken,
                    workspace.Way
                ),
                Materials = Material.Of(input.Lock, image.Platforms.Select(platform => platform.Platform)),
                Git = await new GitRepository(repository, Asked).ReadAsync(input.Name, cancellationToken),
                Source = input.Definition.Source,
                Builder = builder,
                Byproducts = [.. sbom.Files()],
            }
        );

    /// <summary>Makes <c>NAME/plan.json</c>.</summary>
    public async Task<ReleasePlan> PreviewAsync(ImageDefinition definition, RegistryChoice registries, CancellationToken cancellationToken)
    {
        (ImmutableArray<Reference> chosen, ImmutableArray<Reference> leftOut) = registries.Of(definition.Name, definition.Repositories);
        OciLayout layout = OpenLayout(definition.Name);
        ReleaseSource source = new()
        {
            Image = await ImageReader.ReadAsync(definition.Name, layout, cancellationToken),
            Layout = layout,
            Trust = OpenTrust(definition.Name),
            Git = await new GitRepository(repository, Asked).ReadAsync(definition.Name, cancellationToken),
            Way = workspace.Way,
            Version = definition.Version,
            Official = definition.Official,
            Destinations = chosen,
            LeftOut = leftOut,
            Siblings = [.. SiblingsOf(definition)],
        };
        ReleasePlan plan = await ReleasePlan.ForAsync(source, cancellationToken);
        await File.WriteAllBytesAsync(
            workspace.Results(definition.Name) / PlanDocument.FileName,
            PlanDocument.ToBytes(plan),
            cancellationToken
        );
        return plan;
    }

    /// <summary>Carries the plan out on every registry, and makes <c>NAME/release.json</c>, also of what was only begun.</summary>
    public async Task<ReleaseRecord> PublishAsync(
        ImageDefinition definition,
        RegistryChoice registries,
        Func<RegistryClient> connect,
        ReleasePolicy policy,
        CancellationToken cancellationToken
    )
    {
        await AdoptAsync(definition, registries, connect(), policy.Signer, cancellationToken);
        ReleasePlan plan = await PreviewAsync(definition, registries, cancellationToken);
        // What is for a rehearsal alone is refused where it goes, by its own name.
        if (plan is { StandIn: null, IsRehearsal: false, RehearsalOnly: null })
            await new TagProofs(policy).RequireAsync(
                plan,
                LayoutOf(definition),
                "nothing was sent. Run ./build.sh Sign "
                    + $"--images {plan.Image}{(workspace.Way == BuildMethod.Dockerfile ? " --dockerfile" : "")} at this commit",
                cancellationToken
            );
        foreach (Reference leftOut in plan.LeftOut)
            report.Line(
                $"{plan.Image}: {leftOut.Name} is left out by --registries; run {new NextCommand("Publish") { Image = plan.Image }} "
                    + "to complete the release"
            );
        ReleaseContent content = new(plan, OpenLayout(plan.Image), OpenTrust(plan.Image));
        AbsolutePath file = workspace.Results(plan.Image) / ReleaseRecord.FileName;
        RecordedRelease? before =
            File.Exists(file) && plan.LeftOut.Length > 0 ? await RecordedRelease.ReadAsync(file, cancellationToken) : null;
        ReleaseRecord made = await new Publisher(connect, VerificationPolicy.Require(policy.Signer), report.Line).PublishAsync(
            content,
            record => record.After(before).WriteAsync(file),
            cancellationToken
        );
        if (made.Writes == 0)
            report.Line($"{plan.Image}: {plan.Release} is already complete; nothing was sent");
        return made;
    }

    /// <summary>Where a registry has the image already, what was signed about it is taken over from there: it is said once.</summary>
    private async Task AdoptAsync(
        ImageDefinition definition,
        RegistryChoice registries,
        RegistryClient client,
        ITrustedSigner signer,
        CancellationToken cancellationToken
    )
    {
        OciLayout layout = OpenLayout(definition.Name);
        AssembledImage image = await ImageReader.ReadAsync(definition.Name, layout, cancellationToken);
        List<Repository> places = [];
        foreach (Repository site in registries.Of(definition.Name, definition.Repositories).Chosen.Select(client.Repository))
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
        report.Line(
            $"{definition.Name}: {there} signatures and statements are "
                + $"on {string.Join(" and ", places.Select(place => place.Name))} already"
        );
    }

    /// <summary>Verifies the local layout of an image, whose only name is the definition's version: no tag, so it claims nothing.</summary>
    public Task<PlaceVerdict> VerifyLayoutAsync(ImageDefinition definition, ReleasePolicy policy, CancellationToken cancellationToken) =>
        new ReleaseVerifier(policy with { Claims = TagClaims.None }).VerifyAsync(LayoutOf(definition), cancellationToken);

    /// <summary>The local layout of an image, to be verified.</summary>
    public VerificationRequest LayoutOf(ImageDefinition definition) =>
        new()
        {
            Content = OpenLayout(definition.Name),
            Signatures = OpenTrust(definition.Name),
            Wanted = definition.Version,
            Official = definition.Official,
        };

    private IEnumerable<Reference> SiblingsOf(ImageDefinition definition) =>
        ImageDefinitionFile
            .Names(workspace.Images)
            .Where(name => name != definition.Name)
            .SelectMany(name => ImageDefinitionFile.Read(workspace.Definition(name)).Repositories);

    private OciLayout OpenLayout(string image) =>
        Open(
            image,
            workspace.Layout(image),
            "assembled",
            workspace.Way == BuildMethod.Dockerfile
                ? new NextCommand("BuildDockerfile") { Image = image }
                : new NextCommand("Assemble") { Image = image }
        );

    private OciLayout OpenTrust(string image) =>
        Open(
            image,
            workspace.Trust(image),
            "signed",
            new NextCommand("Sign") { Image = image, Options = workspace.Way == BuildMethod.Dockerfile ? ["--dockerfile"] : [] }
        );

    /// <exception cref="ContentException">Nothing was made there yet; says which target makes it.</exception>
    private static OciLayout Open(string image, AbsolutePath folder, string what, NextCommand next) =>
        File.Exists(folder / "oci-layout")
            ? OciLayout.Open(folder)
            : throw next.After(new ContentException($"{image}: nothing is {what} yet: there is no layout in {folder}. Run {next}"));
}
