using Slipway.Definitions;

namespace Slipway.Workflows;

/// <summary>Where an update is made before anything of the image's own folder changes: <c>artifacts/update</c>.</summary>
internal sealed class UpdateFolder(Workspace workspace)
{
    private readonly string _path = Path.Combine(workspace.Artifacts, "update");

    /// <summary>The image as it is going to be.</summary>
    public Workspace Staging => workspace with { Images = Path.Combine(_path, "images"), Artifacts = _path };

    /// <summary>The image as it was.</summary>
    public Workspace Before => workspace with { Artifacts = Path.Combine(_path, "before") };

    /// <summary>A fresh copy of the image's folder, without what earlier updates left.</summary>
    public ImageDefinition Copy(ImageDefinition definition)
    {
        foreach (
            string old in new[] { Staging.Definition(definition.Name), Staging.Results(definition.Name), Before.Results(definition.Name) }
        )
        {
            if (Directory.Exists(old))
                Directory.Delete(old, recursive: true);
        }

        foreach (string file in Directory.EnumerateFiles(definition.Folder, "*", SearchOption.AllDirectories))
        {
            string to = Path.Combine(Staging.Definition(definition.Name), Path.GetRelativePath(definition.Folder, file));
            Directory.CreateDirectory(Path.GetDirectoryName(to)!);
            File.Copy(file, to);
        }

        return ImageDefinitionFile.Read(Staging.Definition(definition.Name));
    }
}
