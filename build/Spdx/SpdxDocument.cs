using System.Collections.Immutable;
using Slipway.Oci;

namespace Slipway.Spdx;

/// <summary>
/// An SBOM in the form of SPDX 2.3, as JSON. It holds what this product writes: no snippets, reviews or
/// annotations. Clauses named here and beside are those of that specification.
/// </summary>
public sealed record SpdxDocument
{
    /// <summary>The most bytes that are read of one; those of our images have one or two MiB.</summary>
    public const int MaximumSize = 64 << 20;

    /// <summary>What it is about, for people.</summary>
    public required string Name { get; init; }

    /// <summary>An address of its own, that nothing needs to be found at (clause 6.5).</summary>
    public required string Namespace { get; init; }

    /// <summary>A whole second of UTC.</summary>
    public required DateTimeOffset Created { get; init; }

    /// <summary>The package that all of it is about.</summary>
    public required string Describes { get; init; }

    public string? Comment { get; init; }

    public ImmutableArray<SpdxReference> Others { get; init; } = [];

    public ImmutableArray<SpdxPackage> Packages { get; init; } = [];

    public ImmutableArray<SpdxFile> Files { get; init; } = [];

    /// <summary>Without the one that says what the document describes.</summary>
    public ImmutableArray<SpdxContainment> Contains { get; init; } = [];

    /// <summary>What its programs were built from.</summary>
    public ImmutableArray<SpdxRelationship> Programs { get; init; } = [];

    /// <summary>The licences that SPDX has no name for.</summary>
    public ImmutableArray<ExtractedLicence> Licences { get; init; } = [];

    /// <summary>The same document always gives the same bytes.</summary>
    public byte[] ToBytes() => SpdxWriter.ToBytes(this);

    /// <exception cref="ContentException">It is no such document, or one that contradicts itself.</exception>
    public static SpdxDocument Parse(ReadOnlyMemory<byte> json) => SpdxReader.Parse(json);
}

/// <summary>Another document that this one names elements of (clause 6.6).</summary>
/// <param name="Id"><c>DocumentRef-…</c>.</param>
/// <param name="Namespace">That document's.</param>
/// <param name="Checksum">Of its bytes.</param>
public sealed record SpdxReference(string Id, string Namespace, SpdxChecksum Checksum);

/// <summary>That a package holds a package or a file (clause 11.1, <c>CONTAINS</c>).</summary>
/// <param name="Whole">The package.</param>
/// <param name="Part">What it holds; <c>DocumentRef-…:SPDXRef-…</c> when another document has it.</param>
public sealed record SpdxContainment(string Whole, string Part);

/// <summary>That a program was built from a package (clause 11.1).</summary>
/// <param name="Program">The file.</param>
/// <param name="Type">One of the two types below.</param>
/// <param name="Package">What is in it.</param>
public sealed record SpdxRelationship(string Program, string Type, string Package)
{
    /// <summary>The program is made from this package: it is the package's own.</summary>
    public const string GeneratedFrom = "GENERATED_FROM";

    /// <summary>The program has a copy of this package's code in it.</summary>
    public const string StaticLink = "STATIC_LINK";
}

/// <summary>A licence by its text (clause 10).</summary>
/// <param name="Id"><c>LicenseRef-…</c>.</param>
/// <param name="Name">As it is called where it was found.</param>
/// <param name="Text">As it was found.</param>
public sealed record ExtractedLicence(string Id, string Name, string Text);

/// <summary>A hash.</summary>
/// <param name="Algorithm"><c>SHA1</c>, <c>SHA256</c> or <c>SHA512</c>.</param>
/// <param name="Value">In lower-case hex.</param>
public sealed record SpdxChecksum(string Algorithm, string Value)
{
    public static SpdxChecksum Of(Digest digest)
    {
        ArgumentNullException.ThrowIfNull(digest);
        return new SpdxChecksum(digest.Algorithm.ToUpperInvariant(), digest.Hex);
    }
}
