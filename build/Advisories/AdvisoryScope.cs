namespace Slipway.Advisories;

/// <summary>What of a file of advisories is wanted.</summary>
/// <param name="Sources">Names of Debian's source packages.</param>
/// <param name="Codename">Of Debian's release, as <c>trixie</c>.</param>
/// <param name="Number">Of the same, as <c>13</c>; null when nobody knows it.</param>
public sealed record AdvisoryScope(IReadOnlySet<string> Sources, string Codename, string? Number)
{
    /// <summary>Paths of Go modules, <c>stdlib</c> among them where it is wanted.</summary>
    public IReadOnlySet<string> Modules { get; init; } = new HashSet<string>();

    /// <summary>A record that says it was changed later than this is not believed about its age.</summary>
    public DateTimeOffset NotAfter { get; init; } = DateTimeOffset.MaxValue;
}
