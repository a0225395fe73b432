namespace Nuke.Common.CI.GitHubActions;

/// <summary>An action at one commit: a tag can be moved, a commit cannot.</summary>
/// <param name="Name"><c>OWNER/NAME</c>.</param>
/// <param name="Commit">In full.</param>
/// <param name="Version">The release that is this commit, for people and for what proposes updates.</param>
public sealed record GitHubAction(string Name, string Commit, string Version)
{
    public static GitHubAction Checkout { get; } = new("actions/checkout", "3d3c42e5aac5ba805825da76410c181273ba90b1", "v7.0.1");

    public static GitHubAction SetupDotNet { get; } = new("actions/setup-dotnet", "a98b56852c35b8e3190ac28c8c2271da59106c68", "v6.0.0");

    public static GitHubAction Cache { get; } = new("actions/cache", "27d5ce7f107fe9357f9df03efb73ab90386fccae", "v5.0.5");

    public static GitHubAction UploadArtifact { get; } =
        new("actions/upload-artifact", "bbbca2ddaa5d8feaa63e36b76fdaad77386f024f", "v7.0.0");

    public static GitHubAction DownloadArtifact { get; } =
        new("actions/download-artifact", "3e5f45b2cfb9172054b4087a40e8e0b5a5461e7c", "v8.0.1");

    internal YamlScalar Reference => new($"{Name}@{Commit}") { Comment = Version };
}
