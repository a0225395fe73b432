using System.Text.Json;
using Nuke.Common.Execution;
using Nuke.Common.IO;

namespace Nuke.Common.Parameters;

/// <summary>A file under <c>.nuke</c> that holds values by parameter name. Relative paths in it are relative to the root folder.</summary>
internal sealed class ParametersFile
{
    private static readonly JsonDocumentOptions Options = new()
    {
        CommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
        AllowDuplicateProperties = false,
    };

    private const int LongestFile = 1 << 20;

    private readonly Dictionary<BuildParameter, GivenValue> _values = [];

    private ParametersFile() { }

    /// <summary>Null when there is no such file and no profile asked for it.</summary>
    /// <exception cref="BuildUsageException">The file is missing though asked for, is not JSON, or says what a file may not.</exception>
    public static ParametersFile? Read(AbsolutePath root, string? profile, ParameterSet parameters)
    {
        string name = $"{RootFolder.Mark}/parameters{(profile is null ? "" : "." + profile)}.json";
        AbsolutePath path = root / name;
        if (!path.FileExists())
            return profile is null ? null : throw new BuildUsageException($"--profile {profile}: {name} not found in {root}");

        ParametersFile file = new();
        try
        {
            using JsonDocument document = JsonDocument.Parse(ReadText(path, name), Options);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                throw new BuildUsageException($"{name}: wanted one JSON object, got {document.RootElement.ValueKind}");
            foreach (JsonProperty property in document.RootElement.EnumerateObject().Where(x => x.Name != "$schema"))
                file.Take(property, name, root, parameters);
        }
        catch (JsonException bad)
        {
            throw new BuildUsageException(
                bad.LineNumber is { } line ? $"{name}: line {line + 1} is not valid JSON" : $"{name}: a parameter is listed twice"
            );
        }
        catch (InvalidOperationException)
        {
            throw new BuildUsageException($"{name}: a text in it holds half of a surrogate pair");
        }

        return file;
    }

    /// <summary>What has no length may be a pipe, whose opening waits without end, and is not opened.</summary>
    private static string ReadText(AbsolutePath path, string name)
    {
        FileInfo file = new(path);
        file = (FileInfo?)file.ResolveLinkTarget(returnFinalTarget: true) ?? file;
        return file is { Exists: true, Length: > 0 and <= LongestFile }
            ? File.ReadAllText(path)
            : throw new BuildUsageException($"{name}: wanted a file of 1 to {LongestFile} bytes, got {(file.Exists ? file.Length : 0)}");
    }

    public GivenValue? Find(BuildParameter parameter) => _values.GetValueOrDefault(parameter);

    private void Take(JsonProperty property, string file, AbsolutePath root, ParameterSet parameters)
    {
        string source = $"{file}: {property.Name}";
        if (parameters.Find(property.Name) is not { } parameter)
        {
            string? nearest = NearestName.Of(property.Name, parameters.All.Select(x => x.Name));
            throw new BuildUsageException(
                $"{file}: unknown parameter {property.Name}" + (nearest is null ? "" : $"; did you mean {nearest}?")
            );
        }

        if (parameter.IsBeforeFiles)
            throw new BuildUsageException($"{source} cannot be set in a file; give {parameter.Flag} on the command line");
        if (parameter.IsSecret)
            throw new BuildUsageException($"{source} is a secret and is not read from a file; set it in the environment");
        if (property.Value.ValueKind != JsonValueKind.Null)
            _values[parameter] = new GivenValue(Texts(property.Value, source), source, root, file);
    }

    private static string[] Texts(JsonElement value, string source) =>
        value.ValueKind switch
        {
            JsonValueKind.Array => [.. value.EnumerateArray().Select(x => Text(x, source))],
            _ => [Text(value, source)],
        };

    private static string Text(JsonElement value, string source) =>
        value.ValueKind switch
        {
            JsonValueKind.String => value.GetString()!,
            JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => value.GetRawText(),
            _ => throw new BuildUsageException($"{source}: wanted a string, number, boolean or a list of these, got {value.ValueKind}"),
        };
}
