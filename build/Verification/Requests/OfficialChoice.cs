using Slipway.Oci;

namespace Slipway.Verification;

/// <summary>
/// What a reference must be a copy of: the image that <c>--images</c> names, the repository that <c>--official</c> names, else the image
/// whose repositories hold the reference. Signatures have to name that image's official repository, so a wrong word helps nobody.
/// </summary>
/// <param name="All">The images that are known here; none where a program knows no images, and has no <c>--images</c>.</param>
/// <param name="Images">Names of <c>--images</c>; none where it was not given.</param>
/// <param name="Official">Of <c>--official</c>, without tag; null where it was not given.</param>
public sealed record OfficialChoice(IReadOnlyList<KnownImage> All, IReadOnlyList<string> Images, Reference? Official)
{
    /// <summary>What says which image is meant.</summary>
    private string Parameters => All.Count == 0 ? "--official REPOSITORY" : "--images NAME or --official REPOSITORY";

    /// <param name="reference">In a registry, whichever.</param>
    /// <exception cref="WrongUseException">What was given contradicts itself or the reference.</exception>
    public OfficialImage Of(Reference reference)
    {
        ArgumentNullException.ThrowIfNull(reference);
        KnownImage? held = Holding(reference),
            meant = Named(held);
        if (held is not null && meant is not null && held != meant)
            throw Wrong($"{reference.Name} is the repository of {held.Name}, not of {meant.Name}");
        if (held is not null && Official is not null && Holding(Official) != held)
            throw Wrong(
                $"{reference.Name} is the repository of {held.Name}, whose signatures name {held.Official.Name}, not {Official.Name}"
            );
        KnownImage? image = meant ?? held;
        return new OfficialImage(image, image?.Official ?? Official ?? reference);
    }

    /// <summary>
    /// Of files: the image asked for, else the one that they say they are. The signature has to name its repository, so saying something
    /// else helps nobody.
    /// </summary>
    /// <param name="wanted">A tag or digest in the files.</param>
    /// <param name="asked">What was asked for, as a message names it.</param>
    /// <exception cref="WrongUseException">Nobody says which image they must be, or what was given contradicts itself.</exception>
    public async Task<OfficialImage> OfFilesAsync(LocalImage files, string wanted, string asked, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(files);
        return OfTitled(await files.TitleAsync(wanted, cancellationToken))
            ?? throw new WrongUseException(
                $"{asked}: {(await files.HoldsAsync(wanted, cancellationToken) ? "it" : "it has no such tag and")} does "
                    + $"not say which image it is, so the repository that its signatures must name is not known. Give {Parameters}"
            );
    }

    /// <summary>What to do where signatures name another repository than the one that was asked for.</summary>
    public string AdviceOn(Reference reference)
    {
        ArgumentNullException.ThrowIfNull(reference);
        return $"{reference.Name}: its signatures name another repository. If it is a copy, name its original by {Parameters}";
    }

    public KnownImage? Holding(Reference reference) => All.FirstOrDefault(image => image.Repositories.Any(reference.IsSamePlaceAs));

    private OfficialImage? OfTitled(string? title)
    {
        KnownImage[] titled =
            Images.Count > 0 || Official is not null || title is null ? [] : [.. All.Where(image => image.Title == title)];
        KnownImage? image = Named(null) ?? (titled is [var only] ? only : null);
        return image is not null ? new OfficialImage(image, image.Official)
            : Official is not null ? new OfficialImage(null, Official)
            : null;
    }

    /// <summary>The image that was given in either way; null where none was, or one that is not known here.</summary>
    /// <param name="held">Whose repository the reference is: of several that were asked for it is meant.</param>
    private KnownImage? Named(KnownImage? held)
    {
        KnownImage? official = Official is null ? null : Holding(Official);
        if (Images.Count == 0)
            return official;
        KnownImage image =
            (held ?? official) is { } known && Images.Contains(known.Name) ? known
            : Images is [var name] ? All.First(image => image.Name == name)
            : throw new WrongUseException($"--images {string.Join(' ', Images)}: wanted one, which --reference must be");
        return Official is null || official == image
            ? image
            : throw Wrong(
                $"--official {Official.Name} "
                    + $"is {(official is null ? $"not a repository of {image.Name}" : $"the repository of {official.Name}, not of {image.Name}")}"
            );
    }

    private static WrongUseException Wrong(string problem) =>
        new($"{problem}: --images and --official say what --reference must be a copy of. Leave out the one that is wrong");
}
