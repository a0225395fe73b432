namespace Slipway.Verification;

/// <summary>
/// What a command line asks of a release, and the one place where that and the image become a policy: for every program and every target
/// that reads a release.
/// </summary>
public sealed record PolicyChoice
{
    /// <summary>The image's name that the provenance must name, where the image is not known; null asks nothing.</summary>
    public string? Image { get; init; }

    /// <summary>The source repository that the provenance must name, where the image is not known; null asks nothing.</summary>
    public string? Source { get; init; }

    /// <summary>The builder's id that the provenance must name, exactly; null asks nothing.</summary>
    public string? Builder { get; init; }

    /// <summary>How it must have been built; null takes that from the tag.</summary>
    public BuildMethod? Way { get; init; }

    /// <summary>The oldest release that will do; null takes any.</summary>
    public NotOlderThan? NotOlderThan { get; init; }

    /// <summary>Where layers may be spooled, to compare each with its SBOM; null leaves them unread.</summary>
    public string? Folder { get; init; }

    /// <summary>What a policy asks of its image; what else is chosen here is asked, too.</summary>
    /// <param name="scratch">Where layers may be spooled, if the policy wants them read.</param>
    public ReleasePolicy Of(PolicyFile file, string scratch)
    {
        ArgumentNullException.ThrowIfNull(file);
        return ReleasePolicy.Require(file.Signers) with
        {
            Provenance = new ProvenanceCheck
            {
                Image = file.Image ?? Image,
                Source = file.Source ?? Source,
                Builder = Builder,
                Builders = file.Builders,
                Triggers = file.Triggers,
                Way = Way,
            },
            Rebuilders = file.Rebuilders,
            NotOlderThan = NotOlderThan ?? file.NotOlderThan,
            Folder = Folder ?? (file.IsDeep ? scratch : null),
            File = file.Digest,
        };
    }

    /// <summary>The policy for an image that is known, or for one of which nothing but its repository is (null).</summary>
    public ReleasePolicy Of(Trust.ITrustedSigner signer, KnownImage? image) =>
        ReleasePolicy.Require(signer) with
        {
            Provenance = new ProvenanceCheck
            {
                Image = image?.Name ?? Image,
                Source = image?.Source ?? Source,
                Builder = Builder,
                Way = Way,
            },
            NotOlderThan = NotOlderThan,
        };

    /// <summary>That, with who must have built it again, and its layers if they are asked for.</summary>
    public ReleasePolicy Of(ReleaseSigners signers, KnownImage? image)
    {
        ArgumentNullException.ThrowIfNull(signers);
        return Of(signers.Signer, image) with { ReproducedBy = signers.Reproducers, Folder = Folder };
    }
}
