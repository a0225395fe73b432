using System.Security.Cryptography;
using System.Text;
using Slipway.Layers;
using Slipway.Oci;
using Slipway.Spdx;

namespace Slipway.Sboms;

/// <summary>An entry of an image as an SBOM has it: the same entry always gives the same file.</summary>
public static class SpdxEntry
{
    private static readonly (string Sha1, string Sha256) Nothing = HashesOf("");

    /// <param name="entry">As <see cref="HashScan"/> found it.</param>
    public static SpdxFile Of(FoundEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
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
