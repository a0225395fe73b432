using Slipway.Archives;
using Slipway.Oci;

namespace Slipway.Definitions;

/// <summary>
/// What one key of a definition alone cannot tell: names that must be there, be unique, or cover every platform; one owner for each path.
/// </summary>
internal sealed class DefinitionCheck(ImageDefinition definition, YamlMap map)
{
    /// <exception cref="DefinitionException">The first mistake, with its place.</exception>
    public void Require()
    {
        if (definition.Platforms.IsEmpty)
            throw map.Fault("platforms", "the list is empty; name one platform at least");
        if (definition.Layers.IsEmpty)
            throw map.Fault("layers", "the list is empty; name one layer at least");
        // Tags, locks and folders name a platform by its architecture alone.
        RequireUnique("platforms", "", definition.Platforms.Select(platform => platform.Architecture));
        RequireUnique("repositories", "", definition.Repositories.Select(repository => repository.Name));
        if (definition.Fallbacks.FirstOrDefault(definition.Official.IsSamePlaceAs) is { } same)
            throw map.FaultAt("repositories", same.Name, $"{same.Name} is the same repository as {definition.Official.Name}");
        RequireUnique("layers", "", definition.Layers.Select(layer => layer.Name));
        RequireUnique("upstream", "", definition.Upstream.Select(file => file.Name));
        RequireUnique("accounts", "account ", definition.Accounts.Select(account => account.Name));
        RequireUnique("layers", "package ", definition.Layers.SelectMany(layer => layer.Packages));
        RequireLeftOutOnce();
        string[] used = [.. definition.Layers.SelectMany(layer => layer.Upstream)];
        RequireUnique("layers", "", used);
        foreach (string name in used.Except(definition.Upstream.Select(file => file.Name), StringComparer.Ordinal))
            throw map.FaultAt("layers", name, $"upstream file '{name}' is not defined under 'upstream'");
        foreach (UpstreamFile file in definition.Upstream)
            RequireSound(file, used);
        RequireFinishable();
        RequireOneOwner();
        foreach (DefinedFile file in definition.Layers.SelectMany(layer => layer.Files))
        {
            if (!File.Exists(Path.Combine(definition.Folder, file.From)))
                throw map.FaultAt("layers", file.From, $"images/{definition.Name}/{file.From}: the definition's folder has no such file");
        }
    }

    private void RequireSound(UpstreamFile file, string[] used)
    {
        if (!used.Contains(file.Name, StringComparer.Ordinal))
            throw map.FaultAt("upstream", file.Name, $"'{file.Name}' is in no layer");
        if (file.IsOptional && (file.ChecksumTemplate is null || !file.Checksums.IsEmpty))
            throw map.FaultAt(
                "upstream",
                file.Name,
                $"'{file.Name}' is optional: wanted 'checksumFile' and no 'checksums'; with reviewed checksums it does not need to be "
                    + "optional"
            );
        if (!file.IsOptional && definition.Platforms.FirstOrDefault(p => !file.Checksums.ContainsKey(p.Architecture)) is { } platform)
            throw map.FaultAt("upstream", file.Name, $"'{file.Name}' has no checksum for {platform.Architecture}");
        if (file.Install.IsEmpty || (file.IsArchive && file.Install.Any(installation => installation.Member is null)))
            throw map.FaultAt("upstream", file.Name, $"'{file.Name}': 'install' wanted the file once or members by name");
    }

    /// <summary>No path is written by two, and none lies beneath what is no directory.</summary>
    private void RequireOneOwner()
    {
        bool accounts = !definition.Accounts.IsEmpty || definition.Layers.Any(layer => layer.Finish.Contains(FinishingStepName.Accounts));
        string[] generated = accounts ? ["etc/passwd", "etc/group"] : [];
        string[] leaves =
        [
            .. generated,
            .. definition.Upstream.SelectMany(file => file.Install.Select(installation => installation.To)),
            .. definition.Layers.SelectMany(Leaves),
        ];
        string[] all = [.. leaves, .. definition.Layers.SelectMany(layer => layer.Directories.Select(directory => directory.Path))];
        foreach (string path in all.Intersect(generated, StringComparer.Ordinal).Where(path => all.Count(other => other == path) > 1))
            throw map.FaultAt("", "/" + path, $"/{path} is made from 'accounts'");
        RequireUnique("", "path ", all.Select(path => "/" + path));
        HashSet<string> closed = [.. leaves];
        foreach (string path in all)
        {
            for (string parent = DebPath.Parent(path); parent.Length > 0; parent = DebPath.Parent(parent))
            {
                if (closed.Contains(parent))
                    throw map.FaultAt("", "/" + path, $"/{path} is below /{parent}, which is not a directory");
            }
        }
    }

    /// <summary>What is left out is named once, is not wanted, and is left out where the image is.</summary>
    private void RequireLeftOutOnce()
    {
        string[] without = [.. definition.Debian.Without.Select(package => package.Name)];
        RequireUnique("debian", "package ", without);
        if (
            definition.Layers.SelectMany(layer => layer.Packages).FirstOrDefault(name => without.Contains(name, StringComparer.Ordinal)) is
            { } wanted
        )
            throw map.FaultAt("debian", wanted, $"package {wanted} is listed in 'layers' and excluded by 'without'");
        RequireUnique(definition.Exclude.SelectMany(exclusion => exclusion.Paths));
        foreach (Exclusion exclusion in definition.Exclude)
        {
            RequireUnique(exclusion.Except);
            if (exclusion.Platforms.FirstOrDefault(platform => !definition.Platforms.Contains(platform)) is { } unknown)
                throw map.FaultAt(
                    "exclude",
                    unknown.ToString(),
                    $"platform {unknown} is not among {string.Join(", ", definition.Platforms)}"
                );
            foreach (PathPattern pattern in exclusion.Paths.Concat(exclusion.Except))
            {
                foreach (Platform platform in definition.Platforms.Where(exclusion.IsFor))
                    pattern.For(platform);
            }
        }
    }

    private static void RequireUnique(IEnumerable<PathPattern> patterns)
    {
        HashSet<string> seen = new(StringComparer.Ordinal);
        foreach (PathPattern pattern in patterns)
        {
            if (!seen.Add(pattern.Text))
                throw new DefinitionException($"{pattern.Place}: pattern {pattern.Text} is listed twice");
        }
    }

    private static IEnumerable<string> Leaves(LayerDefinition layer) =>
        [
            .. layer.Files.Select(file => file.To),
            .. layer.Links.Select(link => link.Path),
            .. layer.Copies.Select(copy => copy.To),
            .. layer.Alternatives.SelectMany(choice => (string[])[choice.Link, choice.Choice]),
        ];

    /// <summary>A step that writes one file stands once; the database is of all packages or of none.</summary>
    private void RequireFinishable()
    {
        RequireUnique(
            "layers",
            "finishing step ",
            definition.Layers.SelectMany(layer => layer.Finish.Where(step => step != FinishingStepName.PackageDatabase))
        );
        foreach (LayerDefinition layer in definition.Layers)
            RequireUnique("layers", "finishing step ", layer.Finish);
        LayerDefinition[] packaged = [.. definition.Layers.Where(layer => !layer.Packages.IsEmpty)];
        if (
            definition.Layers.Any(layer => layer.Finish.Contains(FinishingStepName.PackageDatabase))
            && packaged.FirstOrDefault(layer => !layer.Finish.Contains(FinishingStepName.PackageDatabase)) is { } left
        )
            throw map.FaultAt(
                "layers",
                left.Name,
                $"layer {left.Name} has packages but lacks the finishing step {FinishingStepName.PackageDatabase}, which another layer has"
            );
    }

    private void RequireUnique(string key, string kind, IEnumerable<string> names)
    {
        if (names.GroupBy(name => name, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1) is { } twice)
            throw map.FaultAt(key, twice.Key, $"{kind}{twice.Key} is listed twice", occurrence: 2);
    }
}
