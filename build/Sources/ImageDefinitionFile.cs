using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Slipway.Oci;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Slipway.Sources;

/// <summary>Reads <c>image.yaml</c>: every key known, every value of its type, every name that is referred to defined.</summary>
public static partial class ImageDefinitionFile
{
    private const long MebiByte = 1024 * 1024;

    /// <summary>The names of all images below <paramref name="imagesFolder"/>, in ordinal order.</summary>
    public static IReadOnlyList<string> Names(string imagesFolder) => !Directory.Exists(imagesFolder) ? [] :
        [.. Directory.EnumerateDirectories(imagesFolder)
            .Where(folder => File.Exists(Path.Combine(folder, ImageDefinition.FileName)))
            .Select(folder => Path.GetFileName(folder))
            .Order(StringComparer.Ordinal)];

    /// <exception cref="DefinitionException">The file is missing or wrong; names file, line and column.</exception>
    public static ImageDefinition Read(string folder)
    {
        folder = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        string name = Path.GetFileName(folder);
        string file = $"images/{name}/{ImageDefinition.FileName}";
        string path = Path.Combine(folder, ImageDefinition.FileName);
        if (!File.Exists(path))
            throw new DefinitionException($"{file}: there is no such file");
        try
        {
            using StreamReader reader = new(path);
            YamlStream yaml = [];
            yaml.Load(reader);
            if (yaml.Documents.Count != 1)
                throw new DefinitionException($"{file}: wanted one document, got {yaml.Documents.Count}");
            YamlMap map = new(file, yaml.Documents[0].RootNode);
            ImageDefinition definition = Read(map, name, folder);
            map.Finish();
            Check(definition, map);
            return definition;
        }
        catch (YamlException e)
        {
            throw new DefinitionException($"{file}:{e.Start.Line}:{e.Start.Column}: {e.Message}", e);
        }
    }

    private static ImageDefinition Read(YamlMap map, string name, string folder)
    {
        string version = map.Text("version");
        if (!VersionGrammar().IsMatch(version))
            throw map.Fault("version", $"'version' wanted vX.Y.Z, got '{version}'");
        (Reference official, ImmutableArray<Reference> fallbacks) = map.Map("repositories", repositories => (
            repositories.Parsed("official", ReadRepository),
            repositories.OptionalText("fallback") is null
                ? ImmutableArray<Reference>.Empty
                : [repositories.Parsed("fallback", ReadRepository)]));
        return new ImageDefinition
        {
            Name = name,
            Folder = folder,
            Title = map.Text("title"),
            Description = map.Text("description"),
            Version = version,
            Source = map.HttpsAddress("source"),
            Licenses = map.Text("licenses"),
            Platforms = [.. map.Texts("platforms").Select(text => Sound(map, "platforms", text, Platform.Parse))],
            Official = official,
            Fallbacks = fallbacks,
            Debian = map.Map("debian", debian => new DebianSource(
                [.. debian.Texts("suites")], [.. debian.Texts("components")], debian.Flag("essential", otherwise: true))),
            Upstream = [.. map.Maps("upstream", upstream => ReadUpstream(upstream, version))],
            Layers = [.. map.Maps("layers", ReadLayer)],
            Accounts = [.. map.Maps("accounts", ReadAccount)],
            Config = map.Map("config", ReadConfig),
        };
    }

    private static UpstreamFile ReadUpstream(YamlMap map, string version) => new()
    {
        Name = map.Word("name"),
        Version = map.OptionalText("version") ?? version,
        UrlTemplate = map.HttpsAddress("url"),
        Limit = map.Number("limitMiB", least: 1) * MebiByte,
        Checksums = map.Pairs("checksums").ToImmutableSortedDictionary(
            pair => pair.Key, pair => Sound(map, "checksums", pair.Value, Digest.Parse), StringComparer.Ordinal),
        Install = [.. map.Maps("install", install => new Installation(
            install.OptionalText("member"),
            install.ImagePath("to"),
            install.Mode("mode", "0755"),
            install.OptionalMap("standIn", source => new StandInSource(source.Text("package"), source.ImagePath("path")))))],
    };

    private static LayerDefinition ReadLayer(YamlMap map) => new()
    {
        Name = map.Word("name"),
        Title = map.Text("title"),
        Packages = [.. map.Texts("packages").Select(name => PackageName.IsValid(name)
            ? name
            : throw map.Fault("packages", $"'{name}' is no package name"))],
        Upstream = [.. map.Texts("upstream")],
        Files = [.. map.Maps("files", file => new DefinedFile(file.Text("from"), file.ImagePath("to"), file.Mode("mode", "0644")))],
        Directories = [.. map.Maps("directories", directory => new DefinedDirectory(
            directory.ImagePath("path"), directory.Mode("mode", "0755"), directory.Number("user", 0), directory.Number("group", 0)))],
        Links = [.. map.Maps("links", link => new DefinedLink(link.ImagePath("path"), link.Text("target")))],
    };

    private static Account ReadAccount(YamlMap map) => new(
        Column(map, "name", map.Text("name")),
        map.Number("id"),
        Column(map, "home", map.OptionalText("home") ?? "/nonexistent"),
        Column(map, "shell", map.OptionalText("shell") ?? "/usr/sbin/nologin"),
        map.Flag("groupOnly", otherwise: false));

    /// <summary>What can stand in a column of passwd(5).</summary>
    private static string Column(YamlMap map, string key, string text) => text.All(c => c is > ' ' and < '\x7F' and not ':')
        ? text
        : throw map.Fault(key, $"'{key}' wanted a text without ':', blanks and what is not ASCII, got '{text}'");

    private static Reference ReadRepository(string text) => Reference.Parse(text) is { Tag: null, Digest: null } repository
        ? repository
        : throw new ContentException($"reference '{text}': wanted a repository with neither tag nor digest");

    private static RunConfiguration ReadConfig(YamlMap map) => new(
        [.. map.Texts("entrypoint")],
        [.. map.Texts("command")],
        [.. map.Pairs("environment").Select(pair => $"{pair.Key}={pair.Value}")],
        map.OptionalText("user"),
        map.OptionalText("workingDirectory"),
        map.Pairs("labels").ToImmutableSortedDictionary(StringComparer.Ordinal));

    private static T Sound<T>(YamlMap map, string key, string text, Func<string, T> parse)
    {
        try
        {
            return parse(text);
        }
        catch (ContentException e)
        {
            throw map.Fault(key, e.Message);
        }
    }

    /// <summary>What one key alone cannot tell: names that must be there, be unique, or cover every platform.</summary>
    private static void Check(ImageDefinition definition, YamlMap map)
    {
        if (definition.Platforms.IsEmpty)
            throw map.Fault("platforms", "there is no platform");
        if (definition.Layers.IsEmpty)
            throw map.Fault("layers", "there is no layer");
        // Tags, locks and folders name a platform by its architecture alone.
        RequireUnique(map, "platforms", definition.Platforms.Select(platform => platform.Architecture));
        RequireUnique(map, "repositories", definition.Repositories.Select(repository => repository.Name));
        RequireUnique(map, "layers", definition.Layers.Select(layer => layer.Name));
        RequireUnique(map, "upstream", definition.Upstream.Select(file => file.Name));
        RequireUnique(map, "layers", definition.Layers.SelectMany(layer => layer.Packages).Select(name => $"package {name}"));
        RequireUnique(map, "layers", Destinations(definition));
        string[] used = [.. definition.Layers.SelectMany(layer => layer.Upstream)];
        RequireUnique(map, "layers", used);
        foreach (string name in used.Except(definition.Upstream.Select(file => file.Name), StringComparer.Ordinal))
            throw map.Fault("layers", $"upstream file '{name}' is not defined under 'upstream'");
        foreach (UpstreamFile file in definition.Upstream)
        {
            if (!used.Contains(file.Name, StringComparer.Ordinal))
                throw map.Fault("upstream", $"'{file.Name}' is in no layer");
            if (definition.Platforms.FirstOrDefault(p => !file.Checksums.ContainsKey(p.Architecture)) is { } platform)
                throw map.Fault("upstream", $"'{file.Name}' has no checksum for {platform.Architecture}");
            if (file.Install.IsEmpty || (file.IsArchive && file.Install.Any(installation => installation.Member is null)))
                throw map.Fault("upstream", $"'{file.Name}': 'install' wanted the file once or members by name");
        }
    }

    private static IEnumerable<string> Destinations(ImageDefinition definition) =>
        definition.Upstream.SelectMany(file => file.Install.Select(installation => installation.To))
            .Concat(definition.Layers.SelectMany(layer => layer.Files.Select(file => file.To)
                .Concat(layer.Links.Select(link => link.Path))
                .Concat(layer.Directories.Select(directory => directory.Path))))
            .Select(path => "path /" + path);

    [GeneratedRegex(@"^v[0-9]+\.[0-9]+\.[0-9]+(-(alpha|beta|rc)\.[0-9]+)?\z")]
    private static partial Regex VersionGrammar();

    private static void RequireUnique(YamlMap map, string key, IEnumerable<string> names)
    {
        if (names.GroupBy(name => name, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1) is { } twice)
            throw map.Fault(key, $"{twice.Key} is named twice");
    }
}
