using System.Text.RegularExpressions;
using Slipway.Oci;

namespace Slipway.Verification;

/// <summary>
/// An image in files, as <c>--reference</c> names it: <c>oci:FOLDER</c>, <c>oci-archive:FILE</c>, or the bare path of either, each with
/// <c>:TAG</c> or <c>@DIGEST</c> behind it where there are several images.
/// </summary>
/// <param name="Path">As it was typed; it exists.</param>
/// <param name="IsArchive">Whether it is a file, else a folder.</param>
/// <param name="Wanted">Tag or digest; null for the only image there is.</param>
public sealed partial record LocalReference(string Path, bool IsArchive, string? Wanted)
{
    private const string Folder = "oci:",
        Archive = "oci-archive:";

    /// <summary>Null when the text names something in a registry: where it could be both, it is that.</summary>
    /// <exception cref="ContentException">It means files, and they are not there.</exception>
    public static LocalReference? Parse(string text)
    {
        if (text.StartsWith(Folder, StringComparison.Ordinal))
            return Find(text[Folder.Length..], isArchive: false) with { Text = text };
        if (text.StartsWith(Archive, StringComparison.Ordinal))
            return Find(text[Archive.Length..], isArchive: true) with { Text = text };
        return
            text is ['/', ..]
            || text.StartsWith("./", StringComparison.Ordinal)
            || text.StartsWith("../", StringComparison.Ordinal)
            || !IsRemote(text)
            ? Find(text, isArchive: null)
            : null;
    }

    /// <summary>As it was asked for.</summary>
    public string Text { get; private init; } = "";

    public override string ToString() =>
        Path
        + (
            Wanted is null ? ""
            : Digest.TryParse(Wanted, out _) ? "@" + Wanted
            : ":" + Wanted
        );

    private static bool IsRemote(string text)
    {
        try
        {
            return Reference.Parse(text) is not null;
        }
        catch (ContentException) when (Split(text).Any(split => Directory.Exists(split.Path) || File.Exists(split.Path)))
        {
            return false;
        }
    }

    private static LocalReference Find(string text, bool? isArchive)
    {
        foreach ((string path, string? wanted) in Split(text))
        {
            if (isArchive != true && Directory.Exists(path))
                return new LocalReference(path, false, wanted) { Text = text };
            if (isArchive != false && File.Exists(path))
                return new LocalReference(path, true, wanted) { Text = text };
        }

        throw new ContentException(
            $"'{Printable.Of(text)}': "
                + $"{(isArchive switch { true => "file", false => "folder", null => "folder or file" })} not found; wanted oci:FOLDER[:TAG], "
                + "oci-archive:FILE[:TAG] or REPOSITORY:TAG"
        );
    }

    /// <summary>The ways to read a text, the longest path first.</summary>
    private static IEnumerable<(string Path, string? Wanted)> Split(string text)
    {
        yield return (text, null);
        if (WithName().Match(text) is { Success: true } match)
            yield return (match.Groups["path"].Value, match.Groups["wanted"].Value);
    }

    [GeneratedRegex(@"^(?<path>.+?)(@(?<wanted>sha(256|512):[0-9a-f]+)|:(?<wanted>[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}))\z")]
    private static partial Regex WithName();
}
