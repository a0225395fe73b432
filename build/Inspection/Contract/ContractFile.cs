using System.Collections.Immutable;
using Slipway.Definitions;
using Slipway.Oci;

namespace Slipway.Inspection;

/// <summary>Reads <c>contract.yaml</c>: every key known, every value of its type, every layer with a budget.</summary>
public static class ContractFile
{
    private static readonly string[] Placeholders = ["{multiarch}", "{arch}"];

    /// <param name="definition">The image whose contract it is.</param>
    /// <exception cref="DefinitionException">The file is missing or wrong; names file, line and column.</exception>
    public static Contract Read(ImageDefinition definition)
    {
        ArgumentNullException.ThrowIfNull(definition);
        string file = $"images/{definition.Name}/{Contract.FileName}";
        YamlMap map = new(file, YamlFile.Read(Path.Combine(definition.Folder, Contract.FileName), file));
        Contract contract = new()
        {
            HostPrograms =
            [
                .. map.Texts("hostPrograms")
                    .Select(path =>
                        AbsoluteOr(path, () =>
                            map.FaultAt("hostPrograms", path, $"wanted an absolute path without '.' or '..', got '{path}'")
                        )
                    ),
            ],
            Versions = [.. map.Maps("versions", version => new ExpectedVersion(ImagePath(version), Contained(version)))],
            Requires = [.. map.Maps("requires", required => ReadRequirement(required, definition))],
            Budgets =
            [
                .. map.Maps("budgets", budget => new LayerBudget(
                    budget.Word("layer"),
                    budget.Number("compressedMiB", least: 1),
                    budget.Number("unpackedMiB", least: 1)
                )),
            ],
            Commands = [.. map.Maps("run", command => ContractCommand.Read(command, definition))],
            Exceptions = ExceptionKey.All.ToImmutableDictionary(
                key => key.Name,
                key => map.Maps(key.Name, entry => ReadException(entry, key, definition)).ToImmutableArray(),
                StringComparer.Ordinal
            ),
        };
        map.Finish();
        RequireBudgets(contract, definition, map);
        foreach ((string key, ImmutableArray<Allowance> entries) in contract.Exceptions)
            RequireUnique(map, key, entries);
        return contract;
    }

    private static Allowance ReadException(YamlMap map, ExceptionKey key, ImageDefinition definition)
    {
        string path = ImagePath(map);
        string? value = key.Value switch
        {
            null => null,
            "mode" => map.OptionalText("mode") is null ? null : Convert.ToString(map.Mode("mode", ""), 8).PadLeft(4, '0'),
            var name => key.IsValueNeeded ? map.Text(name) : map.OptionalText(name),
        };
        return new Allowance(path, value, map.Text("reason"), Platforms(map, definition));
    }

    private static Requirement ReadRequirement(YamlMap map, ImageDefinition definition)
    {
        string? path = map.OptionalText("path") is null ? null : ImagePath(map);
        string? soName = map.OptionalText("soname");
        string reason = map.Text("reason");
        return (path is null) != (soName is null)
            ? new Requirement(path, soName, reason, Platforms(map, definition))
            : throw map.Fault("path", "wanted either 'path' or 'soname'");
    }

    private static string Contained(YamlMap map)
    {
        string text = map.Text("contains");
        return text.Length <= 200 ? text : throw map.Fault("contains", $"'contains' wanted at most 200 characters, got {text.Length}");
    }

    internal static ImmutableArray<Platform> Platforms(YamlMap map, ImageDefinition definition) =>
        [
            .. map.Texts("platforms")
                .Select(text =>
                    definition.Platforms.FirstOrDefault(platform => platform.ToString() == text)
                    ?? throw map.FaultAt(
                        "platforms",
                        text,
                        $"'{text}' is not a platform of the image: {string.Join(", ", definition.Platforms)}"
                    )
                ),
        ];

    private static string ImagePath(YamlMap map)
    {
        string path = map.ImagePath("path");
        string rest = Placeholders.Aggregate(path, (text, known) => text.Replace(known, "", StringComparison.Ordinal));
        return rest.AsSpan().ContainsAny('{', '}', '*')
            ? throw map.Fault("path", $"'path' wanted one path, with {string.Join(" or ", Placeholders)} at most, got '/{path}'")
            : path;
    }

    internal static string AbsoluteOr(string path, Func<DefinitionException> fault) =>
        path.StartsWith('/') && !path[1..].Split('/').Any(part => part is "" or "." or "..") ? path[1..] : throw fault();

    private static void RequireBudgets(Contract contract, ImageDefinition definition, YamlMap map)
    {
        string[] layers = [.. definition.Layers.Select(layer => layer.Name)];
        string[] budgets = [.. contract.Budgets.Select(budget => budget.Layer)];
        if (budgets.FirstOrDefault(name => !layers.Contains(name, StringComparer.Ordinal)) is { } unknown)
            throw map.FaultAt("budgets", unknown, $"there is no layer '{unknown}'; there are: {string.Join(", ", layers)}");
        if (budgets.GroupBy(name => name, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1) is { } twice)
            throw map.FaultAt("budgets", twice.Key, $"layer '{twice.Key}' has two budgets", occurrence: 2);
        if (layers.Except(budgets, StringComparer.Ordinal).FirstOrDefault() is { } missing)
            throw map.Fault("budgets", $"layer '{missing}' has no budget");
    }

    private static void RequireUnique(YamlMap map, string key, ImmutableArray<Allowance> entries)
    {
        // Entries for one platform each may name one path twice.
        var twice = entries
            .SelectMany(entry => entry.Platforms.DefaultIfEmpty(), (entry, platform) => (entry.Path, entry.Value, platform))
            .GroupBy(entry => entry)
            .FirstOrDefault(group => group.Count() > 1);
        if (twice is not null)
            throw map.FaultAt(key, "/" + twice.Key.Path, $"/{twice.Key.Path} is listed twice", occurrence: 2);
    }
}
