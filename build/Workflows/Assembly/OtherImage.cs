using Slipway.Images;
using Slipway.Oci;

namespace Slipway.Workflows;

/// <summary>
/// An image to compare with, as the command line names it: a folder with a layout, <c>FOLDER</c>, <c>FOLDER:TAG</c> or
/// <c>FOLDER@DIGEST</c>, or else a reference to a registry.
/// </summary>
/// <param name="Place">Holds it.</param>
/// <param name="Wanted">Tag or digest; null when the layout holds but one.</param>
/// <param name="Contents">The lists of contents beside a layout of ours; null when there are none.</param>
internal sealed record OtherImage(IContentReader Place, string? Wanted, ContentsFolder? Contents)
{
    /// <summary>As <c>--reference</c> names a layout; here a bare path means the same.</summary>
    private const string Folder = "oci:";

    /// <param name="connect">Makes a reader of a reference's repository.</param>
    /// <exception cref="ContentException">It names neither a layout nor a reference with tag or digest.</exception>
    public static OtherImage Parse(string text, Func<Reference, IContentReader> connect)
    {
        text = text.StartsWith(Folder, StringComparison.Ordinal) ? text[Folder.Length..] : text;
        if (Directory.Exists(text))
            return Layout(text, null);
        int at = text.LastIndexOf('@'),
            colon = text.LastIndexOf(':');
        int end = at > 0 ? at : colon;
        if (end > 0 && Directory.Exists(text[..end]))
            return Layout(text[..end], text[(end + 1)..]);
        // No reference begins so: what was meant is a folder that is not there.
        if (text is ['/' or '.' or '~', ..])
            throw new ContentException(
                $"'{text}': folder not found; wanted a layout as FOLDER, FOLDER:TAG or FOLDER@DIGEST, or a reference"
            );
        Reference reference = Reference.Parse(text);
        string wanted = reference.Digest?.ToString()
            ?? reference.Tag
            ?? throw new ContentException($"reference '{text}': wanted a tag or a digest");
        return new OtherImage(connect(reference), wanted, null);
    }

    /// <exception cref="ContentException">The place has no such image, or several where none was named.</exception>
    public async Task<Descriptor> ResolveAsync(CancellationToken cancellationToken)
    {
        if (Wanted is null)
        {
            Descriptor[] tops = [.. ((OciLayout)Place).ReadIndex().Manifests];
            Descriptor[] indexes = [.. tops.Where(entry => MediaType.IsAnyIndex(entry.MediaType))];
            return (indexes.Length == 1 ? indexes : tops) is [var only]
                ? only
                : throw new ContentException($"{Place.Name}: it holds {tops.Length} images; name one as FOLDER:TAG");
        }

        if (Digest.TryParse(Wanted, out Digest? digest))
            return new Descriptor("", digest, 0);
        return await Place.ResolveAsync(Wanted, cancellationToken)
            ?? throw new ContentException($"{Place.Name}: there is no tag '{Wanted}'{Tags}");
    }

    public override string ToString() => Wanted is null ? Place.Name : $"{Place.Name} {Wanted}";

    /// <summary>The tags that a layout has, for who spelled one otherwise.</summary>
    private string Tags =>
        Place is not OciLayout layout ? ""
        : layout
            .ReadIndex()
            .Manifests.Select(entry => entry.Annotations.GetValueOrDefault(OciLayout.RefName))
            .OfType<string>()
            .Distinct()
            .Take(20)
            .ToArray()
            is { Length: > 0 } there
            ? $"; there are: {string.Join(", ", there.Select(Printable.Of))}"
        : "; it has none, so name it as FOLDER or FOLDER@DIGEST";

    private static OtherImage Layout(string folder, string? wanted)
    {
        string lists = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(folder).TrimEnd('/'))!, "contents");
        return new OtherImage(OciLayout.Open(folder), wanted, Directory.Exists(lists) ? new ContentsFolder(lists) : null);
    }
}
