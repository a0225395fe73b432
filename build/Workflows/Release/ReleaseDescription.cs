using System.Collections.Immutable;
using Slipway.Advisories;
using Slipway.Definitions;
using Slipway.Fetching;
using Slipway.Git;
using Slipway.Http;
using Slipway.Images;
using Slipway.Oci;
using Slipway.Registry;
using Slipway.Release;
using Slipway.Scanning;
using Slipway.Trust;
using Slipway.Updates;
using Slipway.Verification;
using Slipway.Vex;

namespace Slipway.Workflows;

/// <summary>Brings together what a published release's notes and files are made from.</summary>
/// <param name="workspace">Where it was built.</param>
/// <param name="repository">The work tree whose tags name releases.</param>
/// <param name="connect">A client of the registries, where the release before may still stand; null when none may be asked.</param>
internal sealed class ReleaseDescription(
    Workspace workspace,
    string repository,
    Func<RegistryClient>? connect,
    Action<string> log,
    TimeProvider time
)
{
    /// <summary>What the release before must be for anything to be told of it.</summary>
    public required Func<ImageDefinition, ReleasePolicy> Policy { get; init; }

    /// <summary>Reads advisories about what changed; null when none were given.</summary>
    public Func<AdvisoryScope, AdvisoryList>? Advisories { get; init; }

    private readonly GitRepository _git = new(repository);

    /// <exception cref="ContentException">It was not published, or not all of it; says the command that does it.</exception>
    public async Task<ReleaseFacts> FactsAsync(
        AssemblyRequest input,
        ITrustedSigner signer,
        bool hasOpenPgp,
        CancellationToken cancellationToken
    )
    {
        OciLayout layout = OciLayout.Open(workspace.Layout(input.Name));
        AssembledImage image = await ImageReader.ReadAsync(input.Name, layout, cancellationToken);
        RecordedRelease record = await PublishedAsync(input.Name, image, cancellationToken);
        GitState git = await _git.ReadAsync(input.Name, cancellationToken);
        return new ReleaseFacts
        {
            Image = image,
            Description = input.Definition.Description,
            Destinations = [.. input.Definition.Repositories],
            Record = record,
            Git = git,
            Signer = signer,
            Upstream = [.. input.Lock.Upstream.Select(Released)],
            LeftOut = input.Lock.LeftOut,
            Packages = input.Lock.Packages.Length,
            Suites = [.. input.Lock.Suites.Select(suite => suite.Name)],
            Earlier = await EarlierAsync(input, git, cancellationToken),
            Node = input.Definition.Node is { } node ? new NodeVariable(node.Unit, node.Variable) : null,
            HasOpenPgp = hasOpenPgp,
            IsRehearsal = layout.ReadIndex().Annotations.ContainsKey(ReleasePlan.RehearsalMark),
            StandIn = input.Lock.StandingIn.IsEmpty
                ? await StandInAsync(layout, image, cancellationToken)
                : string.Join(", ", input.Lock.StandingIn),
            Weaknesses = await WeaknessesAsync(input, cancellationToken),
        };
    }

    /// <summary>What stand-ins took the place of when the layout was made, whatever the lock of now says; null for none.</summary>
    private static async Task<string?> StandInAsync(OciLayout layout, AssembledImage image, CancellationToken cancellationToken) =>
        await layout.ReadManifestAsync(image.Index.Digest, cancellationToken) is { } index
            ? StandInMark.Of(Oci.Index.Parse(index.Bytes))?.Replace(",", ", ", StringComparison.Ordinal)
            : null;

    /// <summary>The bytes of the record, which is a file of the release.</summary>
    public async Task<byte[]> RecordAsync(string image, CancellationToken cancellationToken) =>
        await File.ReadAllBytesAsync(RecordFile(image), cancellationToken);

    /// <summary>The record of the publication of what was assembled.</summary>
    /// <inheritdoc cref="FactsAsync" path="exception"/>
    public async Task<RecordedRelease> PublishedAsync(string image, CancellationToken cancellationToken) =>
        await PublishedAsync(
            image,
            await ImageReader.ReadAsync(image, OciLayout.Open(workspace.Layout(image)), cancellationToken),
            cancellationToken
        );

    private async Task<RecordedRelease> PublishedAsync(string image, AssembledImage assembled, CancellationToken cancellationToken)
    {
        NextCommand publish = new("Publish") { Image = image };
        string wanted = $"Run {publish}";
        if (!File.Exists(RecordFile(image)))
            throw publish.After(
                new ContentException($"{image}: nothing was published from here: {RecordFile(image)} is missing. {wanted}")
            );
        RecordedRelease record = await RecordedRelease.ReadAsync(RecordFile(image), cancellationToken);
        if (!record.IsComplete)
            throw publish.After(
                new ContentException($"{image}: {RecordFile(image)} records a publication that was not completed. {wanted}")
            );
        return record.Subjects.FirstOrDefault() == assembled.Index.Digest
            ? record
            : throw publish.After(
                new ContentException(
                    $"{image}: {RecordFile(image)} is of {record.Subjects.FirstOrDefault()}, and the layout "
                        + $"holds {assembled.Index.Digest}. {wanted}"
                )
            );
    }

    private string RecordFile(string image) => Path.Combine(workspace.Results(image), ReleaseRecord.FileName);

    private static ReleasedUpstream Released(LockedUpstream file) =>
        file.Signature switch
        {
            null => new(file.Name, file.Version, null, null),
            { State: SignatureState.AcceptedUnsigned } accepted => new(
                file.Name,
                file.Version,
                null,
                $"its signature by {accepted.Signer} is {accepted.Problem}"
            ),
            { } signature => new(file.Name, file.Version, signature.Word, null),
        };

    private async Task<EarlierRelease?> EarlierAsync(AssemblyRequest input, GitState git, CancellationToken cancellationToken)
    {
        string? tag = git.Distance > 0 ? git.Tag : await _git.TagBeforeAsync(input.Name, git.Commit, cancellationToken);
        if (tag is null)
            return null;
        return new EarlierRelease(tag, await ChangesAsync(input, tag, cancellationToken), await SizesAsync(input, tag, cancellationToken));
    }

    private async Task<ImmutableArray<ContentChange>?> ChangesAsync(AssemblyRequest input, string tag, CancellationToken cancellationToken)
    {
        try
        {
            string path = $"images/{input.Name}/{ImageLock.FileName}";
            string text = await _git.ReadFileAsync(tag, path, cancellationToken) ?? throw new ContentException($"{tag} has no {path}");
            ImageLock was = ImageLockFile.Parse(System.Text.Encoding.UTF8.GetBytes(text), $"{tag}: {path}");
            LockDifference difference = LockDifference.Between(was, input.Lock);
            ImmutableDictionary<string, ImmutableArray<string>> fixes = await FixesAsync(was, input.Lock, cancellationToken);
            return
            [
                .. difference.Upstream.Select(change => new ContentChange(change.Name, change.From, change.To)),
                .. difference.Packages.Select(change => new ContentChange(change.Name, change.From, change.To)
                {
                    Fixes = fixes.GetValueOrDefault(change.Name, []),
                }),
            ];
        }
        catch (ContentException e)
        {
            log($"{input.Name}: the content of {tag} is not known: {e.Message}");
            return null;
        }
    }

    private async Task<ImmutableDictionary<string, ImmutableArray<string>>> FixesAsync(
        ImageLock was,
        ImageLock now,
        CancellationToken cancellationToken
    )
    {
        if (Advisories is null)
            return ImmutableDictionary<string, ImmutableArray<string>>.Empty;
        string? number = LifecycleFile.Read(workspace.Images).NumberOf(Lifecycle.CodenameOf(now.Suites[0].Name));
        string spool = Path.Combine(workspace.Results(now.Image), ".control");
        return await new LockedFixes(new ContentCache(workspace.Cache, time), spool).FindAsync(
            was,
            now,
            number,
            Advisories,
            cancellationToken
        );
    }

    /// <summary>What a scan of the layout says; what cannot be scanned keeps no release from being described.</summary>
    private async Task<ImmutableArray<KnownWeakness>?> WeaknessesAsync(AssemblyRequest input, CancellationToken cancellationToken)
    {
        if (Advisories is null)
            return null;
        try
        {
            ScanWorkflow scan = new(workspace, Advisories, log, time);
            ImageFindings found = scan.Run([await scan.LockedAsync(input, cancellationToken)]).Images.Single();
            return
            [
                .. found
                    .Findings.Where(finding => finding.IsActionable)
                    .Select(finding => new KnownWeakness(
                        finding.Id,
                        finding.Package,
                        finding.Version,
                        finding.Severity.Level.ToString().ToLowerInvariant(),
                        finding.FixedVersion,
                        finding.Judgement is { } judgement ? $"{VexWord.Of(judgement.Status)}: {judgement.Reason}" : null
                    )
                    {
                        IsOpen = finding.IsOpen,
                        IsListed = finding.IsFixable || finding.Severity.Level >= SeverityLevel.Medium || finding.Judgement is not null,
                    }),
            ];
        }
        catch (ContentException e)
        {
            log($"{input.Name}: what is known to be vulnerable is not told: {e.Message}");
            return null;
        }
    }

    /// <summary>What the release before weighs, from the first registry where it verifies; notes are worth making without it.</summary>
    private async Task<ImmutableDictionary<Platform, long>> SizesAsync(
        AssemblyRequest input,
        string tag,
        CancellationToken cancellationToken
    )
    {
        if (connect is null)
            return ImmutableDictionary<Platform, long>.Empty;
        ReleaseVerifier verifier = new(Policy(input.Definition));
        foreach (Reference place in input.Definition.Repositories)
        {
            try
            {
                Repository site = connect().Repository(place);
                PlaceVerdict verdict = await verifier.VerifyAsync(
                    new VerificationRequest
                    {
                        Content = site,
                        Signatures = site,
                        Wanted = tag[(input.Name.Length + 1)..],
                        Official = input.Definition.Official,
                    },
                    cancellationToken
                );
                if (verdict.Result!.Digest is null)
                    continue;
                verdict.RequirePassed();
                if (
                    await PublishedSizes.ReadAsync(site, verdict.Result.Digest, input.Platforms, cancellationToken) is
                    { IsEmpty: false } sizes
                )
                    return sizes;
            }
            catch (Exception e) when (e is RemoteException or ContentException)
            {
                log($"{input.Name}: the sizes of {tag} could not be read from {place.Name}: {e.Message}");
            }
        }

        return ImmutableDictionary<Platform, long>.Empty;
    }
}
