using System.Collections.Immutable;

namespace Slipway.SlipwayVerify;

/// <summary>What somebody asked for, in the words of the command line; null and empty is what was not given.</summary>
internal sealed record VerifyOptions
{
    /// <summary>Of an image in a registry, a layout folder or an archive.</summary>
    public required string Reference { get; init; }

    /// <summary>A file with a public key in PEM.</summary>
    public string? Key { get; init; }

    public string? Identity { get; init; }

    public string? Issuer { get; init; }

    /// <summary>A file with Sigstore's trusted root.</summary>
    public string? TrustedRoot { get; init; }

    /// <summary>Of the trusted root to believe, which an archive may carry.</summary>
    public string? TrustedRootDigest { get; init; }

    /// <summary>A file that says who must have signed, and what else is asked.</summary>
    public string? Policy { get; init; }

    /// <summary>Whether every registry that the policy names must have the same.</summary>
    public bool AllRegistries { get; init; }

    /// <summary>The repository that signatures must name.</summary>
    public string? Official { get; init; }

    /// <summary>What the provenance must name: the image, where it is built from, and by what.</summary>
    public string? Image { get; init; }

    public string? Source { get; init; }

    public string? Builder { get; init; }

    public string? NotOlderThan { get; init; }

    /// <summary>Files with public keys, or <c>IDENTITY,ISSUER</c>.</summary>
    public ImmutableArray<string> ReproducedBy { get; init; } = [];

    /// <summary>Whether layers are read, too.</summary>
    public bool Deep { get; init; }

    /// <summary>A file to write what was found to, as a statement.</summary>
    public string? Summary { get; init; }

    /// <summary>A layout folder with the signatures of files.</summary>
    public string? Trust { get; init; }

    public ImmutableArray<string> RegistryMap { get; init; } = [];

    public ImmutableArray<string> RegistryCa { get; init; } = [];

    public ImmutableArray<string> TokenRealm { get; init; } = [];

    /// <summary>Whether the result is the verified reference by digest alone.</summary>
    public bool Digest { get; init; }

    /// <summary>Whether the result is JSON.</summary>
    public bool Json { get; init; }
}
