using System.Collections.Immutable;
using Slipway.Definitions;
using Slipway.Oci;
using Slipway.Registry;
using Slipway.Trust;
using Slipway.Verification;

namespace Slipway.Workflows;

/// <summary>Checks a release where others pull it, in files, or in the local layouts.</summary>
/// <param name="policy">What an image of ours must be, or one of which nothing but its repository is known (null).</param>
internal sealed class VerifyWorkflow(Func<ImageDefinition?, ReleasePolicy> policy, Action<string> log)
{
    /// <summary>Checks the local layouts, whose only name is the definition's version: no tag, so they claim nothing.</summary>
    public async Task<ReleaseVerdict> LayoutsAsync(
        Workspace workspace,
        IEnumerable<ImageDefinition> definitions,
        CancellationToken cancellationToken
    )
    {
        var places = ImmutableArray.CreateBuilder<PlaceVerdict>();
        foreach (ImageDefinition definition in definitions)
        {
            ReleaseVerifier verifier = new(policy(definition) with { Claims = TagClaims.None });
            places.Add(await verifier.VerifyAsync(workspace.ReleaseOf(definition), cancellationToken));
        }

        return new ReleaseVerdict(places.ToImmutable());
    }

    /// <summary>
    /// Checks what a registry has, or all registries of its image, which must have the same.
    /// </summary>
    /// <param name="official">
    /// The repository that signatures must name: that of the image whose repositories hold the reference, else the reference's own.
    /// </param>
    /// <exception cref="WorkflowException">The reference has neither tag nor digest, or its registries are not known.</exception>
    public async Task<ReleaseVerdict> ReferenceAsync(
        Reference reference,
        OfficialImage official,
        bool allRegistries,
        RegistryClient client,
        CancellationToken cancellationToken
    )
    {
        ImageDefinition? definition = official.Definition;
        string wanted = reference.Digest?.ToString()
            ?? reference.Tag
            ?? throw new WorkflowException($"--reference {reference}: wanted a tag or a digest", FailureKind.WrongUse);
        if (allRegistries && definition?.Repositories.Any(reference.IsSamePlaceAs) != true)
            throw new WorkflowException(
                $"--all-registries: {reference.Name} is not the repository of an image under images/, so its registries are not known",
                FailureKind.WrongUse
            );
        IEnumerable<Reference> places = allRegistries
            ? definition!.Repositories.OrderBy(place => !place.IsSamePlaceAs(reference))
            : [reference];
        ReleaseVerifier verifier = new(policy(definition) with { Claims = reference.Tag is { } tag ? TagClaims.Of(tag) : null });
        ReleaseVerdict verdict = await verifier.VerifySameAsync(
            places.Select(place => client.Repository(place).Release(wanted, official.Repository)),
            cancellationToken
        );
        bool namesAnother = verdict.Places.Any(place =>
            place.Result?.Subjects.Any(subject => subject.Failure == FailureReason.ReferenceMismatch) == true
        );
        if (definition is null && namesAnother)
            log(
                $"{reference.Name}: its signatures name another repository. If it is a copy, name its original by --images NAME or "
                    + "--official REPOSITORY"
            );
        return verdict;
    }

    /// <summary>Checks an image in files, and reads nothing else: no request is sent.</summary>
    /// <param name="chosen">Its tag or digest, and the tag that it has; without one it claims nothing.</param>
    public async Task<ReleaseVerdict> FilesAsync(
        LocalImage image,
        (string Wanted, string? Tag) chosen,
        OfficialImage official,
        CancellationToken cancellationToken
    )
    {
        ReleaseVerifier verifier = new(policy(official.Definition) with { Claims = chosen.Tag is { } tag ? TagClaims.Of(tag) : null });
        VerificationRequest request = new()
        {
            Content = image.Content,
            Signatures = image.Trust,
            Wanted = chosen.Wanted,
            Official = official.Repository,
        };
        PlaceVerdict verdict = await verifier.VerifyAsync(request, cancellationToken);
        return new ReleaseVerdict([verdict.Telling(image.Named)]);
    }
}
