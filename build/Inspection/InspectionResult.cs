using System.Collections.Immutable;
using Slipway.Layers;
using Slipway.Oci;

namespace Slipway.Inspection;

/// <summary>What an inspection found.</summary>
/// <param name="Image">The image's name.</param>
/// <param name="Index">Its index's digest: this very image was judged.</param>
/// <param name="Platforms">What was looked at.</param>
/// <param name="Violations">By platform, then rule, then path.</param>
public sealed record InspectionResult(
    string Image,
    Digest Index,
    ImmutableArray<InspectedCount> Platforms,
    ImmutableArray<Violation> Violations
)
{
    public bool Passed => Violations.IsEmpty;

    /// <exception cref="ContentException">Something is violated.</exception>
    public void Require()
    {
        if (!Passed)
            throw new ContentException(
                $"{Image}: {Violations.Length} {(Violations.Length == 1 ? "violation" : "violations")} of its contract; nothing may "
                    + "be signed"
            );
    }
}

/// <summary>How much of one platform was looked at.</summary>
public sealed record InspectedCount(Platform Platform, int Files, int ElfFiles, int Links)
{
    internal static InspectedCount Of(Platform platform, FoundImage image) =>
        new(
            platform,
            image.Entries.Count(entry => entry.File is not null),
            image.Entries.Count(entry => entry.File?.Elf is not null),
            image.Entries.Count(entry => entry.IsSymbolicLink)
        );
}
