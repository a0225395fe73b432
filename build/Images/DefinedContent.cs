using System.Text;
using Slipway.Oci;
using Slipway.Sources;

namespace Slipway.Images;

/// <summary>What the definition itself puts into an image: files of its folder, directories, links, accounts.</summary>
internal static class DefinedContent
{
    /// <summary>Who owns what the definition itself puts in.</summary>
    public const string Owner = "definition";

    /// <exception cref="DefinitionException">A file that the definition names is not there.</exception>
    public static IEnumerable<LayerEntry> Of(ImageDefinition definition, LayerDefinition layer)
    {
        foreach (DefinedDirectory directory in layer.Directories)
        {
            yield return LayerEntry.Directory(directory.Path, Owner, directory.Mode) with
            {
                UserId = directory.UserId,
                GroupId = directory.GroupId,
            };
        }

        foreach (DefinedLink link in layer.Links)
            yield return LayerEntry.SymbolicLink(link.Path, link.Target, Owner);
        foreach (DefinedFile file in layer.Files)
            yield return LayerEntry.File(file.To, Read(definition, file), Owner, file.Mode);
        if (layer == definition.Layers[0] && !definition.Accounts.IsEmpty)
        {
            yield return LayerEntry.File("etc/group", Encoding.ASCII.GetBytes(Group(definition)), Owner);
            yield return LayerEntry.File("etc/passwd", Encoding.ASCII.GetBytes(Passwd(definition)), Owner);
        }
    }

    /// <summary>The content of a file of the definition's folder; neither <c>..</c> nor a symbolic link leads out of it.</summary>
    /// <exception cref="DefinitionException">There is no such file.</exception>
    public static byte[] Read(ImageDefinition definition, DefinedFile file)
    {
        string folder = Path.TrimEndingDirectorySeparator(Path.GetFullPath(definition.Folder));
        string path = Path.GetFullPath(Path.Combine(folder, file.From));
        bool below = path.StartsWith(folder + Path.DirectorySeparatorChar, StringComparison.Ordinal);
        for (string? part = path; below && part != folder; part = Path.GetDirectoryName(part))
            below = new FileInfo(part!).LinkTarget is null;
        return below && File.Exists(path)
            ? File.ReadAllBytes(path)
            : throw new DefinitionException($"{definition.Name}: images/{definition.Name}/{file.From}: there is no such file below the definition's folder");
    }

    /// <summary>Lines of passwd(5).</summary>
    private static string Passwd(ImageDefinition definition) => string.Concat(definition.Accounts
        .Where(account => !account.GroupOnly)
        .Select(account => $"{account.Name}:x:{account.Id}:{account.Id}:{account.Name}:{account.Home}:{account.Shell}\n"));

    /// <summary>Lines of group(5): a user whose number has a group of another name gets no second one.</summary>
    private static string Group(ImageDefinition definition) => string.Concat(definition.Accounts
        .GroupBy(account => account.Id)
        .Select(group => group.FirstOrDefault(account => account.GroupOnly) ?? group.First())
        .Select(account => $"{account.Name}:x:{account.Id}:\n"));
}
