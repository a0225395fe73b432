using System.Collections.Immutable;
using Slipway.Oci;

namespace Slipway.Inspection;

/// <summary>Two builds of one image side by side: what differs, and why it may.</summary>
/// <param name="Image">Its name.</param>
/// <param name="Platforms">Those that were compared.</param>
/// <param name="Excused">Each with its reason.</param>
/// <param name="Unexplained">What nobody said may differ.</param>
/// <param name="Idle">Entries that excuse nothing on a platform that they are for.</param>
public sealed record Comparison(
    string Image,
    ImmutableArray<ComparedCount> Platforms,
    ImmutableArray<(ImageDifference Difference, string Reason)> Excused,
    ImmutableArray<ImageDifference> Unexplained,
    ImmutableArray<string> Idle
)
{
    public bool Agrees => Unexplained.IsEmpty && Idle.IsEmpty;

    /// <param name="differences">Of all platforms.</param>
    /// <param name="entries">What may differ. Packages, configuration and platforms never may: only paths.</param>
    public static Comparison Of(
        string image,
        ImmutableArray<ComparedCount> platforms,
        IReadOnlyList<ImageDifference> differences,
        IReadOnlyList<ExcusedDifference> entries
    )
    {
        ArgumentNullException.ThrowIfNull(differences);
        ArgumentNullException.ThrowIfNull(entries);
        var ready = (
            from count in platforms
            from entry in entries
            where entry.IsFor(count.Platform)
            select (count.Platform, Entry: entry, Matcher: entry.Path.For(count.Platform))
        ).ToArray();
        HashSet<(Platform, ExcusedDifference)> used = [];
        var excused = ImmutableArray.CreateBuilder<(ImageDifference, string)>();
        var unexplained = ImmutableArray.CreateBuilder<ImageDifference>();
        foreach (ImageDifference difference in differences)
        {
            var excuses =
                difference.Kind == ImageDifference.File
                    ? ready.Where(entry => entry.Platform == difference.Platform && entry.Matcher.Matches(difference.Name[1..])).ToArray()
                    : [];
            foreach (var excuse in excuses)
                used.Add((excuse.Platform, excuse.Entry));
            if (excuses is [var first, ..])
                excused.Add((difference, first.Entry.Reason));
            else
                unexplained.Add(difference);
        }

        return new Comparison(
            image,
            platforms,
            excused.ToImmutable(),
            unexplained.ToImmutable(),
            [
                .. ready
                    .Where(entry => !used.Contains((entry.Platform, entry.Entry)))
                    .Select(entry => $"{entry.Entry.Path.Place}: nothing differs at {entry.Entry.Path.Text} on {entry.Platform}"),
            ]
        );
    }
}

/// <summary>How much was compared on one platform.</summary>
public sealed record ComparedCount(Platform Platform, int Paths, int Packages);
