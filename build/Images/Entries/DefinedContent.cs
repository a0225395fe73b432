using System.Text;
using Slipway.Definitions;
using Slipway.Oci;

namespace Slipway.Images;

/// <summary>What the definition itself puts into an image: files of its folder, directories, links, accounts.</summary>
internal static class DefinedContent
{
    /// <exception cref="DefinitionException">A file that the definition names is not there.</exception>
    public static IEnumerable<LayerEntry> Of(ImageDefinition definition, LayerDefinition layer)
    {
        foreach (DefinedDirectory directory in layer.Directories.Where(directory => directory.Package is null))
        {
            yield return LayerEntry.Directory(directory.Path, ContentOwner.Definition, directory.Mode) with
            {
                UserId = directory.UserId,
                GroupId = directory.GroupId,
            };
        }

        foreach (DefinedLink link in layer.Links)
            yield return LayerEntry.SymbolicLink(link.Path, link.Target, ContentOwner.Definition);
        foreach (DefinedFile file in layer.Files)
            yield return LayerEntry.File(file.To, Read(definition, file), ContentOwner.Definition, file.Mode) with
            {
                UserId = file.UserId,
                GroupId = file.GroupId,
            };
        bool stepHasThem = definition.Layers.Any(other => other.Finish.Contains(FinishingStepName.Accounts));
        if (layer == definition.Layers[0] && !definition.Accounts.IsEmpty && !stepHasThem)
        {
            yield return Text("etc/group", AccountLines.Groups(definition.Accounts));
            yield return Text("etc/passwd", AccountLines.Users(definition.Accounts));
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
            : throw new DefinitionException(
                $"{definition.Name}: images/{definition.Name}/{file.From}: the definition's folder has no such file"
            );
    }

    private static LayerEntry Text(string path, IEnumerable<string> lines) =>
        LayerEntry.File(path, Encoding.ASCII.GetBytes(string.Concat(lines.Select(line => line + "\n"))), ContentOwner.Definition);
}
