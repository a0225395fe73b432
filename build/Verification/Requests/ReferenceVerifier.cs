using Slipway.Oci;
using Slipway.Trust;

namespace Slipway.Verification;

/// <summary>
/// Verifies what a reference names, in a registry or in files: one way for every program that verifies, with one verdict and the same
/// words.
/// </summary>
/// <param name="officials">Tells which image a reference must be.</param>
/// <param name="policy">What an image must be, known or not (null).</param>
/// <param name="log">Told what to do where the verdict alone does not say it.</param>
public sealed class ReferenceVerifier(OfficialChoice officials, Func<KnownImage?, ReleasePolicy> policy, Action<string> log)
{
    /// <summary>What stands before the reference where a message names it.</summary>
    public string Parameter { get; init; } = "--reference ";

    /// <summary>Verifies what a registry has, or all registries of its image, which must have the same.</summary>
    /// <param name="open">Reads content and signatures of a repository.</param>
    /// <exception cref="WrongUseException">The reference has neither tag nor digest, or its registries are not known.</exception>
    public async Task<ReleaseVerdict> RegistryAsync(
        Reference reference,
        bool allRegistries,
        Func<Reference, IContentReader> open,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(reference);
        OfficialImage official = officials.Of(reference);
        KnownImage? image = official.Image;
        string wanted = reference.Digest?.ToString()
            ?? reference.Tag
            ?? throw new WrongUseException($"{Parameter}{reference}: wanted a tag or a digest");
        if (allRegistries && image?.Repositories.Any(reference.IsSamePlaceAs) != true)
            throw new WrongUseException(
                $"--all-registries: {reference.Name} is not the repository of an image under images/, so its registries are not known"
            );
        IEnumerable<Reference> places = allRegistries ? image!.Repositories.OrderBy(place => !place.IsSamePlaceAs(reference)) : [reference];
        ReleaseVerifier verifier = new(policy(image) with { Claims = reference.Tag is { } tag ? TagClaims.Of(tag) : null });
        ReleaseVerdict verdict = await verifier.VerifySameAsync(
            places.Select(place => open(place).Release(wanted, official.Repository)),
            cancellationToken
        );
        bool namesAnother = verdict.Places.Any(place =>
            place.Result?.Subjects.Any(subject => subject.Failure == FailureReason.ReferenceMismatch) == true
        );
        if (image is null && namesAnother)
            log(officials.AdviceOn(reference));
        return verdict;
    }

    /// <summary>Verifies an image in files, and reads nothing else: no request is sent.</summary>
    /// <param name="trust">A layout folder with signatures; null to look for them.</param>
    /// <param name="scratch">Where an archive may be unpacked, in a folder of its own that is deleted again.</param>
    /// <returns>The verdict, and the repository that signatures had to name.</returns>
    /// <exception cref="WrongUseException">Nothing says which image it must be, or there are several and none is named.</exception>
    public async Task<(ReleaseVerdict Verdict, Reference Official)> FilesAsync(
        LocalReference reference,
        string? trust,
        string scratch,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(reference);
        using LocalImage image = LocalImage.Open(reference, trust, scratch, cancellationToken);
        (string wanted, string? tag) = Argument.Parse(() => image.Choose(reference.Wanted));
        OfficialImage official = await officials.OfFilesAsync(image, wanted, Parameter + reference.Text, cancellationToken);
        // Without a tag it claims nothing.
        ReleaseVerifier verifier = new(policy(official.Image) with { Claims = tag is null ? null : TagClaims.Of(tag) });
        VerificationRequest request = new()
        {
            Content = image.Content,
            Signatures = image.Trust,
            Wanted = wanted,
            Official = official.Repository,
        };
        PlaceVerdict verdict = await verifier.VerifyAsync(request, cancellationToken);
        return (new ReleaseVerdict([verdict.Telling(image.Named)]), official.Repository);
    }
}
