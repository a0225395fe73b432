using System.Collections.Immutable;
using Slipway.Oci;

namespace Slipway.Verification;

/// <summary>What is known of an image before anything of it is read.</summary>
/// <param name="Name">As its provenance must name it.</param>
/// <param name="Title">As it says itself that it is called.</param>
/// <param name="Source">The https address of the repository that it is built from, as its provenance must name it.</param>
/// <param name="Repositories">Where it is published; signatures name the first.</param>
public sealed record KnownImage(string Name, string Title, string Source, ImmutableArray<Reference> Repositories)
{
    /// <summary>The repository that signatures must name.</summary>
    public Reference Official => Repositories[0];
}
