namespace Slipway.Debian;

/// <summary>
/// Which of several packages that provide the same is taken, as apt decides: essential ones, important ones, then by
/// priority, then the one that apt's cache numbers last. It numbers names as it comes to them, so that is the one whose
/// first mention in the indexes comes latest (docs/decisions/0006). Looks for mentions only where all else is alike and
/// someone asks, and remembers them; not safe for concurrent use.
/// </summary>
/// <param name="suites">In the order in which apt would read them.</param>
internal sealed class ProviderOrder(IReadOnlyList<PackageIndex> suites)
{
    // apt counts a stanza without a priority before all others, and one with an unknown word as extra.
    private static readonly string[] Priorities = ["", "required", "important", "standard", "optional"];

    private readonly Dictionary<string, (int Suite, int Stanza, int Position)> _mentions = new(StringComparer.Ordinal);

    /// <summary>The packages, the preferred first; sorted as far as they are enumerated.</summary>
    /// <param name="providers">Of each name one, and each from the suites.</param>
    public IEnumerable<DebianPackage> Of(IEnumerable<DebianPackage> providers) =>
        providers.GroupBy(RankOf).OrderBy(alike => alike.Key).SelectMany(LastMentionedFirst);

    private static (bool, bool, int) RankOf(DebianPackage package) =>
        (
            !package.Essential,
            !package.Important,
            Array.IndexOf(Priorities, package.Priority) is var rank && rank < 0 ? Priorities.Length : rank
        );

    private IEnumerable<DebianPackage> LastMentionedFirst(IEnumerable<DebianPackage> alike) =>
        alike.Skip(1).Any() ? alike.OrderByDescending(package => FirstMention(package.Name)) : alike;

    private (int Suite, int Stanza, int Position) FirstMention(string name)
    {
        if (_mentions.TryGetValue(name, out (int Suite, int Stanza, int Position) mention))
            return mention;
        int suite = 0;
        (int Stanza, int Position)? found;
        while ((found = suites[suite].FirstMention(name)) is null)
            suite++;
        mention = (suite, found.Value.Stanza, found.Value.Position);
        _mentions.Add(name, mention);
        return mention;
    }
}
