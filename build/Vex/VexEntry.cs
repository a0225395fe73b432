using System.Collections.Immutable;
using Slipway.Definitions;
using Slipway.Oci;

namespace Slipway.Vex;

/// <summary>
/// What a person judged of one flaw in one package: an entry of <c>vex.yaml</c>. With paths it is a rule, which holds on every platform
/// that has none of these paths, and only as long.
/// </summary>
public sealed record VexEntry
{
    /// <summary>The advisory: <c>CVE-…</c>, <c>GHSA-…</c>, <c>GO-…</c>.</summary>
    public required string Id { get; init; }

    /// <summary>Other names of the same flaw.</summary>
    public ImmutableArray<string> Aliases { get; init; } = [];

    /// <summary>A Debian package, binary or source, or a package URL, without a version for any version.</summary>
    public required string Package { get; init; }

    public required VexStatus Status { get; init; }

    /// <summary>Of <see cref="VexStatus.NotAffected"/>; null of the others.</summary>
    public VexJustification? Justification { get; init; }

    /// <summary>Why, for people.</summary>
    public required string Reason { get; init; }

    /// <summary>What to do, for people; of <see cref="VexStatus.Affected"/>, null of the others.</summary>
    public string? Action { get; init; }

    /// <summary>When it was judged.</summary>
    public required DateOnly Date { get; init; }

    /// <summary>Of a rule: where what has the flaw would be; none of a judgement.</summary>
    public ImmutableArray<PathPattern> Paths { get; init; } = [];

    /// <summary>The platforms that it is for; none for all of the image's.</summary>
    public ImmutableArray<Platform> Platforms { get; init; } = [];

    /// <summary>Where it is written, <c>FILE:LINE:COLUMN</c>.</summary>
    public required string Place { get; init; }

    public bool IsFor(Platform platform) => Platforms.IsEmpty || Platforms.Contains(platform);

    /// <summary>Whether one of some names of a flaw is this one's.</summary>
    public bool IsAbout(IEnumerable<string> ids) => ids.Any(id => Aliases.Prepend(Id).Contains(id, StringComparer.OrdinalIgnoreCase));

    public VexVerdict Verdict =>
        new()
        {
            Status = Status,
            Justification = Justification,
            Reason = Reason,
            Action = Action,
            Timestamp = new DateTimeOffset(Date, TimeOnly.MinValue, TimeSpan.Zero),
        };
}

/// <summary>What is said of a flaw in a package.</summary>
public sealed record VexVerdict
{
    public required VexStatus Status { get; init; }

    /// <summary>Null when none is given.</summary>
    public VexJustification? Justification { get; init; }

    /// <summary>For people; null when a document says none.</summary>
    public string? Reason { get; init; }

    /// <summary>What to do, for people; null when none is said.</summary>
    public string? Action { get; init; }

    /// <summary>When it was known to be so.</summary>
    public required DateTimeOffset Timestamp { get; init; }

    /// <summary>In one line for people: the labels, and why.</summary>
    public string Told =>
        VexWord.Of(Status)
        + (Justification is { } justification ? $" ({VexWord.Of(justification)})" : "")
        + (Reason is null ? "" : $": {Reason}");
}
