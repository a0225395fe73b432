using System.Collections.Immutable;
using Slipway.Oci;

namespace Slipway.Verification;

/// <summary>
/// What a provenance must say. What is null is not asked; a rehearsal's and one of a modified work tree never pass where no rehearsal is
/// expected.
/// </summary>
public sealed record ProvenanceCheck
{
    /// <summary>The image's name.</summary>
    public string? Image { get; init; }

    /// <summary>The https address of the repository, without a final slash.</summary>
    public string? Source { get; init; }

    /// <summary>The git tag, <c>IMAGE/vX.Y.Z</c>.</summary>
    public string? Tag { get; init; }

    /// <summary>In hex.</summary>
    public string? Commit { get; init; }

    /// <summary>The builder's id.</summary>
    public string? Builder { get; init; }

    /// <summary>Builders' ids, one of which it must be; empty asks nothing.</summary>
    public ImmutableArray<string> Builders { get; init; } = [];

    /// <summary>What may have started the CI run, as the signer's certificate says; empty asks nothing.</summary>
    public ImmutableArray<string> Triggers { get; init; } = [];

    /// <summary>In any order.</summary>
    public ImmutableArray<Platform>? Platforms { get; init; }

    /// <summary>The digest of the lock.</summary>
    public Digest? Lock { get; init; }

    /// <summary>How it was to be built.</summary>
    public BuildMethod? Way { get; init; }

    /// <summary>The one platform that is looked at, which must be among the provenance's.</summary>
    public Platform? Platform { get; init; }

    /// <summary>What the image's tag claims, as far as a provenance can prove it.</summary>
    public TagClaims? Claims { get; init; }

    /// <summary>Whether it must be a rehearsal's, which may be of a modified work tree.</summary>
    public bool IsRehearsal { get; init; }

    /// <summary>Every file that the lock names for the image's platforms, and no other.</summary>
    public ImmutableArray<Material>? Materials { get; init; }

    /// <summary>All that is not as expected, in the order of <see cref="ProvenanceProblem"/>; none when all is.</summary>
    public ImmutableArray<ProvenanceFinding> Judge(SlsaProvenance provenance)
    {
        ArgumentNullException.ThrowIfNull(provenance);
        return [.. OfBuilder(provenance), .. OfSource(provenance), .. OfClaims(provenance), .. OfInput(provenance)];
    }

    /// <summary>Of what merged an image that was built apart as much is asked as of what built each platform.</summary>
    private IEnumerable<ProvenanceFinding> OfBuilder(SlsaProvenance provenance) =>
        provenance
            .BuiltApart.Select(platform => (What: $"builder of {Printable.Of(platform.Record.Name)}", platform.Builder))
            .Prepend(("builder", provenance.BuilderId))
            .SelectMany(one => OfBuilder(one.Item1, one.Item2));

    private IEnumerable<ProvenanceFinding> OfBuilder(string what, string id)
    {
        if (!IsRehearsal && id == Verification.Builder.Rehearsal.Id)
            yield return new(ProvenanceProblem.BuilderIsRehearsal, "it was built by a rehearsal");
        if (IsRehearsal && id != Verification.Builder.Rehearsal.Id)
            yield return Differs(ProvenanceProblem.BuilderMismatch, what, Verification.Builder.Rehearsal.Id, id);
        if (Builder is not null && Builder != id)
            yield return Differs(ProvenanceProblem.BuilderMismatch, what, Builder, id);
        if (!Builders.IsEmpty && !Builders.Contains(id))
            yield return Differs(ProvenanceProblem.BuilderMismatch, what, string.Join(" or ", Builders), id);
    }

    private IEnumerable<ProvenanceFinding> OfSource(SlsaProvenance provenance)
    {
        BuildParameters said = provenance.Parameters;
        if (Image is not null && Image != said.Image)
            yield return Differs(ProvenanceProblem.ImageMismatch, "image", Image, said.Image);
        if (Source is not null && Source != said.Source)
            yield return Differs(ProvenanceProblem.SourceMismatch, "repository", Source, said.Source);
        if (said.IsModified && !IsRehearsal)
            yield return new(ProvenanceProblem.SourceModified, $"it was built from {said.Commit} with uncommitted changes");
        if (Tag is not null && Tag != said.Tag)
            yield return Differs(ProvenanceProblem.TagMismatch, "git tag", Tag, said.Tag);
        if (Commit is not null && Commit != said.Commit)
            yield return Differs(ProvenanceProblem.CommitMismatch, "commit", Commit, said.Commit);
        string?[] commits = [.. provenance.Dependencies.Where(IsCommit).Select(resource => resource.Digests[ResourceDescriptor.GitCommit])];
        if (commits is not [{ } commit] || commit != said.Commit)
            yield return Differs(
                ProvenanceProblem.CommitMismatch,
                "the commit among its dependencies",
                said.Commit,
                string.Join(", ", commits)
            );
    }

    /// <summary>The tag of a release is the git tag behind the image's name; that of a commit is what git calls the commit.</summary>
    private IEnumerable<ProvenanceFinding> OfClaims(SlsaProvenance provenance)
    {
        BuildParameters said = provenance.Parameters;
        if (Claims?.Version is { } version && $"{Image ?? said.Image}/{version}" is var tag && tag != said.Tag)
            yield return Differs(ProvenanceProblem.TagMismatch, "git tag", tag, said.Tag);
        if (
            Claims?.Description is { } description
            && $"{Image ?? said.Image}/{description}" is var described
            && described != provenance.Description
        )
            yield return Differs(ProvenanceProblem.DescriptionMismatch, "what git calls the commit", described, provenance.Description);
        if (Claims?.Commit is { } commit && !said.Commit.StartsWith(commit, StringComparison.Ordinal))
            yield return Differs(ProvenanceProblem.CommitMismatch, "commit", commit, said.Commit);
        if (Claims is { SaysWhich: true } && Claims.IsDirty != said.IsModified)
            yield return new(
                ProvenanceProblem.SourceModified,
                $"{Claims.Tag} is of {(Claims.IsDirty ? "a work tree with changes" : "a commit alone")}, the build was "
                    + $"of {(said.IsModified ? "a work tree with changes" : "a commit alone")}"
            );
        if (Platform is not null && !said.Platforms.Any(Platform.IsSameAs))
            yield return Differs(ProvenanceProblem.PlatformsMismatch, "platforms", Platform.ToString(), string.Join(", ", said.Platforms));
    }

    private IEnumerable<ProvenanceFinding> OfInput(SlsaProvenance provenance)
    {
        BuildParameters said = provenance.Parameters;
        if (
            Platforms is { } platforms
            && !platforms
                .Select(platform => platform.Normalized)
                .ToHashSet()
                .SetEquals(said.Platforms.Select(platform => platform.Normalized))
        )
            yield return Differs(
                ProvenanceProblem.PlatformsMismatch,
                "platforms",
                string.Join(", ", platforms),
                string.Join(", ", said.Platforms)
            );
        if (Lock is not null && Lock != said.Lock)
            yield return Differs(ProvenanceProblem.LockMismatch, "lock", Lock.ToString(), said.Lock.ToString());
        BuildMethod way = said.Dockerfile is null ? BuildMethod.Assembled : BuildMethod.Dockerfile;
        if (Way is { } expected && expected != way)
            yield return Differs(ProvenanceProblem.WayMismatch, "way of building", expected.ToString(), way.ToString());
        if (Materials is not { } materials)
            yield break;
        ILookup<string, string> there = provenance
            .Dependencies.Where(resource => !IsCommit(resource) && !IsToolchain(resource))
            .ToLookup(resource => resource.Uri, DigestsOf, StringComparer.Ordinal);
        ILookup<string, string> wanted = materials.ToLookup(
            material => material.Address,
            material => material.Digest.ToString(),
            StringComparer.Ordinal
        );
        foreach (var missing in wanted.Where(file => !there.Contains(file.Key)))
            yield return new(ProvenanceProblem.DependencyMissing, $"{missing.Key} is not among its dependencies");
        foreach (var differs in wanted.Where(file => there.Contains(file.Key) && !there[file.Key].ToHashSet().SetEquals(file)))
            yield return Differs(
                ProvenanceProblem.DependencyMismatch,
                differs.Key,
                string.Join(", ", differs),
                string.Join(", ", there[differs.Key])
            );
        foreach (var unexpected in there.Where(file => !wanted.Contains(file.Key)))
            yield return new(
                ProvenanceProblem.DependencyUnexpected,
                $"{Printable.Of(unexpected.Key)} is among its dependencies but not in the lock"
            );
    }

    private static bool IsCommit(ResourceDescriptor resource) => resource.Digests.ContainsKey(ResourceDescriptor.GitCommit);

    private static bool IsToolchain(ResourceDescriptor resource) =>
        resource.Uri.StartsWith(SlsaProvenance.Sdk, StringComparison.Ordinal)
        || resource.Uri.StartsWith(SlsaProvenance.Runtime, StringComparison.Ordinal);

    private static string DigestsOf(ResourceDescriptor resource) =>
        string.Join('+', resource.Digests.Select(digest => $"{digest.Key}:{digest.Value}"));

    private static ProvenanceFinding Differs(ProvenanceProblem problem, string what, string wanted, string? got) =>
        new(problem, $"{what} wanted {wanted}, got {(string.IsNullOrEmpty(got) ? "none" : Printable.Of(got))}");
}
