using System.Text.Json;
using Slipway.Oci;

namespace Slipway.Vex;

/// <summary>
/// Writes an <see cref="OpenVexDocument"/> so that both OpenVEX's text and its JSON schema are met: the schema allows a justification or an
/// <c>impact_statement</c> and not both, so the reason stands in <c>status_notes</c>.
/// </summary>
internal static class OpenVexWriter
{
    public static byte[] ToBytes(OpenVexDocument document) =>
        OciJson.WritePrintable(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("@context", OpenVexDocument.Context);
            writer.WriteString("@id", document.Id);
            writer.WriteString("author", document.Author);
            writer.WriteString("timestamp", UtcSecond.Text(document.Timestamp));
            writer.WriteNumber("version", document.Version);
            writer.WriteString("tooling", "slipway");
            writer.WriteStartArray("statements");
            foreach (VexStatement statement in document.Statements)
                Write(writer, statement);
            writer.WriteEndArray();
            writer.WriteEndObject();
        });

    private static void Write(Utf8JsonWriter writer, VexStatement statement)
    {
        VexVerdict verdict = statement.Verdict;
        writer.WriteStartObject();
        writer.WriteStartObject("vulnerability");
        writer.WriteString("name", statement.Id);
        if (!statement.Aliases.IsEmpty)
        {
            writer.WriteStartArray("aliases");
            foreach (string alias in statement.Aliases.Distinct(StringComparer.Ordinal))
                writer.WriteStringValue(alias);
            writer.WriteEndArray();
        }

        writer.WriteEndObject();
        writer.WriteString("timestamp", UtcSecond.Text(verdict.Timestamp));
        writer.WriteStartArray("products");
        foreach (VexProduct product in statement.Products)
            Write(writer, product);
        writer.WriteEndArray();
        writer.WriteString("status", VexWord.Of(verdict.Status));
        if (verdict.Reason is not null)
            writer.WriteString("status_notes", verdict.Reason);
        if (verdict.Justification is { } justification)
            writer.WriteString("justification", VexWord.Of(justification));
        if (verdict.Action is not null)
            writer.WriteString("action_statement", verdict.Action);
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, VexProduct product)
    {
        writer.WriteStartObject();
        Identify(writer, product.Id);
        // What an attestation is about is told by digest; which product that is, must be seen here (ATTESTING.md).
        writer.WriteStartObject("hashes");
        foreach (Digest digest in product.Digests)
            writer.WriteString(digest.Algorithm == "sha512" ? "sha-512" : "sha-256", digest.Hex);
        writer.WriteEndObject();
        writer.WriteStartArray("subcomponents");
        foreach (VexComponent component in product.Components)
        {
            writer.WriteStartObject();
            Identify(writer, component.Purl);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void Identify(Utf8JsonWriter writer, string purl)
    {
        writer.WriteString("@id", purl);
        writer.WriteStartObject("identifiers");
        writer.WriteString("purl", purl);
        writer.WriteEndObject();
    }
}
