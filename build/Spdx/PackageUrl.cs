using System.Text;
using Slipway.Oci;

namespace Slipway.Spdx;

/// <summary>
/// Package URLs, the names that scanners look vulnerabilities up by (the purl specification; its type definitions
/// <c>deb</c>, <c>oci</c>, <c>nuget</c>, <c>golang</c>, <c>cargo</c> and <c>generic</c>). Qualifiers stand in the order of their keys.
/// </summary>
public static class PackageUrl
{
    /// <param name="architecture">Debian's word, or <c>all</c>.</param>
    /// <param name="distribution">The suite's code name.</param>
    public static string OfDebian(string name, string version, string architecture, string distribution) =>
        $"pkg:deb/debian/{Encode(name.ToLowerInvariant())}@{Encode(version)}?arch={Encode(architecture)}&distro={Encode(distribution)}";

    /// <param name="digest">Of the manifest or index.</param>
    /// <param name="architecture">Null for an index.</param>
    /// <param name="tag">The tag that it has there; null for none.</param>
    public static string OfImage(Reference repository, Digest digest, string? architecture, string? tag = null)
    {
        ArgumentNullException.ThrowIfNull(repository);
        ArgumentNullException.ThrowIfNull(digest);
        string last = repository.Repository[(repository.Repository.LastIndexOf('/') + 1)..];
        string arch = architecture is null ? "" : $"arch={Encode(architecture)}&";
        return $"pkg:oci/{Encode(last.ToLowerInvariant())}@{Encode(digest.ToString())}?{arch}repository_url={Encode(repository.Name)}"
            + (tag is null ? "" : $"&tag={Encode(tag)}");
    }

    /// <param name="version">Upstream's.</param>
    /// <param name="digest">Of what is downloaded.</param>
    /// <param name="location">Where it is downloaded from.</param>
    public static string OfDownload(string name, string version, Digest digest, string location)
    {
        ArgumentNullException.ThrowIfNull(digest);
        return $"pkg:generic/{Encode(name)}@{Encode(version)}?checksum={Encode(digest.ToString())}&download_url={Encode(location)}";
    }

    /// <summary>Type <c>nuget</c>: names keep their case.</summary>
    public static string OfNuGet(string name, string version) => $"pkg:nuget/{Encode(name)}@{Encode(version)}";

    /// <summary>Type <c>golang</c>: namespace and name, all of a module's path, are in lower case.</summary>
    /// <param name="version">Null where none is known.</param>
    public static string OfGoModule(string path, string? version) =>
        "pkg:golang/"
        + string.Join('/', path.Split('/', StringSplitOptions.RemoveEmptyEntries).Select(part => Encode(part.ToLowerInvariant())))
        + (version is null ? "" : $"@{Encode(version)}");

    /// <summary>Type <c>cargo</c>: names keep their case.</summary>
    public static string OfCargo(string name, string version) => $"pkg:cargo/{Encode(name)}@{Encode(version)}";

    /// <summary>Percent-encoding of all but letters, digits, <c>.</c>, <c>-</c>, <c>_</c>, <c>~</c> and the colon.</summary>
    private static string Encode(string text)
    {
        StringBuilder encoded = new();
        foreach (byte b in Encoding.UTF8.GetBytes(text))
        {
            if (char.IsAsciiLetterOrDigit((char)b) || b is (byte)'.' or (byte)'-' or (byte)'_' or (byte)'~' or (byte)':')
                encoded.Append((char)b);
            else
                encoded.Append('%').Append(b.ToString("X2", System.Globalization.CultureInfo.InvariantCulture));
        }

        return encoded.ToString();
    }
}
