using Nuke.Common.IO;

namespace Nuke.Common.Execution;

/// <summary>The folder that holds <c>.nuke</c>.</summary>
internal static class RootFolder
{
    public const string Mark = ".nuke";

    /// <summary>
    /// The nearest folder with <c>.nuke</c> at or above the working directory, else above the build's assembly: a build started by its path
    /// from elsewhere belongs to its own repository.
    /// </summary>
    /// <exception cref="BuildUsageException">There is none.</exception>
    public static AbsolutePath Above(BuildEnvironment environment) =>
        Find(environment)
        ?? throw new BuildUsageException(
            $"no {Mark} folder in {environment.WorkingDirectory} or above it; create one to mark the root, or give --root PATH"
        );

    /// <summary>As above; null when there is none.</summary>
    public static AbsolutePath? Find(BuildEnvironment environment) =>
        AtOrAbove(environment.WorkingDirectory) ?? AtOrAbove(environment.AssemblyDirectory);

    /// <summary>The folder <c>--root</c> names, relative to the working directory.</summary>
    public static AbsolutePath Named(string path, BuildEnvironment environment)
    {
        AbsolutePath root = Path.GetFullPath(path, environment.WorkingDirectory);
        return root.DirectoryExists() ? root : throw new BuildUsageException($"--root {path}: folder not found ({root})");
    }

    private static AbsolutePath? AtOrAbove(string start)
    {
        for (AbsolutePath? at = start; at is not null; at = at.Parent)
        {
            if ((at / Mark).Exists())
                return at;
        }

        return null;
    }
}
