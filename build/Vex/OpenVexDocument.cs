using System.Collections.Immutable;
using Slipway.Oci;

namespace Slipway.Vex;

/// <summary>A VEX document in the form of OpenVEX 0.2.0 (https://github.com/openvex/spec, OPENVEX-SPEC.md).</summary>
public sealed record OpenVexDocument
{
    internal const string Namespace = "https://openvex.dev/ns";

    /// <summary>The most bytes that are read of one.</summary>
    public const int MaximumSize = 16 << 20;

    internal const string Context = Namespace + "/v0.2.0";

    /// <summary>An IRI of its own.</summary>
    public required string Id { get; init; }

    /// <summary>Who judged.</summary>
    public required string Author { get; init; }

    /// <summary>When it was issued.</summary>
    public required DateTimeOffset Timestamp { get; init; }

    /// <summary>From 1.</summary>
    public required long Version { get; init; }

    /// <summary>At least one.</summary>
    public required ImmutableArray<VexStatement> Statements { get; init; }

    /// <summary>A document of statements, named by what it says: another content is another document, whose version is the first.</summary>
    /// <param name="source">The https address of the definition that has the judgements; it names the author.</param>
    /// <param name="locked">The time of the image's lock.</param>
    /// <param name="statements">At least one.</param>
    public static OpenVexDocument Of(string source, DateTimeOffset locked, ImmutableArray<VexStatement> statements)
    {
        OpenVexDocument unnamed = new()
        {
            Id = source,
            Author = source,
            Timestamp = statements.Select(statement => statement.Verdict.Timestamp).Append(locked).Max(),
            Version = 1,
            Statements = statements,
        };
        return unnamed with { Id = $"{source}/openvex/sha256-{Digest.Of(unnamed.ToBytes()).Hex}" };
    }

    /// <summary>The same document always gives the same bytes.</summary>
    public byte[] ToBytes() => OpenVexWriter.ToBytes(this);

    /// <summary>Members that are not known play no part. Parse only what a signature was verified over.</summary>
    /// <exception cref="ContentException">It is no such document, or has a statement that says nothing certain.</exception>
    public static OpenVexDocument Parse(ReadOnlyMemory<byte> json) => OpenVexReader.Parse(json);

    /// <summary>What it says of a flaw that was found in a package of an image.</summary>
    /// <param name="image">The digest of the index or of the platform's manifest, which a signature ties the document to.</param>
    /// <param name="ids">The names of the flaw.</param>
    /// <param name="package">A package URL, or the name of a Debian package.</param>
    /// <returns>
    /// Null when it says nothing. The newest of the statements that fit; of those of the same time the one to be most careful about.
    /// </returns>
    public VexVerdict? For(Digest image, IEnumerable<string> ids, string package)
    {
        string[] names = [.. ids];
        return Statements
            .Where(statement => statement.Aliases.Prepend(statement.Id).Any(id => names.Contains(id, StringComparer.OrdinalIgnoreCase)))
            .Where(statement =>
                statement.Products.IsEmpty
                || statement.Products.Any(product =>
                    product.Is(image) && (product.Components.IsEmpty || product.Components.Any(one => one.IsNamedBy(package)))
                )
            )
            .OrderByDescending(statement => statement.Verdict.Timestamp)
            .ThenBy(statement => statement.Verdict.Status)
            .FirstOrDefault()
            ?.Verdict;
    }
}
