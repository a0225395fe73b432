namespace Nuke.Common.CI;

/// <summary>Writes the file that tells one CI server what to run; an attribute of the build class.</summary>
public interface IConfigurationGenerator
{
    /// <summary>What <c>--generate-configuration</c> calls it: <c>GitHubActions_release</c>.</summary>
    public string Id { get; }

    /// <summary>Whether a file that differs is told at the start of a run.</summary>
    public bool AutoGenerate { get; }

    /// <summary>Below the root, with slashes.</summary>
    public string ConfigurationFile { get; }

    /// <summary>The whole file. Same build, same text; line ends are LF.</summary>
    /// <exception cref="InvalidOperationException">An attribute contradicts itself, or names a target that there is not.</exception>
    public string Generate(ConfigurationContext context);
}

/// <summary>What a generator may know of the build.</summary>
public sealed record ConfigurationContext
{
    /// <summary>Absolute.</summary>
    public required string RootDirectory { get; init; }

    /// <summary>How people and servers start the build, as it is typed.</summary>
    public required string Command { get; init; }

    /// <summary>The names of all targets.</summary>
    public required IReadOnlyCollection<string> Targets { get; init; }

    /// <summary>What a target and all that run with it leave behind, as <c>Produces</c> says.</summary>
    public Func<string, IEnumerable<string>> ArtifactProducts { get; init; } = _ => [];
}
