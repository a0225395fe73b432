using System.Text.Encodings.Web;
using System.Text.Json;
using Nuke.Common.Execution;
using Nuke.Common.IO;
using Nuke.Common.Parameters;

namespace Nuke.Common.Output;

/// <summary>
/// <c>.nuke/build.schema.json</c>: a JSON schema (draft 4) of the parameters file, in NUKE's form, for editors and for shells' completion.
/// What a file may not say (<c>…Unsafe</c>, and what is needed before files are read) stands in a definition of its own, which the schema
/// of the file does not refer to; secrets stand nowhere. Same build class, same bytes.
/// </summary>
internal static class BuildSchema
{
    public const string FileName = "build.schema.json";

    /// <summary>The definition that holds what can only be typed.</summary>
    public const string CommandLineOnly = "CommandLine";

    private static readonly JsonWriterOptions Options = new()
    {
        Indented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>
    /// Writes the file when its bytes would change, and only in the repository that holds the build's own source: one where a project file
    /// stands at or above the build's assembly and below the root. A <c>--root</c> elsewhere is left alone.
    /// </summary>
    public static void Keep(Type build, ParameterSet parameters, BuildSession session, BuildLog log)
    {
        if (!HoldsSource(session))
            return;
        AbsolutePath file = session.RootDirectory / RootFolder.Mark / FileName;
        byte[] wanted = Of(build, parameters);
        try
        {
            if (file.FileExists() && File.ReadAllBytes(file).AsSpan().SequenceEqual(wanted))
                return;
            AbsolutePath part = file + $".{Environment.ProcessId}.part";
            File.WriteAllBytes(part, wanted);
            File.Move(part, file, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            log.Warning($"{RootFolder.Mark}/{FileName} is out of date and cannot be written: {e.Message}");
        }
    }

    /// <summary>UTF-8 without byte order mark, with a line end at the end.</summary>
    public static byte[] Of(Type build, ParameterSet parameters)
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter json = new(stream, Options))
        {
            json.WriteStartObject();
            json.WriteString("$schema", "http://json-schema.org/draft-04/schema#");
            json.WriteStartObject("definitions");
            WriteEnumeration(json, "ExecutableTarget", TargetGraph.NamesOf(build).Order(StringComparer.Ordinal));
            foreach (
                Type type in parameters
                    .All.Where(x => !x.IsSecret)
                    .Select(x => x.ElementType)
                    .Where(x => x.IsEnum)
                    .Distinct()
                    .OrderBy(x => x.Name, StringComparer.Ordinal)
            )
                WriteEnumeration(json, type.Name, Enum.GetNames(type));
            json.WriteStartObject("NukeBuild");
            WriteProperties(json, KernelParameters.All.Where(IsOfFile));
            json.WriteEndObject();
            json.WriteStartObject(CommandLineOnly);
            WriteProperties(json, parameters.All.Where(x => !IsOfFile(x) && !x.IsSecret));
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteStartArray("allOf");
            json.WriteStartObject();
            WriteProperties(json, parameters.Own.Where(IsOfFile));
            json.WriteEndObject();
            json.WriteStartObject();
            json.WriteString("$ref", "#/definitions/NukeBuild");
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
        }

        return [.. stream.ToArray(), (byte)'\n'];
    }

    /// <summary>Whether the root is the repository of the build's own source.</summary>
    public static bool HoldsSource(BuildSession session)
    {
        for (AbsolutePath? at = session.AssemblyDirectory; at is not null && at != session.RootDirectory; at = at.Parent)
        {
            if (at.DirectoryExists() && Directory.EnumerateFiles(at, "*.csproj").Any())
                return at.ToString().StartsWith(session.RootDirectory + Path.DirectorySeparatorChar.ToString(), StringComparison.Ordinal);
        }

        return false;
    }

    private static bool IsOfFile(BuildParameter parameter) => !parameter.IsSecret && !parameter.IsUnsafe && !parameter.IsBeforeFiles;

    private static void WriteEnumeration(Utf8JsonWriter json, string name, IEnumerable<string> values)
    {
        json.WriteStartObject(name);
        json.WriteString("type", "string");
        json.WriteStartArray("enum");
        foreach (string value in values)
            json.WriteStringValue(value);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteProperties(Utf8JsonWriter json, IEnumerable<BuildParameter> parameters)
    {
        json.WriteStartObject("properties");
        foreach (BuildParameter parameter in parameters)
        {
            json.WriteStartObject(parameter.Name);
            if (parameter.IsList)
                json.WriteString("type", "array");
            else
                WriteType(json, parameter);
            if (parameter.Description is { Length: > 0 } description)
                json.WriteString("description", description);
            if (parameter.IsList)
            {
                json.WriteStartObject("items");
                WriteType(json, parameter);
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static void WriteType(Utf8JsonWriter json, BuildParameter parameter)
    {
        Type type = parameter.ElementType;
        string? reference =
            type.IsEnum ? type.Name
            : parameter == KernelParameters.Target || parameter == KernelParameters.Skip ? "ExecutableTarget"
            : null;
        if (reference is not null)
            json.WriteString("$ref", "#/definitions/" + reference);
        else
            json.WriteString(
                "type",
                type == typeof(bool) ? "boolean"
                    : type == typeof(int) || type == typeof(long) ? "integer"
                    : "string"
            );
    }
}
