using Slipway.Oci;

namespace Slipway.Release;

/// <summary>
/// The SHA-256 of every file of a release in the form of GNU coreutils: <c>sha256sum --check SHA256SUMS</c> checks them, and one signature
/// over the list speaks for all.
/// </summary>
public static class ChecksumList
{
    public const string FileName = "SHA256SUMS";

    /// <summary>The signature of the list as a Sigstore bundle.</summary>
    public const string SignatureName = FileName + ".sigstore.json";

    /// <summary>The detached OpenPGP signature of the list, in binary form, under the name that Terraform's registry looks for.</summary>
    public const string OpenPgpName = FileName + ".sig";

    /// <summary>Sorted by name, so that the same files give the same list.</summary>
    public static ReleasedFile Of(IEnumerable<ReleasedFile> assets) =>
        ReleasedFile.OfText(
            FileName,
            string.Concat(
                assets
                    .OrderBy(asset => asset.Name, StringComparer.Ordinal)
                    .Select(asset => $"{Digest.Of(asset.Content.Span).Hex}  {asset.Name}\n")
            )
        );
}
