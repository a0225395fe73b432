using System.Collections.Immutable;
using System.Text.Json;
using Slipway.Oci;

namespace Slipway.Vex;

/// <summary>
/// Reads OpenVEX documents, also those of the first form, in which a flaw and a product are plain texts. What is not known plays no part; a
/// statement that says nothing certain spoils the document, since another one may have been meant to overrule.
/// </summary>
internal static class OpenVexReader
{
    private const int MostStatements = 10_000,
        MostNames = 256,
        MostProducts = 1024,
        MostComponents = 10_000,
        LongestName = 2048,
        LongestText = 64 * 1024;

    public static OpenVexDocument Parse(ReadOnlyMemory<byte> json) =>
        json.Length > OpenVexDocument.MaximumSize
            ? throw new ContentException($"OpenVEX document: wanted at most {OpenVexDocument.MaximumSize} bytes, got {json.Length}")
            : OciJson.Read(json, "OpenVEX document", Read);

    private static OpenVexDocument Read(JsonElement root)
    {
        string context = Name(root.RequiredString("@context"), "@context");
        if (context != OpenVexDocument.Namespace && !context.StartsWith(OpenVexDocument.Namespace + "/v0.", StringComparison.Ordinal))
            throw new ContentException($"@context wanted {OpenVexDocument.Context}, got '{Printable.Of(context)}'");
        DateTimeOffset timestamp = root.RequiredTime("timestamp");
        ImmutableArray<VexStatement> statements =
        [
            .. Bounded(root.RequiredItems("statements"), MostStatements, "statements")
                .Select((statement, at) => ReadStatement(statement, at, timestamp)),
        ];
        return new OpenVexDocument
        {
            Id = Name(root.RequiredString("@id"), "@id"),
            Author = Name(root.RequiredString("author"), "author"),
            Timestamp = timestamp,
            Version = VersionOf(root.Required("version")),
            Statements = statements.IsEmpty ? throw new ContentException("'statements' wanted one at least, got none") : statements,
        };
    }

    /// <summary>A number; the first form had it as a text.</summary>
    private static long VersionOf(JsonElement version)
    {
        long number = version.ValueKind switch
        {
            JsonValueKind.Number when version.TryGetInt64(out long whole) => whole,
            JsonValueKind.String when long.TryParse(version.GetString(), out long whole) => whole,
            _ => 0,
        };
        return number > 0 ? number : throw new ContentException("'version' wanted a whole number from 1");
    }

    private static VexStatement ReadStatement(JsonElement statement, int at, DateTimeOffset issued)
    {
        try
        {
            JsonElement flaw = statement.Required("vulnerability");
            bool isPlain = flaw.ValueKind == JsonValueKind.String;
            return new VexStatement
            {
                Id = Name(isPlain ? flaw.TextOf("vulnerability") : flaw.RequiredString("name"), "vulnerability"),
                Aliases = isPlain
                    ? []
                    : [.. Bounded(flaw.Items("aliases"), MostNames, "aliases").Select(alias => Name(alias.TextOf("aliases"), "aliases"))],
                Verdict = ReadVerdict(statement, issued),
                Products = [.. Bounded(statement.Items("products"), MostProducts, "products").Select(ReadProduct)],
            };
        }
        catch (ContentException e)
        {
            throw new ContentException($"statement {at + 1}: {e.Message}", e);
        }
    }

    private static VexVerdict ReadVerdict(JsonElement statement, DateTimeOffset issued)
    {
        VexStatus status = Word<VexStatus>(statement.RequiredString("status"), "status");
        string? impact = Text(statement, "impact_statement");
        VexVerdict verdict = new()
        {
            Status = status,
            Justification = statement.OptionalString("justification") is { Length: > 0 } justification
                ? Word<VexJustification>(justification, "justification")
                : null,
            Reason = impact ?? Text(statement, "status_notes"),
            Action = Text(statement, "action_statement"),
            Timestamp = statement.Find("timestamp") is null ? issued : statement.RequiredTime("timestamp"),
        };
        return status == VexStatus.NotAffected && verdict.Justification is null && impact is null
            ? throw new ContentException("not_affected wanted a justification or an impact_statement, got neither")
            : verdict;
    }

    private static VexProduct ReadProduct(JsonElement product)
    {
        if (product.ValueKind == JsonValueKind.String)
            return new VexProduct(Name(product.TextOf("products"), "products"), [], []);
        var digests = ImmutableArray.CreateBuilder<Digest>();
        foreach ((string label, string algorithm) in (ReadOnlySpan<(string, string)>)[("sha-256", "sha256"), ("sha-512", "sha512")])
        {
            if (product.Find("hashes")?.OptionalString(label) is { Length: > 0 } hex)
                digests.Add(Digest.Parse($"{algorithm}:{hex}"));
        }

        ImmutableArray<VexComponent> components =
        [
            .. Bounded(product.Items("subcomponents"), MostComponents, "subcomponents")
                .Select(component =>
                    Purl(component) is var purl && VexComponent.TryParse(purl) is { } known
                        ? known
                        : throw new ContentException($"'subcomponents' wanted package URLs, got '{Printable.Of(purl)}'")
                ),
        ];
        return new VexProduct(Purl(product), digests.ToImmutable(), components);
    }

    /// <summary>The package URL among the identifiers, else what names it; empty when nothing does.</summary>
    private static string Purl(JsonElement component) =>
        component.ValueKind == JsonValueKind.String
            ? Name(component.TextOf("@id"), "@id")
            : Name(
                component.Find("identifiers")?.OptionalString("purl") ?? component.OptionalString("@id") ?? "",
                "purl",
                isEmptyAllowed: true
            );

    private static T Word<T>(string text, string name)
        where T : struct, Enum =>
        VexWord.Parse<T>(text)
        ?? throw new ContentException($"'{name}' wanted one of {string.Join(", ", VexWord.All<T>())}, got '{Printable.Of(text)}'");

    private static string Name(string text, string name, bool isEmptyAllowed = false) =>
        text.Length <= LongestName && (isEmptyAllowed || text.Length > 0) && !text.Any(char.IsControl)
            ? text
            : throw new ContentException($"'{name}' wanted a line of 1 to {LongestName} characters, got '{Printable.Of(text)}'");

    private static string? Text(JsonElement element, string name) =>
        element.OptionalString(name) switch
        {
            null or "" => null,
            { Length: > LongestText } text => throw new ContentException(
                $"'{name}' wanted at most {LongestText} characters, got {text.Length}"
            ),
            var text => text,
        };

    private static IEnumerable<JsonElement> Bounded(IEnumerable<JsonElement> items, int most, string name)
    {
        int count = 0;
        foreach (JsonElement item in items)
            yield return ++count <= most ? item : throw new ContentException($"'{name}' wanted at most {most} items, got more");
    }
}
