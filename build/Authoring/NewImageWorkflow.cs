using System.Text.RegularExpressions;
using Slipway.Definitions;
using Slipway.Oci;
using Slipway.Verification;
using Slipway.Workflows;

namespace Slipway.Authoring;

/// <summary>Makes <c>images/NAME</c>, whole or not at all.</summary>
/// <param name="images">The folder of all images.</param>
internal sealed partial class NewImageWorkflow(string images)
{
    private const int LongestName = 40;

    /// <returns>The paths that were written, relative to the folder of all images.</returns>
    /// <exception cref="WorkflowException">The name is none, or is taken.</exception>
    public IReadOnlyList<string> Run(string name, ImageBase from)
    {
        if (name.Length > LongestName || !Grammar().IsMatch(name))
            throw new WorkflowException(
                $"image name '{Printable.Of(name)}': wanted lower-case letters and digits, with single hyphens between them, as in "
                    + $"my-image; at most {LongestName}",
                FailureKind.WrongUse
            );
        string folder = Path.Combine(images, name);
        if (Path.Exists(folder))
            throw new WorkflowException($"images/{name} is there already; nothing was written. Choose another name", FailureKind.WrongUse);
        (string[] repositories, string source) = Places(name);
        IReadOnlyList<(string Path, string Text)> files = new NewImageFiles(name, repositories, source).Of(from);
        string unfinished = Directory.CreateDirectory(Path.Combine(images, $".{name}.{Path.GetRandomFileName()}")).FullName;
        try
        {
            foreach ((string path, string text) in files)
            {
                string file = Path.Combine(unfinished, path);
                Directory.CreateDirectory(Path.GetDirectoryName(file)!);
                File.WriteAllText(file, text);
            }

            Directory.Move(unfinished, folder);
        }
        catch
        {
            Directory.Delete(unfinished, recursive: true);
            throw;
        }

        return [.. files.Select(file => $"{name}/{file.Path}")];
    }

    /// <summary>Beside the first image that can be read; without one, at a place that is nobody's.</summary>
    private (string[] Repositories, string Source) Places(string name)
    {
        foreach (string image in ImageDefinitionFile.Names(images))
        {
            try
            {
                ImageDefinition other = ImageDefinitionFile.Read(Path.Combine(images, image));
                return ([.. other.Repositories.Select(each => Beside(each.Name, name))], Beside(other.Source.TrimEnd('/'), name));
            }
            catch (DefinitionException)
            {
                // Check tells what is wrong with it.
            }
        }

        return ([$"registry.example/{name}"], $"https://registry.example/{name}");
    }

    private static string Beside(string address, string name) => address[..(address.LastIndexOf('/') + 1)] + name;

    [GeneratedRegex(@"\A[a-z0-9]+(-[a-z0-9]+)*\z")]
    private static partial Regex Grammar();
}
