using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Slipway.Debian;
using Slipway.Oci;

namespace Slipway.Testing;

/// <summary>Writes index stanzas the way Debian's archive has them.</summary>
internal static class Archive
{
    /// <summary>A stanza; <paramref name="fields"/> are further lines, separated by semicolons.</summary>
    public static string Stanza(string name, string version, string fields = "", string architecture = "arm64")
    {
        string hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name + version)));
        string more = fields.Length == 0 ? "" : string.Join('\n', fields.Split(';', StringSplitOptions.TrimEntries)) + "\n";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"Package: {name}\nVersion: {version}\nArchitecture: {architecture}\n{more}Description: some\n text, Depends: "
                + $"not\nFilename: "
                + $"pool/main/{name[0]}/{name}/{name}_{version.Split(':')[^1]}_{architecture}.deb\nSize: {name.Length + 1000}\nSHA256: {hash}\n\n"
        );
    }

    public static PackageIndex Index(string suite, params string[] stanzas) =>
        PackageIndex.Read(new MemoryStream(Encoding.UTF8.GetBytes(string.Concat(stanzas))), suite, "arm64", default);

    public static Resolution Resolve(PackageIndex index, params string[] wanted) =>
        new DependencyResolver([index]).Resolve(wanted, withEssential: false);

    public static string Names(Resolution resolution) => string.Join(' ', resolution.Packages.Select(resolved => resolved.Package.Name));

    public static Digest DigestOf(string name, string version) => Digest.Of(Encoding.UTF8.GetBytes(name + version));
}
