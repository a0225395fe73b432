namespace Slipway.Node.Tests;

/// <summary>The one thing of a machine that is not in a namespace.</summary>
internal static class Cgroups
{
    private const string Root = "/sys/fs/cgroup";

    /// <summary>One for every controller, or the one of version 2.</summary>
    public static IReadOnlyList<string> Hierarchies =>
        File.Exists(Path.Combine(Root, "cgroup.controllers"))
            ? [Root]
            : [.. Directory.EnumerateDirectories(Root).Where(folder => Path.GetFileName(folder) != "unified")];

    public static void Make(string hierarchy, string name)
    {
        string cgroup = Directory.CreateDirectory(Path.Combine(hierarchy, name)).FullName;
        // Version 1 takes no process into a cpuset that has no processors or no memory.
        foreach (string file in (string[])["cpuset.cpus", "cpuset.mems"])
        {
            if (Path.GetFileName(hierarchy) == "cpuset")
                File.WriteAllText(Path.Combine(cgroup, file), File.ReadAllText(Path.Combine(hierarchy, file)));
        }
    }

    /// <summary>Those of a name that are there still.</summary>
    public static IReadOnlyList<string> Left(string name) =>
        [.. Directory.EnumerateDirectories(Root).Prepend(Root).Select(hierarchy => Path.Combine(hierarchy, name)).Where(Directory.Exists)];

    /// <summary>Removes those of a name with all below; their processes have been told to end.</summary>
    public static async Task RemoveAsync(string name)
    {
        for (int attempt = 1; Left(name).Count > 0; attempt++)
        {
            try
            {
                foreach (string cgroup in Left(name))
                    Remove(cgroup);
            }
            catch (IOException) when (attempt < 100)
            {
                await Task.Delay(100);
            }
        }
    }

    private static void Remove(string cgroup)
    {
        foreach (string below in Directory.EnumerateDirectories(cgroup))
            Remove(below);
        // A cgroup's files go with it, and must not be deleted.
        Directory.Delete(cgroup);
    }
}
