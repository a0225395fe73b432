using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Slipway.Debian;
using Slipway.Oci;

namespace Slipway.Definitions;

/// <summary>Reads <c>image.yaml</c>: every key known, every value of its type, every name that is referred to defined.</summary>
public static partial class ImageDefinitionFile
{
    private const long MebiByte = 1024 * 1024;

    /// <summary>
    /// The names of all images below <paramref name="imagesFolder"/>, in ordinal order. One that cannot be read is among them.
    /// </summary>
    /// <exception cref="UnauthorizedAccessException">A folder there cannot be looked into: nobody knows whether it is an image.</exception>
    public static IReadOnlyList<string> Names(string imagesFolder) =>
        !Directory.Exists(imagesFolder)
            ? []
            :
            [
                .. Directory
                    .EnumerateDirectories(imagesFolder)
                    .Where(folder => Directory.EnumerateFileSystemEntries(folder, ImageDefinition.FileName).Any())
                    .Select(folder => Path.GetFileName(folder))
                    .Order(StringComparer.Ordinal),
            ];

    /// <exception cref="DefinitionException">The file is missing or wrong; names file, line and column.</exception>
    public static ImageDefinition Read(string folder)
    {
        folder = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        string name = Path.GetFileName(folder);
        string file = $"images/{name}/{ImageDefinition.FileName}";
        string path = Path.Combine(folder, ImageDefinition.FileName);
        YamlMap map = new(file, YamlFile.Read(path, file));
        ImageDefinition definition = Read(map, name, folder);
        map.Finish();
        new DefinitionCheck(definition, map).Require();
        return definition;
    }

    private static ImageDefinition Read(YamlMap map, string name, string folder)
    {
        string version = map.Text("version");
        if (!VersionGrammar().IsMatch(version))
            throw map.Fault("version", $"'version' wanted vX.Y.Z, got '{version}'");
        (Reference official, ImmutableArray<Reference> fallbacks) = map.Map("repositories", repositories =>
            (
                repositories.Parsed("official", ReadRepository),
                repositories.OptionalText("fallback") is null
                    ? ImmutableArray<Reference>.Empty
                    : [repositories.Parsed("fallback", ReadRepository)]
            )
        );
        return new ImageDefinition
        {
            Name = name,
            Folder = folder,
            Title = map.Text("title"),
            Description = map.Text("description"),
            Version = version,
            Releases = map.OptionalMap("releases", ReadChannel),
            Source = map.HttpsAddress("source"),
            Licenses = map.Text("licenses"),
            Platforms = [.. map.Texts("platforms").Select(text => Sound(map, "platforms", text, Platform.Parse))],
            Official = official,
            Fallbacks = fallbacks,
            Debian = map.Map("debian", debian => new DebianSource(
                [.. debian.Each("suites", ArchiveWord)],
                [.. debian.Each("components", ArchiveWord)],
                debian.Flag("essential", otherwise: true)
            )
            {
                Without =
                [
                    .. debian.Maps("without", package => new UnneededPackage(
                        package.Parsed("package", LayerReader.Package),
                        package.Sentence("reason")
                    )),
                ],
                EssentialUnwritten = debian.Has("essential") ? null : debian.PlaceOf("essential"),
            }),
            Exclude = [.. map.Maps("exclude", ReadExclusion)],
            Upstream = [.. map.Maps("upstream", upstream => ReadUpstream(upstream, version))],
            Layers = [.. map.Maps("layers", LayerReader.Read)],
            Accounts = [.. map.Maps("accounts", ReadAccount)],
            Config = map.Map("config", ReadConfig),
            Node = map.OptionalMap("node", ReadNode),
        };
    }

    private static UpstreamFile ReadUpstream(YamlMap map, string version) =>
        new()
        {
            Name = map.Word("name"),
            Version = map.OptionalText("version") ?? version,
            HasOwnVersion = map.OptionalText("version") is not null,
            Releases = map.OptionalMap("releases", releases =>
                map.OptionalText("version") is null
                    ? throw map.Fault(
                        "releases",
                        "'releases' wanted a 'version' beside it: the image's own version and its releases belong at the top of the "
                            + "file"
                    )
                    : ReadChannel(releases)
            ),
            UrlTemplate = Template(map, "url"),
            ChecksumTemplate = map.OptionalText("checksumFile") is null ? null : ChecksumTemplate(map),
            Signer = map.OptionalMap("signature", signature => new UpstreamSigner(
                Line(signature, "identity"),
                signature.HttpsAddress("issuer")
            )),
            Limit = map.Number("limitMiB", least: 1) * MebiByte,
            IsOptional = map.Flag("optional", otherwise: false),
            Checksums = map.Pairs("checksums")
                .ToImmutableSortedDictionary(
                    pair => pair.Key,
                    pair => Sound(map, "checksums", pair.Value, Digest.Parse),
                    StringComparer.Ordinal
                ),
            Install =
            [
                .. map.Maps("install", install => new Installation(
                    install.OptionalText("member") is null ? null : Plain(install, "member", install.Text("member")),
                    install.ImagePath("to"),
                    install.Mode("mode", "0755"),
                    install.OptionalMap("standIn", source => new StandInSource(
                        source.Parsed("package", LayerReader.Package),
                        source.ImagePath("path")
                    ))
                )),
            ],
        };

    private static VersionChannel ReadChannel(YamlMap map)
    {
        string? kubernetes = map.OptionalText("kubernetes") is null ? null : map.HttpsAddress("kubernetes");
        string? github = map.OptionalText("github");
        if (github is not null && !RepositoryGrammar().IsMatch(github))
            throw map.Fault("github", $"'github' wanted OWNER/NAME, got '{github}'");
        return (kubernetes, github) switch
        {
            ({ } files, null) => new KubernetesChannel(files.TrimEnd('/')),
            (null, { } repository) => new GitHubChannel(repository),
            _ => throw map.Fault("kubernetes", "'releases' wanted one of 'kubernetes' and 'github'"),
        };
    }

    /// <summary>What can stand in a certificate and in a message.</summary>
    private static string Line(YamlMap map, string key) =>
        map.Text(key) is var text && text.All(c => c is > ' ' and < '\x7F')
            ? text
            : throw map.Fault(key, $"'{key}' wanted ASCII text without blanks, got '{text}'");

    private static string ChecksumTemplate(YamlMap map)
    {
        string template = Template(map, "checksumFile");
        return ChecksumFile.AlgorithmOf(template) is not null
            ? template
            : throw map.Fault("checksumFile", $"'checksumFile' wanted an address that ends in .sha256 or .sha512, got '{template}'");
    }

    private static string Template(YamlMap map, string key) => Plain(map, key, map.HttpsAddress(key));

    private static string Plain(YamlMap map, string key, string template) =>
        UpstreamFile.Fill(template, "", "").AsSpan().ContainsAny('{', '}')
            ? throw map.Fault(key, $"'{key}' wanted no braces except {{version}} and {{arch}} (or {{release}}), got '{template}'")
            : template;

    private static Exclusion ReadExclusion(YamlMap map) =>
        new()
        {
            Paths = [.. map.Each("paths", PathPattern.Parse)],
            Except = [.. map.OptionalEach("except", PathPattern.Parse) ?? []],
            Platforms = [.. map.OptionalEach("platforms", (text, _) => Sound(map, "platforms", text, Platform.Parse)) ?? []],
            Reason = map.Sentence("reason"),
        };

    private static Account ReadAccount(YamlMap map) =>
        new(
            Column(map, "name", map.Text("name")),
            map.Number("id"),
            Column(map, "home", map.OptionalText("home") ?? "/nonexistent"),
            Column(map, "shell", map.OptionalText("shell") ?? "/usr/sbin/nologin"),
            map.Flag("groupOnly", otherwise: false)
        )
        {
            GroupId = map.OptionalNumber("group"),
        };

    /// <summary>What can stand in a column of passwd(5).</summary>
    private static string Column(YamlMap map, string key, string text) =>
        text.All(c => c is > ' ' and < '\x7F' and not ':')
            ? text
            : throw map.Fault(key, $"'{key}' wanted ASCII text without ':' or blanks, got '{text}'");

    /// <summary>The name of a suite or a component, which becomes part of an address.</summary>
    private static string ArchiveWord(string text, string place) =>
        PackageName.IsArchivePath(text)
            ? text
            : throw new DefinitionException($"{place}: wanted a name as trixie or main, got '{Printable.Of(text)}'");

    private static Reference ReadRepository(string text) =>
        Reference.Parse(text) is { Tag: null, Digest: null } repository
            ? repository
            : throw new ContentException($"reference '{text}': wanted a repository with neither tag nor digest");

    /// <summary>Names that can stand in a unit file and in a path.</summary>
    private static NodeUnit ReadNode(YamlMap map) =>
        new(
            UnitGrammar().IsMatch(map.Text("unit"))
                ? map.Text("unit")
                : throw map.Fault("unit", $"'unit' wanted a service, as kubelet.service, got '{map.Text("unit")}'"),
            VariableGrammar().IsMatch(map.Text("variable"))
                ? map.Text("variable")
                : throw map.Fault("variable", $"'variable' wanted capital letters, digits and _, got '{map.Text("variable")}'")
        );

    private static RunConfiguration ReadConfig(YamlMap map) =>
        new(
            [.. map.Texts("entrypoint")],
            [.. map.Texts("command")],
            [.. map.Pairs("environment").Select(pair => $"{pair.Key}={pair.Value}")],
            map.OptionalText("user"),
            map.OptionalText("workingDirectory"),
            map.Pairs("labels").ToImmutableSortedDictionary(StringComparer.Ordinal)
        );

    private static T Sound<T>(YamlMap map, string key, string text, Func<string, T> parse)
    {
        try
        {
            return parse(text);
        }
        catch (ContentException e)
        {
            throw map.FaultAt(key, text, e.Message);
        }
    }

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9_-]*\.service\z")]
    private static partial Regex UnitGrammar();

    [GeneratedRegex(@"^[A-Z][A-Z0-9_]*\z")]
    private static partial Regex VariableGrammar();

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9-]*/[A-Za-z0-9._-]*[A-Za-z0-9_-][A-Za-z0-9._-]*\z")]
    private static partial Regex RepositoryGrammar();

    [GeneratedRegex(@"^v[0-9]+\.[0-9]+\.[0-9]+(-(alpha|beta|rc)\.[0-9]+)?\z")]
    private static partial Regex VersionGrammar();
}
