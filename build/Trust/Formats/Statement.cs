using System.Collections.Immutable;
using System.Text.Json;
using Slipway.Oci;

namespace Slipway.Trust;

/// <summary>
/// Something that is said about images (in-toto attestation framework, spec/v1/statement.md): which ones, what kind of thing,
/// and what.
/// </summary>
/// <param name="Subjects">The manifests and indexes it is about, at least one.</param>
/// <param name="PredicateType">A URI that says what the predicate means.</param>
/// <param name="Predicate">A JSON object, as its very bytes.</param>
public sealed record Statement(ImmutableArray<StatementSubject> Subjects, string PredicateType, ReadOnlyMemory<byte> Predicate)
{
    /// <summary>What proved whose it is, where it was verified; null of one that is made or read.</summary>
    public SignatureProof? Proof { get; init; }

    /// <summary>The blob that it was read from, verified: a bundle or an envelope; null of one that is made or parsed.</summary>
    public Digest? Stored { get; init; }

    /// <summary>"This image is signed", with an empty predicate (cosign, pkg/types/predicate.go).</summary>
    public const string SignType = "https://sigstore.dev/cosign/sign/v1";

    /// <summary>An SPDX document (in-toto attestation framework, spec/predicates/spdx.md).</summary>
    public const string SpdxType = "https://spdx.dev/Document";

    /// <summary>How something was built (SLSA, spec v1.0, provenance.md).</summary>
    public const string ProvenanceType = "https://slsa.dev/provenance/v1";

    /// <summary>A VEX document (OpenVEX, ATTESTING.md): what <c>cosign --type openvex</c> means.</summary>
    public const string OpenVexType = "https://openvex.dev/ns";

    /// <summary>A CycloneDX document (in-toto attestation framework, spec/predicates/cyclonedx.md).</summary>
    public const string CycloneDxType = "https://cyclonedx.org/bom";

    /// <summary>More subjects than an image has manifests, many times.</summary>
    public const int MaximumSubjects = 1024;

    private const string Type = "https://in-toto.io/Statement/v1";

    /// <summary>The first version differs in nothing that matters here, and cosign 2 still makes it.</summary>
    private const string FirstType = "https://in-toto.io/Statement/v0.1";

    /// <summary>Reads a statement; its predicate stays a part of the bytes that were given.</summary>
    /// <exception cref="ContentException">
    /// It is no statement about anything, or about too much. Parse only what a signature was verified over.
    /// </exception>
    public static Statement Parse(ReadOnlyMemory<byte> json)
    {
        string? type = null,
            predicateType = null;
        ReadOnlyMemory<byte> predicate = default;
        var subjects = ImmutableArray.CreateBuilder<StatementSubject>();
        JsonMembers.ReadDocument(json.Span, "statement", (string name, ref Utf8JsonReader value) =>
        {
            switch (name)
            {
                case "_type":
                    type = value.Text(name);
                    return true;
                case "predicateType":
                    predicateType = value.Text(name);
                    return true;
                case "predicate":
                    predicate =
                        value.TokenType == JsonTokenType.StartObject
                            ? value.Raw(json)
                            : throw new ContentException("its predicate is no JSON object");
                    return true;
                case "subject":
                    JsonMembers.ReadArray(ref value, name, MaximumSubjects, (string _, ref Utf8JsonReader item) =>
                    {
                        subjects.Add(StatementSubject.Read(ref item));
                        return true;
                    });
                    return true;
                default:
                    return false;
            }
        });
        string problem =
            type is not (Type or FirstType) ? $"_type wanted {Type}, got {(type is null ? "none" : Printable.Of(type))}"
            : subjects.Count == 0 ? "it has no subject"
            : predicate.IsEmpty ? "its predicate is no JSON object"
            : predicateType is null ? "'predicateType' is missing"
            : "";
        return problem.Length == 0
            ? new Statement(subjects.ToImmutable(), predicateType!, predicate)
            : throw new ContentException($"statement: {problem}");
    }

    /// <summary>The subject that is a manifest or index; null when none is.</summary>
    /// <exception cref="ContentException">One is it by one digest and not by another.</exception>
    public StatementSubject? About(ManifestContent manifest)
    {
        StatementSubject? found = null;
        foreach (StatementSubject subject in Subjects)
        {
            string? problem = subject.ProblemWith(manifest);
            if (problem is { Length: > 0 })
                throw new ContentException($"{PredicateType} has {problem}");
            found ??= problem is null ? null : subject;
        }

        return found;
    }

    /// <summary>The bytes to sign; the same statement always gives the same.</summary>
    public byte[] ToBytes() =>
        OciJson.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("_type", Type);
            writer.WriteStartArray("subject");
            foreach (StatementSubject subject in Subjects)
                subject.Write(writer);
            writer.WriteEndArray();
            writer.WriteString("predicateType", PredicateType);
            writer.WritePropertyName("predicate");
            writer.WriteRawValue(Predicate.Span, skipInputValidation: false);
            writer.WriteEndObject();
        });
}
