using System.Collections.Immutable;
using Slipway.Advisories;
using Slipway.Definitions;
using Slipway.Fetching;
using Slipway.Images;
using Slipway.Oci;
using Slipway.Scanning;
using Slipway.Trust;
using Slipway.Updates;
using Slipway.Verification;
using Slipway.Vex;

namespace Slipway.Workflows;

/// <summary>Finds what is known to be vulnerable in images, and what is judged of it.</summary>
/// <param name="read">Reads the advisories about what the images have.</param>
internal sealed class ScanWorkflow(Workspace workspace, Func<AdvisoryScope, AdvisoryList> read, Action<string> log, TimeProvider time)
{
    /// <summary>
    /// What a lock has: by the layout that was assembled from it, where there is one here; else by the lock alone, which knows upstream's
    /// programs by their hashes and not what they were built from.
    /// </summary>
    /// <exception cref="ContentException">The layout is broken, or a file of the cache is.</exception>
    /// <exception cref="DefinitionException">The judgements beside the definition are wrong.</exception>
    public async Task<ScannedImage> LockedAsync(AssemblyRequest input, CancellationToken cancellationToken)
    {
        string file = $"images/{input.Name}/{ImageLock.FileName}";
        ImmutableArray<VexEntry>? judgements = VexFile.Read(input.Definition);
        SoftwareInventory inventory;
        if (await AssembledAsync(input, cancellationToken) is { } digest)
        {
            LayerPackages layers = new(NewSpool()) { Codename = Lifecycle.CodenameOf(input.Lock.Suites[0].Name) };
            inventory = await layers.ReadAsync(
                input.Name,
                workspace.OpenLayout(input.Name),
                digest,
                $"the layout {workspace.Layout(input.Name)}, which was assembled from the lock",
                cancellationToken
            );
            // An image need not list its packages, and the lock has them all.
            ImageLock unlisted = input.Lock with
            {
                Packages =
                [
                    .. input.Lock.Packages.Where(package => input.Platforms.Any(platform => !inventory.HasDebian(package.Name, platform))),
                ],
            };
            SoftwareInventory locked = await LockedAsync(unlisted, input, cancellationToken);
            inventory = (
                inventory with
                {
                    File = file,
                    Packages =
                    [
                        .. inventory.Packages,
                        .. locked.Packages.Where(package => !inventory.HasDebian(package.Name, package.Platform)),
                    ],
                }
            ).WithAssumedSources();
        }
        else
        {
            inventory = await LockedAsync(input.Lock, input, cancellationToken);
        }

        return judgements is { } entries ? Judged(input, inventory, entries) : new ScannedImage(inventory);
    }

    private Task<SoftwareInventory> LockedAsync(ImageLock packages, AssemblyRequest input, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Folder);
        LockedPackages locked = new(new ContentCache(workspace.Cache, time), NewSpool());
        return locked.ReadAsync(packages, input.Platforms, cancellationToken);
    }

    /// <summary>What an image has by its layers.</summary>
    /// <param name="name">What the image is called.</param>
    /// <param name="origin">Where that is known from, for people.</param>
    public Task<SoftwareInventory> LayersAsync(
        string name,
        IContentReader place,
        Digest digest,
        string origin,
        CancellationToken cancellationToken
    ) => new LayerPackages(NewSpool()).ReadAsync(name, place, digest, origin, cancellationToken);

    /// <summary>Reads the advisories and compares.</summary>
    /// <exception cref="ContentException">The advisories are not what they should be.</exception>
    public ScanResult Run(IReadOnlyList<ScannedImage> images)
    {
        DateTimeOffset now = time.GetUtcNow();
        (ImmutableArray<ImageFindings> found, ImmutableArray<AdvisorySource> sources) = VulnerabilityScan.RunAll(
            [.. images.Select(image => image.Inventory)],
            LifecycleFile.Read(workspace.Images).NumberOf,
            scope => read(scope with { NotAfter = now })
        );
        return new ScanResult([.. found.Zip(images, Judged)], sources, now);
    }

    /// <summary>What becomes of known vulnerabilities; null where a state of the image cannot be scanned, which the log tells.</summary>
    /// <param name="before">Where it is as it was.</param>
    /// <param name="after">Where it is as it is going to be.</param>
    public async Task<FindingChanges?> CompareAsync(string image, Workspace before, Workspace after, CancellationToken cancellationToken)
    {
        try
        {
            ScannedImage[] both = [await ScannedAsync(before), await ScannedAsync(after)];
            return Run(both).Images is [var had, var has] ? FindingChanges.Between(had, has) : null;
        }
        catch (Exception e) when (e is ContentException or DefinitionException)
        {
            log($"{image}: what is known to be vulnerable is not told: {e.Message}");
            return null;
        }

        async Task<ScannedImage> ScannedAsync(Workspace place) =>
            await new ScanWorkflow(place, read, log, time).LockedAsync(
                await new ImageInputs(place).ReadAsync(image, definition => definition.Platforms, cancellationToken),
                cancellationToken
            );
    }

    private static ImageFindings Judged(ImageFindings found, ScannedImage image)
    {
        // Of what is not known nothing can be missing.
        string[] stale =
            image.Definition is not null && found.Inventory.Gaps.IsEmpty
                ?
                [
                    .. image.Definition.Stale(
                        found.Findings.SelectMany(
                            finding => finding.Places,
                            (finding, place) => ((IReadOnlyList<string>)[.. finding.Names], place.Purl ?? finding.Package)
                        )
                    ),
                ]
                : [];
        return (image.Judge is null ? found : found.JudgedBy(image.Judge)) with { Stale = [.. stale] };
    }

    private ScannedImage Judged(AssemblyRequest input, SoftwareInventory inventory, ImmutableArray<VexEntry> entries)
    {
        ImageVex vex = ImageVex.Of(
            entries,
            input.Definition,
            [.. inventory.Platforms],
            // Of upstream's programs a lock does not say what is in them.
            hasStandIns: inventory.Paths.IsEmpty || !input.Lock.StandingIn.IsEmpty
        );
        foreach (FallenRule fallen in vex.Fallen)
            log($"{input.Name} {fallen}");
        return new ScannedImage(inventory) { Definition = vex, Judge = vex.For };
    }

    /// <summary>The index that was assembled from this very lock; null where there is none.</summary>
    private async Task<Digest?> AssembledAsync(AssemblyRequest input, CancellationToken cancellationToken)
    {
        if (!File.Exists(workspace.AssemblyRecord(input.Name)) || !Directory.Exists(workspace.Layout(input.Name)))
            return null;
        AssemblyRecord record = await AssemblyRecord.ReadAsync(workspace.AssemblyRecord(input.Name), cancellationToken);
        if (record.Input.Lock == Digest.Of(ImageLockFile.ToBytes(input.Lock)))
            return record.Index;
        log($"{input.Name}: the layout in {workspace.Layout(input.Name)} is of another lock and was not looked at");
        return null;
    }

    /// <summary>Where packages and layers are unpacked while they are read.</summary>
    private string Folder => Path.Combine(workspace.Cache, "scan");

    private string NewSpool() => Path.Combine(Folder, Path.GetRandomFileName());
}

/// <summary>What a scan found.</summary>
/// <param name="Sources">The advisories that were read.</param>
/// <param name="Time">When, for ages.</param>
internal sealed record ScanResult(ImmutableArray<ImageFindings> Images, ImmutableArray<AdvisorySource> Sources, DateTimeOffset Time);

/// <summary>What is known to be in an image, and what is judged of its weaknesses.</summary>
internal sealed record ScannedImage(SoftwareInventory Inventory)
{
    /// <summary>By the platform, the names of a weakness and a package; null where nobody judged.</summary>
    public Func<Platform, IEnumerable<string>, string, VexVerdict?>? Judge { get; init; }

    /// <summary>The judgements that stand beside the definition; null for another image, and where there are none.</summary>
    public ImageVex? Definition { get; init; }

    /// <summary>With the judgements of a release's own VEX documents, whose signatures were verified.</summary>
    /// <param name="subjects">What was verified.</param>
    public ScannedImage JudgedBy(ImmutableArray<SubjectVerdict> subjects)
    {
        Dictionary<Platform, (Digest Image, OpenVexDocument[] Documents)> documents = [];
        foreach (SubjectVerdict subject in subjects.Where(subject => subject is { Platform: not null, Digest: not null }))
        {
            try
            {
                OpenVexDocument[] all =
                [
                    .. subject
                        .AlsoStated.Where(statement => statement.PredicateType == Statement.OpenVexType)
                        .Select(statement => OpenVexDocument.Parse(statement.Predicate)),
                ];
                // An earlier one stays beside it for ever: signatures are append-only.
                documents[subject.Platform!] = (
                    subject.Digest!,
                    [.. all.Where(document => document.Timestamp == all.Max(other => other.Timestamp))]
                );
            }
            catch (ContentException e)
            {
                return With($"{subject.Platform}: its VEX document cannot be read, so no judgement counts: {e.Message}");
            }
        }

        return this with
        {
            Judge = (platform, ids, package) =>
                documents.TryGetValue(platform, out (Digest Image, OpenVexDocument[] Documents) here)
                    ? here
                        .Documents.Select(document => document.For(here.Image, ids, package))
                        .OfType<VexVerdict>()
                        .OrderBy(verdict => verdict.Status)
                        .FirstOrDefault()
                    : null,
        };
    }

    /// <summary>What it has by the SBOMs of a release that passed.</summary>
    public static ScannedImage Of(string name, ReleaseVerdict verdict)
    {
        verdict.RequirePassed();
        ImmutableArray<SubjectVerdict> subjects = verdict.Places[0].Result!.Subjects;
        return new ScannedImage(
            SbomPackages.InventoryOf(
                name,
                [
                    .. from subject in subjects
                    where subject.Platform is not null
                    from statement in subject.Statements
                    where statement.PredicateType == Statement.SpdxType
                    select (subject.Platform!, Spdx.SpdxDocument.Parse(statement.Predicate)),
                ]
            )
        ).JudgedBy(subjects);
    }

    private ScannedImage With(string gap) => this with { Inventory = Inventory with { Gaps = Inventory.Gaps.Add(gap) } };
}
