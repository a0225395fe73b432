using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Slipway.Oci;

namespace Slipway.Verification;

/// <summary>
/// From the JSON of a predicate to the provenance. Unknown members play no part (SLSA specification, build-provenance.md,
/// "Parsing rules"), but among the external parameters, where they are refused ("BuildDefinition").
/// </summary>
internal static class ProvenanceReader
{
    private const int MaximumSize = 8 * 1024 * 1024;
    private const int MostDependencies = 10_000;

    public static SlsaProvenance Read(ReadOnlyMemory<byte> predicate) =>
        predicate.Length > MaximumSize
            ? throw new ContentException($"provenance: wanted at most {MaximumSize} bytes, got {predicate.Length}")
            : OciJson.Read(predicate, "provenance", Read);

    private static SlsaProvenance Read(JsonElement root)
    {
        JsonElement definition = Member(root, "buildDefinition"),
            run = Member(root, "runDetails");
        if (definition.RequiredString("buildType") is var type && type != SlsaProvenance.BuildType)
            throw new ContentException($"buildType wanted {SlsaProvenance.BuildType}, got {Printable.Of(type)}");
        // What is not set, null and empty are the same.
        bool hasMetadata = run.TryGetProperty("metadata", out JsonElement metadata) && metadata.ValueKind != JsonValueKind.Null;
        return new SlsaProvenance
        {
            Parameters = BuildParameters.Read(Member(definition, "externalParameters")),
            BuilderParameters = definition.Map("internalParameters"),
            Dependencies = Resources(definition, "resolvedDependencies"),
            BuilderId = BuilderId(Member(run, "builder").RequiredString("id")),
            InvocationId = hasMetadata ? Filled(metadata, "invocationId") : null,
            StartedOn = hasMetadata ? Time(metadata, "startedOn") : null,
            FinishedOn = hasMetadata ? Time(metadata, "finishedOn") : null,
            Byproducts = Resources(run, "byproducts"),
        };
    }

    private static JsonElement Member(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Object
            ? value
            : throw new ContentException($"'{name}' is no JSON object");

    private static ImmutableArray<ResourceDescriptor> Resources(JsonElement element, string name)
    {
        ImmutableArray<ResourceDescriptor> resources = [.. element.Items(name).Take(MostDependencies + 1).Select(ResourceDescriptor.Read)];
        return resources.Length <= MostDependencies
            ? resources
            : throw new ContentException($"{name}: wanted at most {MostDependencies}, got more");
    }

    private static string BuilderId(string text) =>
        Uri.TryCreate(ResourceDescriptor.Text(text), UriKind.Absolute, out _)
            ? text
            : throw new ContentException($"builder: id wanted a URI, got '{Printable.Of(text)}'");

    private static string? Filled(JsonElement element, string name) =>
        element.OptionalString(name) is { Length: > 0 } text ? ResourceDescriptor.Text(text) : null;

    private static DateTimeOffset? Time(JsonElement element, string name) =>
        Filled(element, name) is not { } text ? null
        : DateTimeOffset.TryParseExact(
            text,
            ["yyyy-MM-dd'T'HH:mm:ss'Z'", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'"],
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal,
            out DateTimeOffset time
        )
            ? time
        : throw new ContentException($"{name} wanted a time of UTC (RFC 3339), got '{Printable.Of(text)}'");
}
