using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json;
using Slipway.Oci;

namespace Slipway.Trust;

/// <summary>One thing that a statement is about (in-toto attestation framework, spec/v1/resource_descriptor.md).</summary>
/// <param name="Name">The repository, <c>quay.io/poseidon/kubelet</c>; empty when none is said.</param>
/// <param name="Digest">Of the manifest or index; null when it has none that this program knows.</param>
public sealed record StatementSubject(string Name, Digest? Digest)
{
    private const int MostDigests = 16,
        LongestName = 1024;

    /// <summary>What it says beside <see cref="Digest"/>, as <c>algorithm:hex</c>, in its order; each has to be right as well.</summary>
    public ImmutableArray<string> Others { get; private init; } = [];

    /// <summary>Why this is not about some bytes, or that it is.</summary>
    /// <returns>
    /// Null when it has nothing to do with them; empty when every digest that it gives is theirs; else which one is not. One of an
    /// algorithm that cannot be computed here counts as wrong: it may be right for another image.
    /// </returns>
    public string? ProblemWith(ManifestContent manifest)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        string[] all = [.. Others.Prepend(Digest?.ToString()).OfType<string>()];
        string[] wrong = [.. all.Where(one => !IsOf(one, manifest.Bytes.Span))];
        return wrong.Length == all.Length ? null
            : wrong is [var first, ..] ? $"a subject that matches by one digest but not by another: {Printable.Of(first)}"
            : "";
    }

    internal static StatementSubject Read(ref Utf8JsonReader reader)
    {
        string name = "";
        Digest? digest = null;
        var others = ImmutableArray.CreateBuilder<string>();
        JsonMembers.ReadObject(ref reader, (string member, ref Utf8JsonReader value) =>
        {
            if (member == "name")
                name = value.Text(member, LongestName);
            else if (member == "digest")
                ReadDigests(ref value, ref digest, others);
            return member is "name" or "digest";
        });
        return new StatementSubject(name, digest) { Others = others.Count == 0 ? [] : others.ToImmutable() };
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

    private static void ReadDigests(ref Utf8JsonReader reader, ref Digest? digest, ImmutableArray<string>.Builder others)
    {
        List<string> said = [];
        JsonMembers.ReadObject(ref reader, (string algorithm, ref Utf8JsonReader hex) =>
        {
            said.Add(
                said.Count < MostDigests
                    ? $"{algorithm}:{hex.Text("digest", LongestName)}"
                    : throw new ContentException($"'digest' wanted at most {MostDigests} members, got more")
            );
            return true;
        });
        string? known = said.Find(one => one.StartsWith("sha256:", StringComparison.Ordinal))
            ?? said.Find(one => one.StartsWith("sha512:", StringComparison.Ordinal));
        if (Digest.TryParse(known, out digest))
            said.Remove(known!);
        others.AddRange(said);
    }

    private static bool IsOf(string digest, ReadOnlySpan<byte> content)
    {
        if (Digest.TryParse(digest, out Digest? known))
            return known.Matches(content);
        const string Sha384 = "sha384:";
        return digest.StartsWith(Sha384, StringComparison.Ordinal)
            && digest[Sha384.Length..] == Convert.ToHexStringLower(SHA384.HashData(content));
    }
}
