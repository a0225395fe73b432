using System.Text.RegularExpressions;
using Slipway.Oci;

namespace Slipway.GitHub;

/// <summary>A file on its way to be an asset.</summary>
/// <param name="Name">What the asset is called.</param>
/// <param name="Path">Where its bytes are.</param>
/// <param name="MediaType">What GitHub gives to who downloads it.</param>
/// <param name="Size">In bytes.</param>
public sealed partial record AssetFile(string Name, string Path, string MediaType, long Size, Digest Digest)
{
    /// <summary>Reads a file's size and hash.</summary>
    /// <param name="name">What the asset is called; null for the file's own name.</param>
    /// <exception cref="FormatException">GitHub would give it another name.</exception>
    public static async Task<AssetFile> ReadAsync(string path, string mediaType, string? name, CancellationToken cancellationToken)
    {
        name ??= System.IO.Path.GetFileName(path);
        if (!Kept().IsMatch(name))
            throw new FormatException(
                $"asset '{Printable.Of(name)}': GitHub would rename it. Wanted letters, digits and '.', '_', '-', no '.' at its ends"
            );
        await using FileStream file = File.OpenRead(path);
        return new AssetFile(name, path, mediaType, file.Length, await Digest.OfAsync(file, cancellationToken));
    }

    /// <summary>What GitHub does not rename ("Upload a release asset", notes).</summary>
    [GeneratedRegex(@"^[A-Za-z0-9_-](?:[A-Za-z0-9._-]{0,253}[A-Za-z0-9_-])?\z")]
    private static partial Regex Kept();
}
