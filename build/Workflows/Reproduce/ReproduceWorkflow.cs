using System.Collections.Immutable;
using Slipway.Definitions;
using Slipway.Git;
using Slipway.Images;
using Slipway.Oci;
using Slipway.Registry;
using Slipway.Release;
using Slipway.Spdx;
using Slipway.Trust;
using Slipway.Verification;

namespace Slipway.Workflows;

/// <summary>
/// Builds a release again and sets both side by side, below a folder of its own: neither the work tree nor what was made for a release is
/// touched, and no layer comes from a cache. A run that was cut off leaves nothing that looks like a result.
/// </summary>
/// <param name="workspace">The command line's.</param>
/// <param name="repository">A clone that has the release's commit.</param>
/// <param name="time">When it began and ended.</param>
internal sealed class ReproduceWorkflow(
    Workspace workspace,
    string repository,
    SourceFetcher sources,
    Action<string> log,
    TimeProvider time
)
{
    /// <summary>What of this repository is the program, rather than what it builds from.</summary>
    private static readonly string[] Program = ["build", "global.json", "Directory.Build.props", "Directory.Packages.props"];

    private const string Sboms = ".released-sboms";

    private readonly GitRepository _git = new(repository);

    /// <summary>Brings in what a commit's lock names, in place of downloading it: for a rehearsal.</summary>
    public Func<AssemblyRequest, CancellationToken, Task<AssemblyRequest>>? Prepare { get; init; }

    /// <summary>Makes <c>reproduction/NAME/layout</c> and, whatever came of it, <c>reproduction/NAME/reproduction.json</c>.</summary>
    /// <exception cref="ContentException">
    /// The release does not verify, cannot be built again, or was not built from what it says.
    /// </exception>
    /// <exception cref="ReleaseException">This clone lacks the commit.</exception>
    public async Task<ReproductionRecord> RunAsync(ReproduceRequest request, CancellationToken cancellationToken)
    {
        DateTimeOffset started = time.GetUtcNow();
        string image = request.Definition.Name;
        Workspace place = workspace.Reproduction(image);
        string results = place.Results(image);
        Clear(results);
        ReleasedFacts release = await VerifyAsync(request, Path.Combine(results, Sboms), cancellationToken);
        RebuildSource source = release.Source;
        ImmutableArray<Platform> platforms = PlatformsOf(request, release);
        log(
            $"{image}: {request.Text} is {release.Root}, {release.Text}; built from {source.Parameters.Source} "
                + $"at {source.Parameters.Commit}{(source.Among > 1 ? $", by the first of {source.Among} provenances" : "")}"
        );
        await RequireCommitAsync(source, cancellationToken);
        ImmutableArray<string> otherProgram = [.. await _git.ChangedSinceAsync(source.Parameters.Commit, Program, cancellationToken)];
        if (!otherProgram.IsEmpty)
            log($"{image}: {otherProgram.Length} files of the program differ from that commit; they may cause a difference");

        await new CommitTree(repository, source.Parameters.Commit).WriteAsync("images", Path.Combine(results, "source"), cancellationToken);
        AssembledImage rebuilt = await AssembleAsync(place, source, platforms, request, cancellationToken);
        log($"{image}: comparing");
        Reproduction reproduction = new(request.Release.Content, OciLayout.Open(place.Layout(image)), Path.Combine(results, ".comparison"));
        ReproductionFinding finding = await reproduction.CompareAsync(
            release.Root,
            new RebuiltImage(rebuilt, place.Contents(image)) { IsWhole = platforms.ToHashSet().SetEquals(source.Parameters.Platforms) },
            platform => SbomOf(Path.Combine(results, Sboms), platform),
            cancellationToken
        );
        ReproductionRecord record = new()
        {
            Reference = request.Text,
            Source = source,
            Finding = finding,
            Toolchain = Toolchain.Running,
            StartedOn = started,
            FinishedOn = time.GetUtcNow(),
            OtherProgram = otherProgram,
        };
        Directory.Delete(Path.Combine(results, Sboms), recursive: true);
        if (finding.Result == ReproductionResult.Different && Directory.Exists(place.Trust(image)))
            Directory.Delete(place.Trust(image), recursive: true);
        await record.WriteAsync(Path.Combine(results, ReproductionRecord.FileName), cancellationToken);
        return record;
    }

    /// <summary>
    /// Makes <c>reproduction/NAME/trust</c>, or takes over what this signer said before, and sends it where that is wanted.
    /// </summary>
    /// <param name="site">The release's registry; null keeps it here.</param>
    /// <exception cref="InvalidOperationException">It came out otherwise.</exception>
    public async Task AttestAsync(
        ReproduceRequest request,
        ReproductionRecord record,
        Rebuilder rebuilder,
        Repository? site,
        CancellationToken cancellationToken
    )
    {
        string image = request.Definition.Name;
        ReproductionStatement statement = record.Finding.ToStatement(
            record.Source.Parameters,
            rebuilder.Builder,
            record.Toolchain,
            record.FinishedOn
        );
        SignedImage released = new(request.Release.Content, record.Finding.Released, request.Definition.Official);
        string folder = workspace.Reproduction(image).Trust(image);
        TrustStore store = TrustStore.Create(folder);
        TrustChange change = await store.AttestAsync(
            released,
            [statement.About(record.Finding.Subjects)],
            rebuilder.Signer,
            [request.Release.Signatures],
            cancellationToken
        );
        log($"{image}: {(change.Made > 0 ? "signed" : "already signed")} by {rebuilder.Signer.Trusted.Name}, in {folder}");
        if (site is not null)
            log(
                $"{image}: {await new StatementPush(store.Layout, site).RunAsync(cancellationToken)} manifests sent to {site.Name}, "
                    + "beside the release"
            );
    }

    /// <summary>Keeps little of what was verified: SBOMs are large, and wait in files until a path asks whose it is.</summary>
    private static async Task<ReleasedFacts> VerifyAsync(ReproduceRequest request, string sboms, CancellationToken cancellationToken)
    {
        PlaceVerdict verdict = await new ReleaseVerifier(request.Policy).VerifyAsync(request.Release, cancellationToken);
        verdict.RequirePassed();
        VerificationResult release = verdict.Result!;
        if (!request.IsRehearsal && await StandInsAsync(request.Release.Content, release.Digest!, cancellationToken) is { } standIns)
            throw new ContentException(
                $"{request.Text}: the image holds stand-ins for {Printable.Of(standIns)}, which a rehearsal created: it cannot be "
                    + "built again"
            );
        Directory.CreateDirectory(sboms);
        foreach (SubjectVerdict subject in release.Subjects.Where(subject => subject.Platform is not null))
        {
            if (subject.Statements.FirstOrDefault(statement => statement.PredicateType == Statement.SpdxType) is { } sbom)
                await File.WriteAllBytesAsync(FileOf(sboms, subject.Platform!), sbom.Predicate, cancellationToken);
        }

        return new ReleasedFacts(
            release.Digest!,
            release.Subjects[0].Text,
            release.Subjects is [{ Platform: { } only }] ? only : null,
            RebuildSource.Of(verdict)
        );
    }

    private static string FileOf(string sboms, Platform platform) =>
        Path.Combine(sboms, $"{Digest.Of(System.Text.Encoding.UTF8.GetBytes(platform.ToString())).Abbreviated}.json");

    private static async Task<string?> StandInsAsync(IContentReader place, Digest root, CancellationToken cancellationToken)
    {
        ManifestContent top = await place.ReadManifestAsync(root, cancellationToken)
            ?? throw new ContentException($"{place.Name}: {root} is missing");
        return top.MediaType == MediaType.Index ? StandInMark.Of(Oci.Index.Parse(top.Bytes)) : StandInMark.Of(Manifest.Parse(top.Bytes));
    }

    /// <summary>Those that are asked for, else those that the release has; of a platform's own tag it is that one.</summary>
    private static ImmutableArray<Platform> PlatformsOf(ReproduceRequest request, ReleasedFacts release)
    {
        ImmutableArray<Platform> has = release.Only is { } only ? [only] : release.Source.Parameters.Platforms;
        return request.Platforms.IsEmpty
            ? has
            :
            [
                .. request
                    .Platforms.Select(platform =>
                        has.FirstOrDefault(platform.IsSameAs)
                        ?? throw new WorkflowException(
                            $"--platforms {platform}: {request.Text} has {string.Join(", ", has)}",
                            FailureKind.WrongUse
                        )
                    )
                    .Distinct(),
            ];
    }

    private async Task RequireCommitAsync(RebuildSource source, CancellationToken cancellationToken)
    {
        BuildParameters said = source.Parameters;
        if (!await _git.HasAsync(said.Commit, cancellationToken))
            throw new ReleaseException(
                $"{repository}: the release was built from commit {said.Commit}, which is not in this clone. Run git "
                    + $"fetch {ShellWord.Of(Printable.Of(said.Source))} {said.Commit}"
            );
    }

    private async Task<AssembledImage> AssembleAsync(
        Workspace place,
        RebuildSource source,
        ImmutableArray<Platform> platforms,
        ReproduceRequest request,
        CancellationToken cancellationToken
    )
    {
        string image = request.Definition.Name;
        // A rehearsal has its registries in this process, and what it took to publish there: bounded memory is a promise before time is.
        AssembleWorkflow assembly = new(place, sources.Cache, log, time) { PlatformsAtOnce = request.IsRehearsal ? 1 : 2 };
        string definition = Path.Combine(place.Definition(image), ImageDefinition.FileName);
        source.RequireDefinition(
            File.Exists(definition)
                ? Digest.Of(await File.ReadAllBytesAsync(definition, cancellationToken))
                : throw new ContentException(
                    $"{image}: commit {source.Parameters.Commit} has no images/{image}/{ImageDefinition.FileName}, so the release "
                        + "was not built from it"
                )
        );
        AssemblyRequest input = await new ImageInputs(place).ReadAsync(image, _ => platforms, cancellationToken);
        if (platforms.FirstOrDefault(platform => !input.Definition.Platforms.Contains(platform)) is { } foreign)
            throw new ContentException(
                $"{image}: the provenance names {foreign}, but the definition of commit {source.Parameters.Commit} has no such platform"
            );
        if (Prepare is null)
        {
            source.Require(AssemblyInput.Of(input));
            await new FetchWorkflow(sources, log).RunAsync([input], cancellationToken);
        }
        else
        {
            input = await Prepare(input, cancellationToken);
            source.Require(AssemblyInput.Of(input));
        }

        AssembledImage made = await assembly.RunAsync(input, cancellationToken);
        Directory.Delete(place.Assembled, recursive: true);
        return made;
    }

    /// <summary>What an earlier run left, but for what it signed: that is still true of the release that it was about.</summary>
    private static void Clear(string results)
    {
        Directory.CreateDirectory(results);
        File.Delete(Path.Combine(results, ReproductionRecord.FileName));
        foreach (string folder in (string[])["source", ".assembled", ".comparison", ".comparison-blobs", Sboms, "layout", "contents"])
        {
            if (Directory.Exists(Path.Combine(results, folder)))
                Directory.Delete(Path.Combine(results, folder), recursive: true);
        }
    }

    /// <summary>It only says whose a path is that the rebuild has not got: an unreadable one says nothing.</summary>
    private static SpdxDocument? SbomOf(string sboms, Platform platform)
    {
        try
        {
            return File.Exists(FileOf(sboms, platform)) ? SpdxDocument.Parse(File.ReadAllBytes(FileOf(sboms, platform))) : null;
        }
        catch (ContentException)
        {
            return null;
        }
    }

    /// <summary>What is needed of a verified release.</summary>
    /// <param name="Root">Its digest, which is read from then on.</param>
    /// <param name="Text">Who signed it.</param>
    /// <param name="Only">The platform, where it is that of one alone.</param>
    private sealed record ReleasedFacts(Digest Root, string Text, Platform? Only, RebuildSource Source);
}
