using System.Text.Json;

namespace Slipway.StandIns;

/// <summary>One operation of an API's description: a method and a path with parameters.</summary>
public sealed class ApiOperation
{
    private const string Json = "application/json";

    private readonly SchemaCheck _check;
    private readonly JsonElement _operation;
    private readonly string[] _parts;
    private readonly List<JsonElement> _parameters;

    internal ApiOperation(SchemaCheck check, string method, string path, JsonElement operation)
    {
        (_check, _operation, Name) = (check, operation, $"{method} {path}");
        _parts = path.Trim('/').Split('/');
        _parameters = operation.TryGetProperty("parameters", out JsonElement parameters)
            ? [.. parameters.EnumerateArray().Select(check.Resolve)]
            : [];
    }

    /// <summary>Method and path, as the description has them.</summary>
    public string Name { get; }

    /// <summary>How many parts of the path are no parameters.</summary>
    internal int Literals => _parts.Count(part => !IsParameter(part));

    /// <summary>Whether its last part takes any number of parts.</summary>
    internal bool IsOpen =>
        IsParameter(_parts[^1])
        && _parameters.Any(parameter =>
            parameter.GetProperty("in").GetString() == "path"
            && $"{{{parameter.GetProperty("name").GetString()}}}" == _parts[^1]
            && parameter.TryGetProperty("x-multi-segment", out JsonElement many)
            && many.GetBoolean()
        );

    internal bool Fits(string[] parts)
    {
        if (parts.Length < _parts.Length || (parts.Length > _parts.Length && !IsOpen))
            return false;
        for (int i = 0; i < _parts.Length; i++)
        {
            if (parts[i].Length == 0 || (!IsParameter(_parts[i]) && _parts[i] != parts[i]))
                return false;
        }

        return true;
    }

    /// <summary>What is wrong with a request.</summary>
    /// <param name="query">Unescaped.</param>
    /// <param name="mediaType">Without parameters; empty for none.</param>
    public IEnumerable<string> RequestFaults(IEnumerable<KeyValuePair<string, string>> query, string mediaType, ReadOnlyMemory<byte> body)
    {
        List<string> faults = [];
        Dictionary<string, string> given = new(query);
        List<JsonElement> known = [.. _parameters.Where(parameter => parameter.GetProperty("in").GetString() == "query")];
        foreach ((string name, string value) in given)
        {
            JsonElement parameter = known.FirstOrDefault(parameter => parameter.GetProperty("name").GetString() == name);
            if (parameter.ValueKind == JsonValueKind.Undefined)
                faults.Add($"parameter '{name}': the description does not know it");
            else
                faults.AddRange(
                    _check
                        .Faults(parameter.GetProperty("schema"), Value(parameter.GetProperty("schema"), value))
                        .Select(fault => $"parameter '{name}': {fault}")
                );
        }

        faults.AddRange(
            known
                .Where(parameter =>
                    parameter.TryGetProperty("required", out JsonElement required)
                    && required.GetBoolean()
                    && !given.ContainsKey(parameter.GetProperty("name").GetString()!)
                )
                .Select(parameter => $"parameter '{parameter.GetProperty("name")}' is missing")
        );
        faults.AddRange(BodyFaults(mediaType, body));
        return faults.Select(fault => $"{Name}: request: {fault}");
    }

    /// <summary>What is wrong with an answer.</summary>
    /// <param name="mediaType">Without parameters; empty for none.</param>
    public IEnumerable<string> ResponseFaults(int status, string mediaType, ReadOnlyMemory<byte> body)
    {
        if (!_operation.GetProperty("responses").TryGetProperty($"{status}", out JsonElement response))
            return [$"{Name}: answer {status}: the description does not know it"];
        response = _check.Resolve(response);
        if (!response.TryGetProperty("content", out JsonElement content))
            return [];
        if (!content.TryGetProperty(Json, out JsonElement described))
            return [];
        return mediaType != Json
            ? [$"{Name}: answer {status}: wanted {Json}, got '{mediaType}'"]
            : DocumentFaults(described.GetProperty("schema"), body).Select(fault => $"{Name}: answer {status}: {fault}");
    }

    private IEnumerable<string> BodyFaults(string mediaType, ReadOnlyMemory<byte> body)
    {
        if (!_operation.TryGetProperty("requestBody", out JsonElement described))
            return body.IsEmpty ? [] : ["it has a body, and the description knows none"];
        described = _check.Resolve(described);
        JsonElement content = described.GetProperty("content");
        // Bytes may be of any type: the description names one that stands for all.
        if (!content.TryGetProperty(Json, out JsonElement json))
            return mediaType.Length == 0 ? ["its body has no type"] : [];
        bool isRequired = described.TryGetProperty("required", out JsonElement required) && required.GetBoolean();
        return body.IsEmpty
            ? isRequired
                ? ["its body is missing"]
                : []
            : mediaType != Json
                ? [$"wanted {Json}, got '{mediaType}'"]
                : DocumentFaults(json.GetProperty("schema"), body);
    }

    private IEnumerable<string> DocumentFaults(JsonElement schema, ReadOnlyMemory<byte> body)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(body);
            return _check.Faults(schema, document.RootElement);
        }
        catch (JsonException e)
        {
            return [$"it is no JSON: {e.Message}"];
        }
    }

    /// <summary>A parameter is text; a number or truth is meant where the schema wants one.</summary>
    private JsonElement Value(JsonElement schema, string text)
    {
        string? type = _check.Resolve(schema).TryGetProperty("type", out JsonElement named) ? named.GetString() : null;
        try
        {
            return JsonElement.Parse(type is "integer" or "number" or "boolean" ? text : JsonSerializer.Serialize(text));
        }
        catch (JsonException)
        {
            return JsonElement.Parse(JsonSerializer.Serialize(text));
        }
    }

    private static bool IsParameter(string part) => part.StartsWith('{') && part.EndsWith('}');
}
