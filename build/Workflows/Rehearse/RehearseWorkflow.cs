using System.Collections.Immutable;
using Slipway.Definitions;
using Slipway.Fetching;
using Slipway.Git;
using Slipway.Images;
using Slipway.Inspection;
using Slipway.Oci;
using Slipway.Pages;
using Slipway.Rehearsal;
using Slipway.Release;
using Slipway.Trust;
using Slipway.Verification;

namespace Slipway.Workflows;

/// <summary>
/// The whole way of a release by the same steps, into registries inside this process and with a key that is thrown away.
/// Writes below the rehearsal's own folder only.
/// </summary>
internal sealed class RehearseWorkflow(Workspace workspace, string repository, SourceFetcher sources, Action<string> log, TimeProvider time)
{
    private readonly Workspace _workspace = workspace.Rehearsal;
    private readonly FetchWorkflow _fetch = new(sources, log);

    public SbomFormat SbomFormat { get; init; }

    private readonly StepClock _clock = new(time);

    /// <summary>When its steps began and what they took.</summary>
    public Timeline Timeline => _clock.Timeline;

    /// <param name="then">What else is done with each image while its registries run; null for nothing.</param>
    /// <returns>A row for each image, in the order given.</returns>
    public async Task<IReadOnlyList<RehearsedImage>> RunAsync(
        IReadOnlyList<string> images,
        Func<ImageDefinition, ImmutableArray<Platform>> platforms,
        CancellationToken cancellationToken,
        Func<RehearsedImage, RehearsalRegistries, KeySigner, Task>? then = null
    )
    {
        foreach (string image in images)
            ContractFile.Read(ImageDefinitionFile.Read(workspace.Definition(image)));
        IReadOnlyList<AssemblyRequest> inputs = await _clock.RunAsync("Fetch", null, () =>
            InputsAsync(images, platforms, cancellationToken)
        );
        string[] hosts =
        [
            .. inputs
                .SelectMany(input => input.Definition.Repositories)
                .Select(reference => RegistryName.Canonical(reference.Host))
                .Distinct(StringComparer.Ordinal),
        ];
        await using RehearsalRegistries registries = await RehearsalRegistries.StartAsync(
            hosts,
            Path.Combine(_workspace.Artifacts, "registries"),
            log,
            time,
            cancellationToken
        );
        using KeySigner signer = KeySigner.CreateThrowAway();
        ReleasePolicy policy = ReleasePolicy.RequireRehearsal(signer.Key);
        List<RehearsedImage> done = [];
        foreach (AssemblyRequest input in inputs)
        {
            done.Add(await RehearseAsync(input, registries, signer, policy, cancellationToken));
            if (then is not null)
                await then(done[^1], registries, signer);
        }

        return done;
    }

    /// <summary>What a rehearsal builds one image from, where definition and lock are not the work tree's: fetched and marked.</summary>
    public async Task<AssemblyRequest> PrepareAsync(AssemblyRequest input, CancellationToken cancellationToken) =>
        Marked((await FetchAsync([input], cancellationToken))[0]);

    /// <summary>What a rehearsal builds from, fetched and marked.</summary>
    public async Task<IReadOnlyList<AssemblyRequest>> InputsAsync(
        IReadOnlyList<string> images,
        Func<ImageDefinition, ImmutableArray<Platform>> platforms,
        CancellationToken cancellationToken
    )
    {
        IReadOnlyList<AssemblyRequest> inputs = await new ImageInputs(_workspace).ReadAllAsync(images, platforms, cancellationToken);
        return [.. (await FetchAsync(inputs, cancellationToken)).Select(Marked)];
    }

    private static AssemblyRequest Marked(AssemblyRequest input) =>
        input with
        {
            Marks = Descriptor.NoAnnotations.Add(ReleasePlan.RehearsalMark, "true"),
        };

    private async Task<RehearsedImage> RehearseAsync(
        AssemblyRequest input,
        RehearsalRegistries registries,
        KeySigner signer,
        ReleasePolicy policy,
        CancellationToken cancellationToken
    )
    {
        GitRepository git = new(repository);
        AssembledImage image = await _clock.RunAsync("Assemble", input.Name, () =>
            new AssembleWorkflow(_workspace, sources.Cache, log, time).RunAsync(input, cancellationToken)
        );
        InspectionResult inspected = await _clock.RunAsync("Inspect", input.Name, () =>
            new InspectWorkflow(_workspace, log).RunAsync(input, cancellationToken)
        );
        foreach (string line in InspectWorkflow.Lines(inspected))
            log(line);
        inspected.Require();
        SignWorkflow sign = new(_workspace, git, log) { SbomFormat = SbomFormat };
        await _clock.RunAsync("Sign", input.Name, () => sign.RunAsync(input, signer, Builder.Rehearsal, cancellationToken));
        PublishWorkflow publish = new(_workspace, git, registries.Connect, log);
        ReleaseRecord record = await _clock.RunAsync("Publish", input.Name, () =>
            publish.RunAsync(input.Definition, policy, cancellationToken)
        );
        ImmutableArray<VerificationResult> verified = await _clock.RunAsync("Verify", input.Name, () =>
            VerifyAsync(input.Definition, record, registries, policy, cancellationToken)
        );
        ReleaseDescription description = new(_workspace, repository, registries.Connect, log, time) { Policy = _ => policy };
        AssetsWorkflow assets = new(_workspace, description, signer, openPgp: null, log);
        MadeAssets made = await _clock.RunAsync("Assets", input.Name, () => assets.RunAsync(input, cancellationToken));
        return new RehearsedImage(input, image, record, verified) { Facts = made.Facts };
    }

    /// <summary>From every registry, as users will.</summary>
    private static async Task<ImmutableArray<VerificationResult>> VerifyAsync(
        ImageDefinition definition,
        ReleaseRecord record,
        RehearsalRegistries registries,
        ReleasePolicy policy,
        CancellationToken cancellationToken
    )
    {
        ReleaseVerifier verifier = new(policy);
        var verified = ImmutableArray.CreateBuilder<VerificationResult>();
        foreach (Reference destination in definition.Repositories)
        {
            var site = registries.Connect().Repository(destination);
            PlaceVerdict verdict = await verifier.VerifyAsync(
                new VerificationRequest
                {
                    Content = site,
                    Signatures = site,
                    Wanted = record.Plan.Release,
                    Official = definition.Official,
                },
                cancellationToken
            );
            verified.Add(verdict.Result!);
        }

        return verified.ToImmutable();
    }

    /// <summary>
    /// Fetches; what upstream cannot give from here gets a stand-in, and packages that no mirror has any more are locked anew.
    /// </summary>
    private async Task<IReadOnlyList<AssemblyRequest>> FetchAsync(
        IReadOnlyList<AssemblyRequest> inputs,
        CancellationToken cancellationToken
    )
    {
        bool standIns =
            !sources.HasUpstreamMirror
            && !(sources.IsOffline ? HasUpstream(inputs) : await UpstreamProbe.AnswersAsync(inputs, log, time, cancellationToken));
        if (standIns && sources.IsOffline)
            log("rehearsal: --offline, and the cache lacks upstream files; stand-ins replace them");
        try
        {
            return await FetchAsync(inputs, standIns, cancellationToken);
        }
        catch (DownloadException e) when (e.IsGone)
        {
            log($"{e.Message}");
            log(
                "rehearsal: a locked package is gone from every mirror; locking again, in memory only. A release needs "
                    + new NextCommand("Lock")
            );
            LockMaker maker = sources.NewLockMaker();
            List<AssemblyRequest> anew = [];
            foreach (AssemblyRequest input in inputs)
                anew.Add(input with { Lock = await maker.MakeAsync(input.Definition, input.Lock, cancellationToken) });
            return await FetchAsync(anew, standIns, cancellationToken);
        }
    }

    /// <summary>Whether the cache has every upstream file.</summary>
    private bool HasUpstream(IEnumerable<AssemblyRequest> inputs) =>
        inputs.All(input =>
            input.Platforms.All(platform =>
                input.Lock.Upstream.All(file =>
                    file.Files[platform.Architecture] is var locked && sources.Cache.Find(locked.Digest, locked.Size) is not null
                )
            )
        );

    private async Task<IReadOnlyList<AssemblyRequest>> FetchAsync(
        IReadOnlyList<AssemblyRequest> inputs,
        bool standIns,
        CancellationToken cancellationToken
    )
    {
        if (!standIns)
        {
            await _fetch.RunAsync(inputs, cancellationToken);
            return inputs;
        }

        // The packages come first: stand-ins are made from some of them, and are then fetched like upstream's own files.
        List<AssemblyRequest> packagesOnly = [.. inputs.Select(input => input with { Lock = input.Lock with { Upstream = [] } })];
        await _fetch.RunAsync(packagesOnly, sources.Upstream, withStandIns: true, cancellationToken);
        StandInUpstream upstream = new(Path.Combine(_workspace.Artifacts, "upstream"));
        StandIns maker = new(upstream, sources, log);
        List<AssemblyRequest> marked = [];
        foreach (AssemblyRequest input in inputs)
            marked.Add(await maker.TakePlaceAsync(input, cancellationToken));
        List<AssemblyRequest> upstreamOnly = [.. marked.Select(input => input with { Lock = input.Lock with { Packages = [] } })];
        await _fetch.RunAsync(upstreamOnly, UpstreamMirror.At(upstream.Folder), withStandIns: false, cancellationToken);
        return marked;
    }
}

/// <summary>What a rehearsal did with one image.</summary>
internal sealed record RehearsedImage(
    AssemblyRequest Input,
    AssembledImage Image,
    ReleaseRecord Record,
    ImmutableArray<VerificationResult> Verified
)
{
    /// <summary>What its notes tell.</summary>
    public required ReleaseFacts Facts { get; init; }

    /// <summary>For the report.</summary>
    public ReleaseToReport ToReport() => new(Input.Definition, Facts, [.. Verified.Select(PlaceVerdict.Of)]);
}
