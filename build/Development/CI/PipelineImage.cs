using Nuke.Common.CI;
using Slipway.Definitions;
using Slipway.Oci;

namespace Slipway.Development;

/// <summary>An image that jobs of CI servers release, as its definition has it.</summary>
/// <param name="Name">The first part of its git tags.</param>
/// <param name="Repositories">Where it is published, the official one first.</param>
internal sealed record PipelineImage(string Name, IReadOnlyList<Reference> Repositories, IReadOnlyList<Platform> Platforms)
{
    /// <summary>The official repository.</summary>
    public string Repository => Repositories[0].Name;

    /// <summary>A job's variables for some of the registries: users, then secrets.</summary>
    public static IEnumerable<KeyValuePair<string, string>> Credentials(IEnumerable<Reference> repositories) =>
        [
            .. Known(repositories)
                .Select(registry => KeyValuePair.Create(registry.UserVariable, $"${{{{ vars.{registry.UserVariable} }}}}")),
            .. Known(repositories)
                .Select(registry => KeyValuePair.Create(registry.SecretVariable, $"${{{{ secrets.{registry.SecretVariable} }}}}")),
        ];

    private static IEnumerable<KnownRegistry> Known(IEnumerable<Reference> repositories) =>
        KnownRegistry.All.Where(registry => repositories.Any(repository => repository.Host == registry.Host));

    /// <summary>Whatever a job is told of the release is true for the tag that started it.</summary>
    public string TagPrefix => $"{Name}/v";

    /// <summary>Those below <c>images/</c>, by name.</summary>
    public static IReadOnlyList<PipelineImage> All(ConfigurationContext context)
    {
        string images = Path.Combine(context.RootDirectory, "images");
        return
        [
            .. ImageDefinitionFile
                .Names(images)
                .Select(name => ImageDefinitionFile.Read(Path.Combine(images, name)))
                .Select(definition => new PipelineImage(definition.Name, [.. definition.Repositories], [.. definition.Platforms])),
        ];
    }
}
