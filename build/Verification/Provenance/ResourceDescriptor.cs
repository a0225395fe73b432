using System.Collections.Immutable;
using System.Text.Json;
using Slipway.Oci;

namespace Slipway.Verification;

/// <summary>Something that took part in a build (in-toto attestation framework, spec/v1/resource_descriptor.md).</summary>
/// <param name="Name">For people; may be empty.</param>
/// <param name="Uri">Which it is; empty when only its digest says.</param>
/// <param name="Digests">By algorithm, in lower-case hex (spec/v1/digest_set.md); empty for what has none, as a program's version.</param>
public sealed record ResourceDescriptor(string Name, string Uri, ImmutableSortedDictionary<string, string> Digests)
{
    /// <summary>The algorithm's name for a commit of git.</summary>
    public const string GitCommit = "gitCommit";

    /// <summary>What the commit's annotation is called: its description by the release before it.</summary>
    public const string GitDescription = "gitDescribe";

    /// <summary>
    /// What an upstream file's annotations are called: the state of its signature, by what it was established, and what is wrong with it.
    /// </summary>
    public const string SignatureState = "upstreamSignature";
    public const string SignatureBy = "upstreamSignatureBy";
    public const string SignatureProblem = "upstreamSignatureProblem";

    private const int MostDigests = 8;
    private const int MostAnnotations = 32;
    private const int LongestText = 2048;

    /// <summary>What else is said of it, of texts alone.</summary>
    public ImmutableSortedDictionary<string, string> Annotations { get; init; } = Descriptor.NoAnnotations;

    /// <summary>A file that an image is made from.</summary>
    public static ResourceDescriptor Of(Material material)
    {
        ArgumentNullException.ThrowIfNull(material);
        ResourceDescriptor plain = Of(material.Name, material.Address, material.Digest);
        if (material.Signature is not { } signature)
            return plain;
        var annotations = plain.Annotations.Add(SignatureState, signature.State).Add(SignatureBy, signature.By);
        return plain with { Annotations = signature.Problem is { } problem ? annotations.Add(SignatureProblem, problem) : annotations };
    }

    public static ResourceDescriptor Of(string name, string uri, Digest digest)
    {
        ArgumentNullException.ThrowIfNull(digest);
        return new ResourceDescriptor(name, uri, Descriptor.NoAnnotations.Add(digest.Algorithm, digest.Hex));
    }

    /// <exception cref="ContentException">It has neither URI nor digest, or a text that no sound one has.</exception>
    internal static ResourceDescriptor Read(JsonElement element)
    {
        ResourceDescriptor read = new(
            Text(element.OptionalString("name") ?? ""),
            Text(element.OptionalString("uri") ?? ""),
            element.Map("digest")
        )
        {
            Annotations = ReadAnnotations(element),
        };
        if (read.Uri.Length == 0 && read.Digests.IsEmpty)
            throw new ContentException($"'{Printable.Of(read.Name)}' has neither uri nor digest");
        if (read.Digests.Count > MostDigests)
            throw new ContentException($"'{Printable.Of(read.Uri)}': wanted at most {MostDigests} digests, got {read.Digests.Count}");
        foreach ((string algorithm, string hex) in read.Digests)
        {
            Text(algorithm);
            if (hex.Length is 0 or > 256 || !hex.All(c => char.IsAsciiHexDigitLower(c)))
                throw new ContentException(
                    $"'{Printable.Of(read.Uri)}': {Printable.Of(algorithm)} wanted lower-case hex, got '{Printable.Of(hex)}'"
                );
        }

        return read;
    }

    internal void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        if (Name.Length > 0)
            writer.WriteString("name", Name);
        if (Uri.Length > 0)
            writer.WriteString("uri", Uri);
        writer.WriteMap("digest", Digests);
        writer.WriteMap("annotations", Annotations);
        writer.WriteEndObject();
    }

    /// <summary>Others may hold anything there; what is no text plays no part.</summary>
    private static ImmutableSortedDictionary<string, string> ReadAnnotations(JsonElement element) =>
        element.TryGetProperty("annotations", out JsonElement annotations) && annotations.ValueKind == JsonValueKind.Object
            ? annotations
                .EnumerateObject()
                .Where(member => member.Value.ValueKind == JsonValueKind.String)
                .Take(MostAnnotations)
                .ToImmutableSortedDictionary(member => Text(member.Name), member => Text(member.Value.GetString()!), StringComparer.Ordinal)
            : Descriptor.NoAnnotations;

    /// <summary>A text of a provenance: one line of a length that can be shown.</summary>
    /// <exception cref="ContentException">It is none.</exception>
    internal static string Text(string text) =>
        text.Length <= LongestText && !text.Any(char.IsControl)
            ? text
            : throw new ContentException($"wanted a line of at most {LongestText} characters, got '{Printable.Of(text)}'");
}
