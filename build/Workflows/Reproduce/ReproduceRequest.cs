using System.Collections.Immutable;
using Slipway.Definitions;
using Slipway.Oci;
using Slipway.Registry;
using Slipway.Trust;
using Slipway.Verification;

namespace Slipway.Workflows;

/// <summary>A release that is to be built again.</summary>
internal sealed record ReproduceRequest
{
    /// <summary>As it was asked for.</summary>
    public required string Text { get; init; }

    /// <summary>The image as this work tree knows it: its name, repository and source.</summary>
    public required ImageDefinition Definition { get; init; }

    /// <summary>Where the release is.</summary>
    public required VerificationRequest Release { get; init; }

    /// <summary>What the release must be, and its provenance say to be followed; nothing is taken from it before.</summary>
    public required ReleasePolicy Policy { get; init; }

    /// <summary>These alone; none means all of the release.</summary>
    public ImmutableArray<Platform> Platforms { get; init; } = [];

    /// <summary>Whether a rehearsal made the release, and stand-ins may be in it.</summary>
    public bool IsRehearsal { get; init; }

    /// <summary>What a rehearsal has just published, to be built again as any other release.</summary>
    /// <param name="site">One of its registries.</param>
    /// <param name="signer">Whose key signed it.</param>
    public static ReproduceRequest OfRehearsal(RehearsedImage image, Repository site, KeySigner signer)
    {
        ImageDefinition definition = image.Input.Definition;
        ReleasePolicy policy = ReleasePolicy.RequireRehearsal(signer.Key);
        string release = image.Record.Plan.Release;
        return new ReproduceRequest
        {
            Text = $"{definition.Official.Name}:{release}",
            Definition = definition,
            Release = site.Release(release, definition.Official),
            Policy = policy with { Provenance = policy.Provenance with { Image = definition.Name } },
            IsRehearsal = true,
        };
    }
}
