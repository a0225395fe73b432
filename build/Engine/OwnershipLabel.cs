using System.Collections.Immutable;
using System.Globalization;
using Slipway.Oci;

namespace Slipway.Engine;

/// <summary>
/// How whatever this program leaves in an Engine is known to be its own, and when nobody can need it any more: a label of
/// containers and of steps of builds, a repository name that no registry has.
/// </summary>
internal static class OwnershipLabel
{
    /// <summary>A label; its value is the time after which it is left over, in seconds since 1970.</summary>
    public const string Label = "io.github.poseidon.slipway.until";

    /// <summary>The repository of images that are loaded for a moment. <c>.invalid</c> is no one's (RFC 2606, section 2).</summary>
    public const string Passing = "slipway.invalid/passing";

    private static readonly TimeSpan Slack = TimeSpan.FromMinutes(10);

    /// <summary>Labels for what takes no longer than this.</summary>
    public static ImmutableSortedDictionary<string, string> Labels(TimeProvider time, TimeSpan limit) =>
        Descriptor.NoAnnotations.Add(Label, Until(time, limit));

    /// <summary>A name for an image that nobody needs for longer than this.</summary>
    public static Reference NewName(TimeProvider time, TimeSpan limit) =>
        Reference.Parse($"{Passing}:{Until(time, limit)}-{Guid.NewGuid():n}");

    /// <summary>Whether the time of a label or a passing tag is over; false for what says none.</summary>
    public static bool IsOver(string? mark, TimeProvider time) =>
        long.TryParse(mark?.Split('-')[0], NumberStyles.None, CultureInfo.InvariantCulture, out long until)
        && until < time.GetUtcNow().ToUnixTimeSeconds();

    private static string Until(TimeProvider time, TimeSpan limit) =>
        (time.GetUtcNow() + limit + Slack).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
}
