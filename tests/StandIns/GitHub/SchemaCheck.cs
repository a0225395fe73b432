using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Slipway.StandIns;

/// <summary>
/// Checks JSON against the schemas of an OpenAPI 3.0 document ("Schema Object"), for the keywords that GitHub's description uses: type and
/// nullable, enum, format, pattern, lengths and bounds, properties, required, additionalProperties, items, oneOf, anyOf, allOf, $ref.
/// Stricter than the specification in one point: a property that no schema names is a fault, unless additionalProperties allows it.
/// </summary>
/// <param name="document">The whole document, which references lead into.</param>
public sealed class SchemaCheck(JsonElement document)
{
    private const int MaximumDepth = 64;

    /// <summary>What is wrong, each with the place in the value; empty when nothing is.</summary>
    public IReadOnlyList<string> Faults(JsonElement schema, JsonElement value)
    {
        List<string> faults = [];
        Check(schema, value, "$", isOpen: false, 0, faults);
        return faults;
    }

    /// <summary>What a reference leads to; the element itself where it is none.</summary>
    public JsonElement Resolve(JsonElement element)
    {
        for (int i = 0; element.ValueKind == JsonValueKind.Object && element.TryGetProperty("$ref", out JsonElement reference); i++)
        {
            string path = reference.GetString()!;
            if (!path.StartsWith("#/", StringComparison.Ordinal) || i > 16)
                throw new FormatException($"$ref {path}: it leads nowhere in this document");
            element = path[2..]
                .Split('/')
                .Aggregate(document, (at, part) =>
                    at.GetProperty(part.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal))
                );
        }

        return element;
    }

    /// <param name="isOpen">Whether properties may come that this schema does not name, because another one beside it does.</param>
    private void Check(JsonElement schema, JsonElement value, string at, bool isOpen, int depth, List<string> faults)
    {
        if (depth > MaximumDepth)
            throw new FormatException($"{at}: schemas lead in a circle");
        schema = Resolve(schema);
        if (value.ValueKind == JsonValueKind.Null && schema.TryGetProperty("nullable", out JsonElement nullable) && nullable.GetBoolean())
            return;
        CheckCombined(schema, value, at, isOpen, depth, faults);
        if (!CheckType(schema, value, at, faults))
            return;
        if (
            schema.TryGetProperty("enum", out JsonElement allowed)
            && !allowed.EnumerateArray().Any(one => JsonElement.DeepEquals(one, value))
        )
            faults.Add($"{at}: {value.GetRawText()} is none of {allowed.GetRawText()}");
        switch (value.ValueKind)
        {
            case JsonValueKind.String:
                CheckText(schema, value.GetString()!, at, faults);
                break;
            case JsonValueKind.Number:
                CheckNumber(schema, value, at, faults);
                break;
            case JsonValueKind.Array:
                CheckItems(schema, value, at, depth, faults);
                break;
            case JsonValueKind.Object:
                CheckProperties(schema, value, at, isOpen, depth, faults);
                break;
        }
    }

    private void CheckCombined(JsonElement schema, JsonElement value, string at, bool isOpen, int depth, List<string> faults)
    {
        if (schema.TryGetProperty("allOf", out JsonElement all))
        {
            foreach (JsonElement part in all.EnumerateArray())
                Check(part, value, at, isOpen: true, depth + 1, faults);
        }

        foreach (string keyword in (string[])["oneOf", "anyOf"])
        {
            if (!schema.TryGetProperty(keyword, out JsonElement parts))
                continue;
            List<List<string>> tried = [];
            foreach (JsonElement part in parts.EnumerateArray())
            {
                List<string> found = [];
                Check(part, value, at, isOpen || schema.TryGetProperty("properties", out _), depth + 1, found);
                tried.Add(found);
            }

            int fitting = tried.Count(found => found.Count == 0);
            if (fitting == 0)
                faults.Add($"{at}: it fits none of {keyword}: {string.Join(" | ", tried.Select(found => found[0]))}");
            else if (fitting > 1 && keyword == "oneOf")
                faults.Add($"{at}: it fits {fitting} of oneOf");
        }
    }

    private static bool CheckType(JsonElement schema, JsonElement value, string at, List<string> faults)
    {
        if (!schema.TryGetProperty("type", out JsonElement type))
            return value.ValueKind != JsonValueKind.Null || !Constrains(schema) || Fault($"{at}: null is not allowed");
        bool fits = type.GetString() switch
        {
            "string" => value.ValueKind == JsonValueKind.String,
            "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
            "array" => value.ValueKind == JsonValueKind.Array,
            "object" => value.ValueKind == JsonValueKind.Object,
            "number" => value.ValueKind == JsonValueKind.Number,
            "integer" => value.ValueKind == JsonValueKind.Number
                && value.TryGetDecimal(out decimal number)
                && decimal.Truncate(number) == number,
            string other => throw new FormatException($"{at}: the schema has a type {other}"),
            null => throw new FormatException($"{at}: the schema has no type"),
        };
        return fits || Fault($"{at}: wanted {type.GetString()}, got {value.ValueKind}");

        bool Fault(string fault)
        {
            faults.Add(fault);
            return false;
        }
    }

    /// <summary>Whether a schema without a type says more than a combination of others does by itself.</summary>
    private static bool Constrains(JsonElement schema) =>
        schema.TryGetProperty("properties", out _) || schema.TryGetProperty("items", out _);

    private static void CheckText(JsonElement schema, string text, string at, List<string> faults)
    {
        if (schema.TryGetProperty("minLength", out JsonElement least) && text.Length < least.GetInt32())
            faults.Add($"{at}: wanted {least} characters at least, got {text.Length}");
        if (schema.TryGetProperty("maxLength", out JsonElement most) && text.Length > most.GetInt32())
            faults.Add($"{at}: wanted {most} characters at the most, got {text.Length}");
        if (
            schema.TryGetProperty("pattern", out JsonElement pattern)
            && !Regex.IsMatch(text, pattern.GetString()!, RegexOptions.ECMAScript, TimeSpan.FromSeconds(5))
        )
            faults.Add($"{at}: '{text}' does not match {pattern}");
        string? format = schema.TryGetProperty("format", out JsonElement named) ? named.GetString() : null;
        bool fits = format switch
        {
            "uri" => Uri.TryCreate(text, UriKind.Absolute, out _) && !text.Any(" {}<>\"".Contains),
            "date-time" => text.Contains('T', StringComparison.Ordinal)
                && text.Length >= 20
                && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.None, out _)
                && Regex.IsMatch(text, @"(Z|[+-]\d\d:\d\d)\z"),
            "date" => DateOnly.TryParseExact(text, "yyyy-MM-dd", out _),
            "email" => text.IndexOf('@', StringComparison.Ordinal) > 0 && !text.EndsWith('@'),
            "repo.nwo" => text.Split('/').Length == 2,
            _ => true,
        };
        if (!fits)
            faults.Add($"{at}: '{text}' is no {format}");
    }

    private static void CheckNumber(JsonElement schema, JsonElement value, string at, List<string> faults)
    {
        if (schema.TryGetProperty("format", out JsonElement format) && format.GetString() is "int64" && !value.TryGetInt64(out _))
            faults.Add($"{at}: {value.GetRawText()} is no int64");
        if (schema.TryGetProperty("minimum", out JsonElement least) && value.GetDouble() < least.GetDouble())
            faults.Add($"{at}: wanted {least} at least, got {value.GetRawText()}");
        if (schema.TryGetProperty("maximum", out JsonElement most) && value.GetDouble() > most.GetDouble())
            faults.Add($"{at}: wanted {most} at the most, got {value.GetRawText()}");
    }

    private void CheckItems(JsonElement schema, JsonElement value, string at, int depth, List<string> faults)
    {
        int count = value.GetArrayLength();
        if (schema.TryGetProperty("minItems", out JsonElement least) && count < least.GetInt32())
            faults.Add($"{at}: wanted {least} items at least, got {count}");
        if (schema.TryGetProperty("maxItems", out JsonElement most) && count > most.GetInt32())
            faults.Add($"{at}: wanted {most} items at the most, got {count}");
        if (!schema.TryGetProperty("items", out JsonElement items))
            return;
        int i = 0;
        foreach (JsonElement item in value.EnumerateArray())
            Check(items, item, $"{at}[{i++}]", isOpen: false, depth + 1, faults);
    }

    private void CheckProperties(JsonElement schema, JsonElement value, string at, bool isOpen, int depth, List<string> faults)
    {
        if (schema.TryGetProperty("required", out JsonElement required))
            faults.AddRange(
                required
                    .EnumerateArray()
                    .Where(name => !value.TryGetProperty(name.GetString()!, out _))
                    .Select(name => $"{at}: '{name}' is missing")
            );
        bool hasNamed = schema.TryGetProperty("properties", out JsonElement named),
            hasOthers = schema.TryGetProperty("additionalProperties", out JsonElement others);
        bool isClosed = hasOthers ? others.ValueKind == JsonValueKind.False : hasNamed && !isOpen && !IsCombined(schema);
        foreach (JsonProperty property in value.EnumerateObject())
        {
            string place = $"{at}.{property.Name}";
            if (hasNamed && named.TryGetProperty(property.Name, out JsonElement known))
                Check(known, property.Value, place, isOpen: false, depth + 1, faults);
            else if (isClosed)
                faults.Add($"{place}: the description does not know it");
            else if (hasOthers && others.ValueKind == JsonValueKind.Object)
                Check(others, property.Value, place, isOpen: false, depth + 1, faults);
        }
    }

    private static bool IsCombined(JsonElement schema) =>
        schema.TryGetProperty("allOf", out _) || schema.TryGetProperty("oneOf", out _) || schema.TryGetProperty("anyOf", out _);
}
