using System.Collections.Immutable;
using Slipway.Oci;
using Slipway.Verification;

namespace Slipway.Workflows;

/// <summary>Which of an image's repositories are meant: all, or those of the registries that the command line names.</summary>
/// <param name="Names">Hosts, or what stands before a host's first dot: <c>quay.io</c> or <c>quay</c>; none means all.</param>
internal sealed record RegistryChoice(ImmutableArray<string> Names)
{
    public static RegistryChoice All { get; } = new([]);

    /// <summary>Those that are meant, and those that are left out, each in the order given.</summary>
    /// <exception cref="WorkflowException">A name fits none of them.</exception>
    public (ImmutableArray<Reference> Chosen, ImmutableArray<Reference> LeftOut) Of(string image, IEnumerable<Reference> repositories)
    {
        ImmutableArray<Reference> all = [.. repositories];
        if (Names.FirstOrDefault(name => !all.Any(repository => Fits(name, repository))) is { } unknown)
            throw new WorkflowException(
                $"--registries '{unknown}': {image} goes to {string.Join(", ", all.Select(repository => repository.Host))}",
                FailureKind.WrongUse
            );
        ILookup<bool, Reference> chosen = all.ToLookup(repository => Names.IsEmpty || Names.Any(name => Fits(name, repository)));
        return ([.. chosen[true]], [.. chosen[false]]);
    }

    private static bool Fits(string name, Reference repository) =>
        RegistryName.Canonical(name) == RegistryName.Canonical(repository.Host)
        || string.Equals(name, repository.Host.Split('.')[0], StringComparison.OrdinalIgnoreCase);
}
