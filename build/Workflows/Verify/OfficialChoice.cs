using System.Collections.Immutable;
using Slipway.Definitions;
using Slipway.Oci;

namespace Slipway.Workflows;

/// <summary>
/// What a reference must be a copy of: the image that <c>--images</c> names, the repository that <c>--official</c> names, else the image
/// whose repositories hold the reference. Signatures have to name that image's official repository, so a wrong word helps nobody.
/// </summary>
/// <param name="All">The images here.</param>
/// <param name="Images">Names of <c>--images</c>; none where it was not given.</param>
/// <param name="Official">Of <c>--official</c>, without tag; null where it was not given.</param>
internal sealed record OfficialChoice(IReadOnlyList<ImageDefinition> All, IReadOnlyList<string> Images, Reference? Official)
{
    /// <param name="reference">In a registry, whichever.</param>
    /// <exception cref="WorkflowException">What was given contradicts itself or the reference.</exception>
    public OfficialImage Of(Reference reference)
    {
        ImageDefinition? held = Holding(reference),
            meant = Named(held);
        if (held is not null && meant is not null && held != meant)
            throw Wrong($"{reference.Name} is the repository of {held.Name}, not of {meant.Name}");
        if (held is not null && Official is not null && Holding(Official) != held)
            throw Wrong(
                $"{reference.Name} is the repository of {held.Name}, whose signatures name {held.Official.Name}, not {Official.Name}"
            );
        ImageDefinition? image = meant ?? held;
        return new OfficialImage(image, image?.Official ?? Official ?? reference);
    }

    /// <summary>Of files: what they say that they are helps where nothing was given.</summary>
    /// <param name="title">What the image says of itself; null when it says nothing.</param>
    /// <returns>Null when nobody says it.</returns>
    /// <exception cref="WorkflowException">What was given contradicts itself.</exception>
    public OfficialImage? OfFiles(string? title)
    {
        ImageDefinition[] titled =
            Images.Count > 0 || Official is not null || title is null ? [] : [.. All.Where(image => image.Title == title)];
        ImageDefinition? image = Named(null) ?? (titled is [var only] ? only : null);
        return image is not null ? new OfficialImage(image, image.Official)
            : Official is not null ? new OfficialImage(null, Official)
            : null;
    }

    /// <summary>The image that was given in either way; null where none was, or one that is not known here.</summary>
    /// <param name="held">Whose repository the reference is: of several that were asked for it is meant.</param>
    private ImageDefinition? Named(ImageDefinition? held)
    {
        ImageDefinition? official = Official is null ? null : Holding(Official);
        if (Images.Count == 0)
            return official;
        ImageDefinition image =
            (held ?? official) is { } known && Images.Contains(known.Name) ? known
            : Images is [var name] ? All.First(image => image.Name == name)
            : throw new WorkflowException(
                $"--images {string.Join(' ', Images)}: wanted one, which --reference must be",
                FailureKind.WrongUse
            );
        return Official is null || official == image
            ? image
            : throw Wrong(
                $"--official {Official.Name} "
                    + $"is {(official is null ? $"not a repository of {image.Name}" : $"the repository of {official.Name}, not of {image.Name}")}"
            );
    }

    public ImageDefinition? Holding(Reference reference) => All.FirstOrDefault(image => image.Repositories.Any(reference.IsSamePlaceAs));

    private static WorkflowException Wrong(string problem) =>
        new(
            $"{problem}: --images and --official say what --reference must be a copy of. Leave out the one that is wrong",
            FailureKind.WrongUse
        );
}

/// <summary>What something must be.</summary>
/// <param name="Definition">Null where nothing is known of it here but its repository.</param>
/// <param name="Repository">What signatures must name.</param>
internal sealed record OfficialImage(ImageDefinition? Definition, Reference Repository);
