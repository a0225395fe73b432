namespace Slipway.Spdx;

/// <summary>
/// One path of an image (clause 8). SPDX knows files alone; so a directory is written as an empty file whose name ends in a
/// slash, a symbolic link as a file that holds its target, and the comment says which it is.
/// </summary>
/// <param name="Id"><c>SPDXRef-File-…</c>, from the path.</param>
/// <param name="Name">The path behind <c>./</c>.</param>
/// <param name="Sha1">In lower-case hex; the format asks for it (clause 8.4).</param>
/// <param name="Sha256">In lower-case hex.</param>
/// <param name="Comment">What it is when it is no plain file.</param>
public sealed record SpdxFile(string Id, string Name, string Sha1, string Sha256, string? Comment)
{
    /// <summary>The path in the image, without a slash before or behind it.</summary>
    public string Path => Name[2..].TrimEnd('/');
}
