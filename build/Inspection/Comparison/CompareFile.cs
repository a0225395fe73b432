using System.Collections.Immutable;
using Slipway.Definitions;
using Slipway.Oci;

namespace Slipway.Inspection;

/// <summary>
/// What the two ways to an image may have otherwise, and why: <c>images/NAME/compare.yaml</c>. Each entry is one pattern, as in
/// <c>exclude</c>, and must excuse a difference on every platform that it is for.
/// </summary>
public static class CompareFile
{
    public const string FileName = "compare.yaml";

    /// <exception cref="DefinitionException">The file is missing or wrong; names file, line and column.</exception>
    public static ImmutableArray<ExcusedDifference> Read(ImageDefinition definition)
    {
        ArgumentNullException.ThrowIfNull(definition);
        string file = $"images/{definition.Name}/{FileName}",
            path = Path.Combine(definition.Folder, FileName);
        if (!File.Exists(path))
            throw new DefinitionException($"{definition.Name}: {file} is missing; list in it what may differ, or write differences: []");
        YamlMap map = new(file, YamlFile.Read(path, file));
        ImmutableArray<ExcusedDifference> entries = [.. map.Maps("differences", entry => Read(entry, definition))];
        map.Finish();
        if (
            entries.GroupBy(entry => (entry.Path.Text, string.Join(' ', entry.Platforms))).FirstOrDefault(group => group.Count() > 1) is
            { } twice
        )
            throw map.FaultAt("differences", twice.Key.Text, $"{twice.Key.Text} is listed twice", occurrence: 2);
        return entries;
    }

    private static ExcusedDifference Read(YamlMap map, ImageDefinition definition)
    {
        string text = map.Text("path");
        PathPattern pattern = PathPattern.Parse(text, map.PlaceOf("path"));
        if (text.Split('/').Skip(1).FirstOrDefault() is "*" or "**")
            throw map.Fault("path", $"'{text}' would match any path; wanted a folder first");
        return new ExcusedDifference(
            pattern,
            map.Text("reason"),
            [
                .. map.Texts("platforms")
                    .Select(name =>
                        definition.Platforms.FirstOrDefault(platform => platform.ToString() == name)
                        ?? throw map.FaultAt(
                            "platforms",
                            name,
                            $"'{name}' is not a platform of the image: {string.Join(", ", definition.Platforms)}"
                        )
                    ),
            ]
        );
    }
}

/// <summary>Paths that may differ.</summary>
/// <param name="Reason">For people; not empty.</param>
/// <param name="Platforms">Where; none = everywhere.</param>
public sealed record ExcusedDifference(PathPattern Path, string Reason, ImmutableArray<Platform> Platforms)
{
    public bool IsFor(Platform platform) => Platforms.IsEmpty || Platforms.Contains(platform);
}
