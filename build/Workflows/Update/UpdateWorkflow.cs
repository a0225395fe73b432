using System.Collections.Immutable;
using System.Text;
using Slipway.Archives;
using Slipway.Definitions;
using Slipway.Git;
using Slipway.Http;
using Slipway.Images;
using Slipway.Inspection;
using Slipway.Oci;
using Slipway.Updates;
using Slipway.Verification;

namespace Slipway.Workflows;

/// <summary>
/// Makes updates. All of one happens in a copy of the image's folder below <c>artifacts/update</c>: new definition, lock, assembly,
/// inspection, comparison. Whatever refuses it, or kills it, has written nothing elsewhere.
/// </summary>
/// <param name="workspace">Where the images are.</param>
/// <param name="git">Whose tags say which comes next.</param>
internal sealed class UpdateWorkflow(Workspace workspace, GitRepository git, SourceFetcher sources, Action<string> log)
{
    private readonly UpdateFolder _folder = new(workspace);

    /// <summary>Asks upstream what is newest.</summary>
    public required VersionSource Versions { get; init; }

    /// <summary>Says which packages changed.</summary>
    public required UpdateChecker Checker { get; init; }

    private Workspace Staging => _folder.Staging;

    private Workspace Before => _folder.Before;

    /// <summary>Null when nothing is newer and the lock fits.</summary>
    /// <exception cref="ContentException">A checksum, signature, suite or the contract is wrong.</exception>
    /// <exception cref="RemoteException">Something cannot be asked.</exception>
    public async Task<StagedUpdate?> StageAsync(string image, UpdateRequest wanted, CancellationToken cancellationToken)
    {
        string folder = workspace.Definition(image);
        ImageDefinition definition = ImageDefinitionFile.Read(folder);
        ImageLock locked = await ImageLockFile.ReadAsync(folder, cancellationToken);
        byte[] yaml = await File.ReadAllBytesAsync(Path.Combine(folder, ImageDefinition.FileName), cancellationToken),
            lockBytes = await File.ReadAllBytesAsync(Path.Combine(folder, ImageLock.FileName), cancellationToken);
        List<VersionChange> changes = await ChangesAsync(definition, wanted, cancellationToken);
        ImageDefinition next =
            changes.Count == 0 ? _folder.Copy(definition) : await EditAsync(_folder.Copy(definition), changes, cancellationToken);

        log($"{image}: resolving packages in {string.Join(", ", next.Debian.Suites)}");
        LockProposal proposal = await sources.NewLockMaker().ProposeAsync(next, locked, cancellationToken);
        ImmutableArray<PackageUpdate> packages = Checker.Compare(next, locked, proposal, wanted.Advisories);
        if (changes.Count == 0 && packages.IsEmpty && Fits(definition, locked))
            return null;

        ImageLock made = await UpstreamLockAsync(next, locked, proposal.Lock, wanted, cancellationToken);
        RequireHad(next, made, changes);
        await ImageLockFile.WriteAsync(next.Folder, made, cancellationToken);
        (AssembledImage assembled, InspectionResult inspected) = await AssembleAndInspectAsync(image, cancellationToken);
        (AssembledImage? old, ImmutableArray<ImageDifference>? differences, string why) = await CompareAsync(image, cancellationToken);
        VersionChange[] moved = [.. Moved(next, locked).UnionBy(changes, change => change.File)];
        UpdateReport done = new()
        {
            Image = image,
            Version = next.Version,
            Versions = [.. moved],
            Packages = packages,
            Upstream = [.. made.Upstream.Where(file => moved.Any(change => change.FilesOf(next).Any(moving => moving.Name == file.Name)))],
            Sizes =
            [
                .. assembled.Platforms.Select(platform => new PlatformSize(
                    platform.Platform,
                    SizeOf(old?.Platforms.FirstOrDefault(other => other.Platform == platform.Platform)),
                    SizeOf(platform)!.Value
                )),
            ],
            Differences = differences,
            NotCompared = why,
            Inspected = inspected.Platforms,
            NextTag = await git.NextTagAsync(image, next.Version, cancellationToken),
            HasAdvisories = wanted.Advisories is not null,
            Findings =
                old is null || wanted.Advisories is null
                    ? null
                    : await new ScanWorkflow(workspace, wanted.Advisories, log, sources.Time).CompareAsync(
                        image,
                        Before,
                        Staging,
                        cancellationToken
                    ),
        };
        await File.WriteAllTextAsync(Path.Combine(Staging.Results(image), "report.md"), UpdateMarkdown.Of(done), cancellationToken);
        return new StagedUpdate(definition, done)
        {
            Yaml = (
                yaml,
                changes.Count == 0
                    ? yaml
                    : await File.ReadAllBytesAsync(Path.Combine(next.Folder, ImageDefinition.FileName), cancellationToken)
            ),
            Lock = (lockBytes, ImageLockFile.ToBytes(made)),
        };
    }

    private async Task<ImageDefinition> EditAsync(ImageDefinition staged, List<VersionChange> changes, CancellationToken cancellationToken)
    {
        string text = await sources.NewDefinitionUpdate().MakeAsync(staged, changes, cancellationToken);
        await File.WriteAllTextAsync(
            Path.Combine(staged.Folder, ImageDefinition.FileName),
            text,
            new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
            cancellationToken
        );
        return ImageDefinitionFile.Read(staged.Folder);
    }

    private async Task<List<VersionChange>> ChangesAsync(
        ImageDefinition definition,
        UpdateRequest wanted,
        CancellationToken cancellationToken
    )
    {
        List<VersionChange> changes = [];
        if (wanted.PackagesOnly)
            return changes;
        ReleaseVersion now = ReleaseVersion.Parse(definition.Version);
        if (wanted.To is { } to && to < now)
            throw new WorkflowException(
                $"--to {to}: it is older than {definition.Name}'s {now}. Take an older commit of images/{definition.Name} for that",
                FailureKind.WrongUse
            );
        if (wanted.To is { } given && given != now)
            changes.Add(new VersionChange(null, now, given));
        foreach (Versioned versioned in Versioned.Of(definition).Where(versioned => versioned.File is not null || wanted.To is null))
        {
            UpstreamUpdate updates = await Versions.AskAsync(versioned, wanted.Reach, cancellationToken);
            if (updates.IsBehind)
                log(
                    $"{definition.Name}: {updates.Subject}: {updates.Channel} says {updates.Newest}, which is older "
                        + $"than {updates.Locked}; it stays"
                );
            if (updates.Change is { } change)
                changes.Add(change);
        }

        foreach (VersionChange change in changes)
            log($"{definition.Name}: {change.File ?? definition.Name} {change.From} => {change.To}");
        return changes;
    }

    /// <summary>The upstream files of the new lock: what changed was had and judged; what did not is no worse than it was.</summary>
    private async Task<ImageLock> UpstreamLockAsync(
        ImageDefinition next,
        ImageLock locked,
        ImageLock proposed,
        UpdateRequest wanted,
        CancellationToken cancellationToken
    )
    {
        ImageLock made = wanted.PackagesOnly
            ? proposed
            : await sources.WithUpstreamAsync(next, proposed, wanted.AcceptUnsignedUnsafe, log, cancellationToken);
        var files = ImmutableArray.CreateBuilder<LockedUpstream>();
        foreach (UpstreamFile file in next.Upstream)
        {
            LockedUpstream? now = made.Upstream.FirstOrDefault(upstream => upstream.Name == file.Name),
                before = LockValidator.Kept(next, file, locked);
            if (
                before is not null
                && (
                    wanted.PackagesOnly
                    || now is null
                    || (before.Confirmed && !now.Confirmed)
                    || (before.Signature is not null && now.Signature is null)
                )
            )
                now = before;
            else if (
                before is null
                && !wanted.PackagesOnly
                && (now is null || now.Files.Values.Any(one => one.Size is null))
                && !WasLeftOut(file, locked)
            )
                throw new RemoteException(
                    RemoteFault.TryAgain,
                    $"{next.Name}: {file.Name} {file.Version} could not be downloaded and checked; nothing was written. The lines above "
                        + "say why; run the same command again"
                );
            if (now is not null)
                files.Add(now);
        }

        LockedUpstream[] all = [.. files];
        return made with
        {
            Upstream = [.. all],
            LeftOut = [.. next.Upstream.Select(file => file.Name).Except(all.Select(file => file.Name), StringComparer.Ordinal)],
        };
    }

    /// <summary>An optional file may be done without, but not be updated to a version that cannot be had.</summary>
    private static void RequireHad(ImageDefinition next, ImageLock made, List<VersionChange> changes)
    {
        foreach (
            UpstreamFile file in changes
                .SelectMany(change => change.FilesOf(next))
                .Where(file => made.LeftOut.Contains(file.Name, StringComparer.Ordinal))
        )
            throw new RemoteException(
                RemoteFault.TryAgain,
                $"{next.Name}: {file.Name} {file.Version} could not be downloaded, although its checksums are published; nothing was "
                    + "written. The lines above say why; run the same command again"
            );
    }

    /// <summary>Whether an optional file was done without already.</summary>
    private static bool WasLeftOut(UpstreamFile file, ImageLock locked) =>
        file.IsOptional && locked.LeftOut.Contains(file.Name, StringComparer.Ordinal);

    private static Task<AssemblyRequest> ReadAsync(Workspace place, string image, CancellationToken cancellationToken) =>
        new ImageInputs(place).ReadAsync(image, definition => definition.Platforms, cancellationToken);

    private async Task<AssembledImage> AssembleAsync(Workspace place, string image, CancellationToken cancellationToken)
    {
        AssemblyRequest input = await ReadAsync(place, image, cancellationToken);
        await new FetchWorkflow(sources, log).RunAsync([input], cancellationToken);
        return await new AssembleWorkflow(place, sources.Cache, log, sources.Time).RunAsync(input, cancellationToken);
    }

    private async Task<(AssembledImage Image, InspectionResult Result)> AssembleAndInspectAsync(
        string image,
        CancellationToken cancellationToken
    )
    {
        AssembledImage assembled = await AssembleAsync(Staging, image, cancellationToken);
        AssemblyRequest input = await ReadAsync(Staging, image, cancellationToken);
        InspectionResult inspected = await new InspectWorkflow(Staging, log).RunAsync(input, cancellationToken);
        foreach (string line in InspectWorkflow.Lines(inspected))
            log(line);
        inspected.Require();
        return (assembled, inspected);
    }

    /// <summary>The image of the old lock beside the new one, where its content can still be had.</summary>
    private async Task<(AssembledImage? Old, ImmutableArray<ImageDifference>? Differences, string Why)> CompareAsync(
        string image,
        CancellationToken cancellationToken
    )
    {
        try
        {
            AssembledImage old = await AssembleAsync(Before, image, cancellationToken);
            OtherImage other = OtherImage.Parse(Before.Layout(image), _ =>
                throw new InvalidOperationException("the old image is a layout")
            );
            return (old, await new InspectWorkflow(Staging, log).CompareAsync(image, other, cancellationToken), "");
        }
        catch (Exception e) when (e is RemoteException or ContentException or DefinitionException or WorkflowException or DebException)
        {
            log($"{image}: not compared with the present image: {e.Message}");
            return (null, null, e.Message);
        }
    }

    /// <summary>
    /// Every version that the lock has otherwise than the definition, also where a killed update changed the definition alone.
    /// </summary>
    private static IEnumerable<VersionChange> Moved(ImageDefinition next, ImageLock locked)
    {
        IEnumerable<(string? File, string From, string To)> all = next
            .Upstream.Where(file => file.HasOwnVersion)
            .Select(file =>
                ((string?)file.Name, locked.Upstream.FirstOrDefault(one => one.Name == file.Name)?.Version ?? file.Version, file.Version)
            )
            .Prepend((null, locked.Version, next.Version));
        foreach ((string? file, string from, string to) in all.Where(one => one.From != one.To))
        {
            if (ReleaseVersion.TryParse(from) is { } was && ReleaseVersion.TryParse(to) is { } becomes)
                yield return new VersionChange(file, was, becomes);
        }
    }

    private static bool Fits(ImageDefinition definition, ImageLock locked)
    {
        try
        {
            LockValidator.Require(definition, locked);
            return true;
        }
        catch (DefinitionException)
        {
            return false;
        }
    }

    private static long? SizeOf(AssembledPlatform? platform) => platform?.Layers.Sum(layer => layer.Blob.Size);
}
