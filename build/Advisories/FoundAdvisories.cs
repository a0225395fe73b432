using System.Globalization;
using Slipway.Oci;

namespace Slipway.Advisories;

/// <summary>What is kept of a file of advisories while it is read: what was asked for, within limits, and how old the rest is.</summary>
internal sealed class FoundAdvisories(DateTimeOffset notAfter)
{
    private const int Most = 100_000;
    private const long MostText = 16L << 20;

    private readonly List<Advisory> _found = [];
    private long _text;

    public IReadOnlyList<Advisory> Found => _found;

    public int Records { get; private set; }

    /// <summary>When the newest record was changed; null where none says it.</summary>
    public DateTimeOffset? Newest { get; private set; }

    /// <exception cref="ContentException">There are too many.</exception>
    public void Add(Advisory advisory)
    {
        _text += advisory.Summary.Length + advisory.Aliases.Sum(alias => alias.Length) + 64;
        if (_found.Count >= Most || _text > MostText)
            throw new ContentException($"wanted at most {Most} advisories of {MostText} characters about some packages, got more");
        _found.Add(advisory);
    }

    /// <param name="modified">As RFC 3339 has it; what is none, or lies ahead, says nothing.</param>
    public void Count(string? modified)
    {
        Records++;
        if (
            DateTimeOffset.TryParse(
                modified,
                CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
                out DateTimeOffset time
            )
            && time <= notAfter
            && !(Newest > time)
        )
            Newest = time;
    }
}
