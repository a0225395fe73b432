namespace Slipway.Definitions;

/// <summary>Where a project says which versions it has released. Data of a definition, under <c>releases</c>.</summary>
public abstract record VersionChannel;

/// <summary>
/// Kubernetes' own: files that hold the newest version and nothing else, <c>stable.txt</c>, <c>stable-1.txt</c> and
/// <c>stable-1.36.txt</c>.
/// </summary>
/// <param name="Base">The https address above them, without a slash at its end.</param>
public sealed record KubernetesChannel(string Base) : VersionChannel
{
    public override string ToString() => Base;
}

/// <summary>The releases of a GitHub repository.</summary>
/// <param name="Repository"><c>OWNER/NAME</c>.</param>
public sealed record GitHubChannel(string Repository) : VersionChannel
{
    public override string ToString() => $"https://github.com/{Repository}/releases";
}
