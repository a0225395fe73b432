namespace Slipway.Testing;

/// <summary>The cache that tests share with the product and with each other: <c>slipway</c> below the user's caches.</summary>
public static class TestCache
{
    public static string Shared { get; } = Find(Environment.GetEnvironmentVariable("XDG_CACHE_HOME"));

    /// <summary>What only tests keep there.</summary>
    public static string Peers => Path.Combine(Shared, "peers");

    /// <summary>
    /// Makes <paramref name="folder"/> a cache that has every file of the shared one and nothing assembled, by hard links
    /// where it can: files of a cache are never written to, only replaced.
    /// </summary>
    public static async Task SeedAsync(string folder)
    {
        string from = Path.Combine(Shared, "sha256");
        if (!Directory.Exists(from))
            return;
        Directory.CreateDirectory(folder);
        ChildResult linked = await new ChildProcess("cp", "-al", from, folder).RunAsync();
        if (linked.ExitCode != 0)
            (await new ChildProcess("cp", "-a", from, folder).RunAsync()).Require();
    }

    /// <summary>Makes a folder by its final name at once, so that several processes may make the same one.</summary>
    /// <param name="path">Is there, complete, when this returns.</param>
    /// <param name="fill">Fills a folder of another name beside it.</param>
    public static async Task<string> FolderAsync(string path, Func<string, Task> fill)
    {
        if (Directory.Exists(path))
            return path;
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        string unfinished = $"{path}.{Guid.NewGuid():n}";
        Directory.CreateDirectory(unfinished);
        try
        {
            await fill(unfinished);
            Directory.Move(unfinished, path);
        }
        catch (IOException) when (Directory.Exists(path))
        {
            // Another process was first; what it made is the same.
        }
        finally
        {
            if (Directory.Exists(unfinished))
                Directory.Delete(unfinished, recursive: true);
        }

        return path;
    }

    private static string Find(string? caches) =>
        Path.Combine(
            caches is { Length: > 0 } && Path.IsPathFullyQualified(caches)
                ? caches
                : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache"),
            "slipway"
        );
}
