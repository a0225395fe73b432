using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using Slipway.Definitions;

namespace Slipway.Updates;

/// <summary>Reads <c>images/lifecycle.yaml</c>; <c>images/lifecycle.schema.json</c> describes it for editors.</summary>
public static partial class LifecycleFile
{
    public const string FileName = "lifecycle.yaml";

    /// <param name="imagesFolder">The folder of all images. Without the file nothing is known.</param>
    /// <exception cref="DefinitionException">It is wrong; names file, line and column.</exception>
    public static Lifecycle Read(string imagesFolder)
    {
        string path = Path.Combine(imagesFolder, FileName),
            file = $"images/{FileName}";
        if (!File.Exists(path))
            return new Lifecycle([]);
        YamlMap map = new(file, YamlFile.Read(path, file));
        ImmutableArray<LifecycleRelease> releases =
        [
            .. map.Maps("debian", entry => new LifecycleRelease(
                "debian",
                entry.Word("codename"),
                entry.Text("number"),
                Date(entry, "end"),
                entry.OptionalText("longTermEnd") is null ? null : Date(entry, "longTermEnd"),
                entry.HttpsAddress("source")
            )),
            .. map.Maps("kubernetes", entry => new LifecycleRelease(
                "kubernetes",
                Minor(entry),
                null,
                Date(entry, "end"),
                null,
                entry.HttpsAddress("source")
            )),
        ];
        map.Finish();
        return releases.GroupBy(release => (release.Product, release.Name)).FirstOrDefault(group => group.Count() > 1) is { } twice
            ? throw map.FaultAt("", twice.Key.Name, $"{twice.Key.Product} {twice.Key.Name} is listed twice", occurrence: 2)
            : new Lifecycle(releases);
    }

    private static string Minor(YamlMap map) =>
        map.Text("minor") is var text && MinorGrammar().IsMatch(text)
            ? text
            : throw map.Fault("minor", $"'minor' wanted a minor version as 1.36, got '{text}'");

    private static DateOnly Date(YamlMap map, string key) =>
        DateOnly.TryParseExact(map.Text(key), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out DateOnly date)
            ? date
            : throw map.Fault(key, $"'{key}' wanted a date as 2028-06-30, got '{map.Text(key)}'");

    [GeneratedRegex(@"\A[0-9]{1,9}\.[0-9]{1,9}\z")]
    private static partial Regex MinorGrammar();
}
