using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Slipway.Trust;

namespace Slipway.Release;

/// <summary>What the statements about a release must say.</summary>
public sealed partial record ReleaseExpectation
{
    /// <summary>What the provenance must say; null where nothing is known of the image but its name, and it is only to be there.</summary>
    public ProvenanceCheck? Provenance { get; init; }

    /// <summary>Who must have built the same again, and signed that it came out so; none where nobody must.</summary>
    public ImmutableArray<ITrustedSigner> ReproducedBy { get; init; } = [];

    /// <summary>Where layers may be spooled, to compare each with its bill of materials; null leaves them unread.</summary>
    public string? Folder { get; init; }

    /// <summary>The git tag that an image's release tag comes from: of <c>v1.36.4-r1-arm64</c> it is <c>kubelet/v1.36.4-r1</c>; null for other tags.</summary>
    public static string? GitTagOf(string image, string? tag) =>
        tag is not null && ExactRelease().Match(tag) is { Success: true } match ? $"{image}/{match.Groups["version"].Value}" : null;

    [GeneratedRegex(@"^(build-|dockerfile-)?(?<version>v[0-9]+\.[0-9]+\.[0-9]+(-(alpha|beta|rc)\.[0-9]+)?(-r[0-9]+)?)(-(amd64|arm64))?\z")]
    private static partial Regex ExactRelease();
}
