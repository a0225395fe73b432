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
    /// <summary>"This image is signed", with an empty predicate (cosign, pkg/types/predicate.go).</summary>
    public const string SignType = "https://sigstore.dev/cosign/sign/v1";

    /// <summary>An SPDX document (in-toto attestation framework, spec/predicates/spdx.md).</summary>
    public const string SpdxType = "https://spdx.dev/Document";

    /// <summary>How something was built (SLSA, spec v1.0, provenance.md).</summary>
    public const string ProvenanceType = "https://slsa.dev/provenance/v1";

    private const string Type = "https://in-toto.io/Statement/v1";

    /// <summary>The first version differs in nothing that matters here, and cosign 2 still makes it.</summary>
    private const string FirstType = "https://in-toto.io/Statement/v0.1";

    /// <exception cref="ContentException">It is no statement about anything. Parse only what a signature was verified over.</exception>
    public static Statement Parse(ReadOnlyMemory<byte> json) => OciJson.Read(json, "statement", root =>
    {
        if (root.RequiredString("_type") is var type && type is not (Type or FirstType))
            throw new ContentException($"_type wanted {Type}, got {type}");
        ImmutableArray<StatementSubject> subjects = [.. root.Items("subject").Select(StatementSubject.Read)];
        if (subjects.IsEmpty)
            throw new ContentException("it has no subject");
        if (!root.TryGetProperty("predicate", out JsonElement predicate) || predicate.ValueKind != JsonValueKind.Object)
            throw new ContentException("its predicate is no JSON object");
        return new Statement(subjects, root.RequiredString("predicateType"), System.Text.Encoding.UTF8.GetBytes(predicate.GetRawText()));
    });

    /// <summary>Whether it is about this manifest or index; every digest that a subject gives must agree.</summary>
    public bool IsAbout(Digest digest) => Subjects.Any(subject => subject.Digest == digest);

    /// <summary>The bytes to sign; the same statement always gives the same.</summary>
    public byte[] ToBytes() => OciJson.Write(writer =>
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

/// <summary>One thing that a statement is about (in-toto attestation framework, spec/v1/resource_descriptor.md).</summary>
/// <param name="Name">The repository, <c>quay.io/poseidon/kubelet</c>; empty when none is said.</param>
/// <param name="Digest">Of the manifest or index; null when it has none that this program knows.</param>
public sealed record StatementSubject(string Name, Digest? Digest)
{
    internal static StatementSubject Read(JsonElement element)
    {
        Digest? digest = null;
        foreach ((string algorithm, string hex) in element.Map("digest"))
        {
            if (Digest.TryParse($"{algorithm}:{hex}", out Digest? known))
                digest = algorithm == "sha256" ? known : digest ?? known;
        }

        return new StatementSubject(element.OptionalString("name") ?? "", digest);
    }

    internal void Write(Utf8JsonWriter writer)
    {
        Digest digest = Digest ?? throw new InvalidOperationException("a subject is written by its digest");
        writer.WriteStartObject();
        if (Name.Length > 0)
            writer.WriteString("name", Name);
        writer.WriteStartObject("digest");
        writer.WriteString(digest.Algorithm, digest.Hex);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }
}
