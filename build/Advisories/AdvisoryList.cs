using System.Collections.Immutable;
using Slipway.Debian;

namespace Slipway.Advisories;

/// <summary>Which weaknesses the packages have that were asked about.</summary>
public sealed class AdvisoryList
{
    private readonly ILookup<string, DebianAdvisory> _bySource;
    private readonly ILookup<string, GoAdvisory> _byModule;

    public AdvisoryList(IEnumerable<Advisory> all)
    {
        Advisory[] every = [.. all];
        _bySource = every.OfType<DebianAdvisory>().ToLookup(advisory => advisory.Package, StringComparer.Ordinal);
        _byModule = every.OfType<GoAdvisory>().ToLookup(advisory => advisory.Package, StringComparer.Ordinal);
        Count = every.Length;
    }

    /// <summary>Of the packages that were asked about.</summary>
    public int Count { get; }

    /// <summary>What was read, in the order of reading.</summary>
    public ImmutableArray<AdvisorySource> Sources { get; init; } = [];

    public IEnumerable<DebianAdvisory> OfSource(string source) => _bySource[source];

    public IEnumerable<GoAdvisory> OfModule(string path) => _byModule[path];

    /// <summary>The ids of what is open at one version of a source and closed at another.</summary>
    public IEnumerable<string> FixedBetween(string source, DebianVersion from, DebianVersion to) =>
        OfSource(source)
            .Where(advisory => advisory.Status != AdvisoryStatus.Undetermined && advisory.Affects(from) && !advisory.Affects(to))
            .SelectMany(advisory => advisory.Names);
}

/// <summary>A file, folder or zip that advisories were read from.</summary>
/// <param name="Path">As it was given.</param>
/// <param name="Records">How many records it has, about whatever package.</param>
/// <param name="Newest">When the newest record was changed; where no record says it, when the file was.</param>
/// <param name="IsFileTime">Whether it is the file's time, which says when somebody fetched it at most.</param>
public sealed record AdvisorySource(string Path, int Records, DateTimeOffset Newest, bool IsFileTime);
