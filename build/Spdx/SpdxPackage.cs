using System.Security.Cryptography;
using System.Text;

namespace Slipway.Spdx;

/// <summary>A package of an SBOM (clause 7): what the image came from, and the image itself.</summary>
public sealed record SpdxPackage
{
    /// <summary>What is written where nothing is known.</summary>
    public const string NoAssertion = "NOASSERTION";

    /// <summary><c>SPDXRef-…</c>.</summary>
    public required string Id { get; init; }

    public required string Name { get; init; }

    public string? Version { get; init; }

    /// <summary>Who hands it out: <c>Organization: …</c>.</summary>
    public string Supplier { get; init; } = NoAssertion;

    public string DownloadLocation { get; init; } = NoAssertion;

    /// <summary>Of what is downloaded.</summary>
    public SpdxChecksum? Checksum { get; init; }

    /// <summary>An SPDX licence expression.</summary>
    public string LicenceDeclared { get; init; } = NoAssertion;

    /// <summary>Why no licence is declared although there is a licence file.</summary>
    public string? LicenceComments { get; init; }

    /// <summary>The verification code of its files; null when the document names none of them.</summary>
    public string? VerificationCode { get; init; }

    public string? Purpose { get; init; }

    public string? Comment { get; init; }

    /// <summary>Where it is known from, or was made from (clause 7.12).</summary>
    public string? SourceInfo { get; init; }

    /// <summary>
    /// What <c>go.sum</c> has of a Go module: a hash over the hashes of its files, <c>h1:…</c> in base64. It is no checksum of SPDX: no
    /// file has this hash.
    /// </summary>
    public string? GoSum { get; init; }

    /// <summary>A package URL.</summary>
    public string? Purl { get; init; }

    /// <summary>The verification code over some files (clause 7.9): SHA-1 of their SHA-1s in order, without anything between.</summary>
    public static string CodeOf(IEnumerable<SpdxFile> files)
    {
        string all = string.Concat(files.Select(file => file.Sha1).Order(StringComparer.Ordinal));
#pragma warning disable CA5350 // The format has SHA-1; nothing is trusted because of it.
        return Convert.ToHexStringLower(SHA1.HashData(Encoding.ASCII.GetBytes(all)));
#pragma warning restore CA5350
    }
}
