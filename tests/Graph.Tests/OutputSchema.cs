using System.Collections.Concurrent;
using System.Text.Json;
using Json.Schema;
using Slipway.Testing;

namespace Slipway.Graph.Tests;

/// <summary>What targets print with <c>--json</c>, held against its schema in <c>docs/schemas</c> wherever a test reads it.</summary>
internal static class OutputSchema
{
    private static readonly ConcurrentDictionary<string, Lazy<JsonSchema>> Schemas = new(StringComparer.Ordinal);

    /// <summary>The output, which its schema takes.</summary>
    /// <param name="schema">As <c>verify</c>.</param>
    public static JsonElement Json(this ChildResult result, string schema)
    {
        JsonElement root = JsonDocument.Parse(result.Output).RootElement;
        Require(schema, root);
        return root;
    }

    public static void Require(string schema, JsonElement output)
    {
        JsonSchema wanted = Schemas
            .GetOrAdd(schema, name => new Lazy<JsonSchema>(() =>
                JsonSchema.FromFile(SourceTree.At("docs", "schemas", $"{name}.schema.json"))
            ))
            .Value;
        EvaluationResults found = wanted.Evaluate(output, new EvaluationOptions { OutputFormat = OutputFormat.List });
        if (!found.IsValid)
            Assert.Fail(
                $"docs/schemas/{schema}.schema.json does not take: "
                    + string.Join(
                        "; ",
                        found.Details!.Where(detail => !detail.IsValid).Select(detail => detail.InstanceLocation.ToString())
                    )
                    + $"\n{output}"
            );
    }
}
