using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Slipway.Oci;
using Slipway.Spdx;

namespace Slipway.CycloneDx;

/// <summary>
/// An SBOM in the form of CycloneDX 1.6, as JSON: the packages of an SPDX document and what depends on what. Single paths stay in the SPDX
/// document.
/// </summary>
public sealed record CycloneDxDocument
{
    /// <summary>RFC 9562, 6.6: the namespace of URLs.</summary>
    private static readonly Guid Addresses = new("6ba7b811-9dad-11d1-80b4-00c04fd430c8");

    /// <summary>A UUID of version 5, of the SPDX document's address and bytes: another content is another document.</summary>
    public required Guid Serial { get; init; }

    /// <summary>A whole second of UTC.</summary>
    public required DateTimeOffset Created { get; init; }

    /// <summary>What all of it is about.</summary>
    public required CycloneDxComponent Subject { get; init; }

    public required ImmutableArray<CycloneDxComponent> Components { get; init; }

    /// <summary>Of the subject and each component, in their order, what it directly holds.</summary>
    public required ImmutableArray<(string Reference, ImmutableArray<string> DependsOn)> Dependencies { get; init; }

    /// <summary>As other documents refer to it (CycloneDX, BOM-Link).</summary>
    public string Link => $"urn:cdx:{Serial}/1";

    /// <summary>The same packages as an SPDX document has.</summary>
    public static CycloneDxDocument Of(SpdxDocument document)
    {
        ArgumentNullException.ThrowIfNull(document);
        Dictionary<string, SpdxPackage> packages = document.Packages.ToDictionary(package => package.Id, StringComparer.Ordinal);
        Dictionary<string, string> paths = document.Files.ToDictionary(file => file.Id, file => "/" + file.Path, StringComparer.Ordinal);
        ILookup<string, string> programs = document.Programs.ToLookup(
            built => built.Package,
            built => paths[built.Program],
            StringComparer.Ordinal
        );
        Dictionary<string, string> owners = document
            .Contains.Where(containment => paths.ContainsKey(containment.Part))
            .ToDictionary(containment => containment.Part, containment => containment.Whole, StringComparer.Ordinal);
        // What a program was built from depends on by whoever brought the program.
        ILookup<string, string> parts = document
            .Contains.Where(containment => packages.ContainsKey(containment.Part))
            .Select(containment => (containment.Whole, containment.Part))
            .Concat(document.Programs.Select(built => (Whole: owners[built.Program], Part: built.Package)))
            .Distinct()
            .ToLookup(pair => pair.Whole, pair => pair.Part, StringComparer.Ordinal);
        return new CycloneDxDocument
        {
            Serial = SerialOf(document),
            Created = document.Created,
            Subject = CycloneDxComponent.Of(packages[document.Describes], []),
            Components =
            [
                .. document
                    .Packages.Where(package => package.Id != document.Describes)
                    .Select(package => CycloneDxComponent.Of(package, [.. programs[package.Id].Distinct()])),
            ],
            Dependencies = [.. document.Packages.Select(package => (package.Id, parts[package.Id].ToImmutableArray()))],
        };
    }

    /// <summary>The document of an index: it holds the platforms' manifests, and leads to their documents.</summary>
    /// <param name="index">The index's SPDX document.</param>
    /// <param name="platforms">The documents of its platforms.</param>
    public static CycloneDxDocument OfIndex(SpdxDocument index, IReadOnlyList<CycloneDxDocument> platforms)
    {
        ArgumentNullException.ThrowIfNull(platforms);
        CycloneDxDocument alone = Of(index);
        ImmutableArray<CycloneDxComponent> manifests =
        [
            .. platforms.Select(platform =>
                platform.Subject with
                {
                    // Unlike in its own document it is one of several.
                    Reference = platform.Subject.Purl ?? platform.Link,
                    Elsewhere = [("bom", platform.Link, SpdxChecksum.Of(Digest.Of(platform.ToBytes())))],
                }
            ),
        ];
        return alone with
        {
            Components = manifests,
            Dependencies =
            [
                (alone.Subject.Reference, [.. manifests.Select(manifest => manifest.Reference)]),
                .. manifests.Select(manifest => (manifest.Reference, ImmutableArray<string>.Empty)),
            ],
        };
    }

    /// <summary>The same document always gives the same bytes.</summary>
    public byte[] ToBytes() => CycloneDxWriter.ToBytes(this);

    /// <summary>RFC 9562, 5.5.</summary>
    private static Guid SerialOf(SpdxDocument document)
    {
        byte[] name = Encoding.UTF8.GetBytes($"{document.Namespace}#{Digest.Of(document.ToBytes())}");
#pragma warning disable CA5350 // The format has SHA-1; nothing is trusted because of it.
        byte[] hash = SHA1.HashData([.. Addresses.ToByteArray(bigEndian: true), .. name]);
#pragma warning restore CA5350
        Span<byte> uuid = hash.AsSpan(0, 16);
        BinaryPrimitives.WriteUInt16BigEndian(uuid[6..], (ushort)((BinaryPrimitives.ReadUInt16BigEndian(uuid[6..]) & 0x0FFF) | 0x5000));
        uuid[8] = (byte)((uuid[8] & 0x3F) | 0x80);
        return new Guid(uuid, bigEndian: true);
    }
}
