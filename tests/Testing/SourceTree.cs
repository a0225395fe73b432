namespace Slipway.Testing;

/// <summary>The checkout that the running tests were built from.</summary>
public static class SourceTree
{
    /// <summary>The folder that holds <c>Slipway.slnx</c>.</summary>
    public static string Root { get; } = Find(AppContext.BaseDirectory);

    /// <summary>What the tests were compiled as, <c>Release</c> or <c>Debug</c>: <c>tests/ROOM.Tests/bin/Release/net10.0</c>.</summary>
    public static string Configuration { get; } =
        new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar)).Parent!.Name;

    /// <summary>A path below it.</summary>
    public static string At(params string[] parts) => Path.Combine([Root, .. parts]);

    private static string Find(string start)
    {
        for (DirectoryInfo? at = new(start); at is not null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, "Slipway.slnx")))
                return at.FullName;
        }

        throw new DirectoryNotFoundException(
            $"{start}: no Slipway.slnx here or above; run the tests where they were built, inside the checkout"
        );
    }
}
