using System.Security.Cryptography;
using System.Text;
using Slipway.Oci;

namespace Slipway.Images;

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
    private static readonly (string Sha1, string Sha256) Nothing = HashesOf("");

    /// <summary>The path in the image, without a slash before or behind it.</summary>
    public string Path => Name[2..].TrimEnd('/');

    /// <summary>How an entry of an image is written.</summary>
    internal static SpdxFile Of(FoundEntry entry)
    {
        string id = SpdxId.OfFile(entry.Path),
            name = "./" + entry.Path;
        switch (entry.Kind)
        {
            case LayerEntryKind.File:
                return new SpdxFile(id, name, entry.File!.Sha1!, entry.File.Digest.Hex, null);
            case LayerEntryKind.HardLink when entry.Linked?.File is { } file:
                return new SpdxFile(id, name, file.Sha1!, file.Digest.Hex, $"another name of ./{entry.LinkTarget}");
            case LayerEntryKind.SymbolicLink:
                (string sha1, string sha256) = HashesOf(entry.LinkTarget ?? "");
                return new SpdxFile(id, name, sha1, sha256, $"symbolic link to {entry.LinkTarget}");
            case LayerEntryKind.Directory:
                return new SpdxFile(id, name + "/", Nothing.Sha1, Nothing.Sha256, "directory");
            default:
                return new SpdxFile(id, name, Nothing.Sha1, Nothing.Sha256, "neither file, directory nor link");
        }
    }

    private static (string Sha1, string Sha256) HashesOf(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
#pragma warning disable CA5350 // The format has SHA-1; nothing is trusted because of it.
        return (Convert.ToHexStringLower(SHA1.HashData(bytes)), Convert.ToHexStringLower(SHA256.HashData(bytes)));
#pragma warning restore CA5350
    }
}
