using System.Globalization;

namespace Slipway.Advisories;

/// <summary>How bad it is, from the least to the most; what nobody rated comes first.</summary>
public enum SeverityLevel
{
    Unknown,

    /// <summary>Debian's <c>unimportant</c>, CVSS's <c>None</c>.</summary>
    Negligible,
    Low,
    Medium,
    High,
    Critical,
}

/// <summary>A severity and who says so.</summary>
/// <param name="Source">A CVSS vector with its score, Debian's urgency, or a database's word; empty where nobody says it.</param>
public sealed record AdvisorySeverity(SeverityLevel Level, string Source)
{
    public static AdvisorySeverity Unknown { get; } = new(SeverityLevel.Unknown, "");

    /// <summary>
    /// Debian's urgency, which says how soon Debian mends it; <c>not yet assigned</c>, which most have, says nothing. A trailing star
    /// means that the bug's number gave it.
    /// </summary>
    public static AdvisorySeverity OfUrgency(string urgency)
    {
        ArgumentNullException.ThrowIfNull(urgency);
        SeverityLevel level = urgency.TrimEnd('*') switch
        {
            "high" => SeverityLevel.High,
            "medium" => SeverityLevel.Medium,
            "low" => SeverityLevel.Low,
            "unimportant" => SeverityLevel.Negligible,
            _ => SeverityLevel.Unknown,
        };
        return level == SeverityLevel.Unknown ? Unknown : new AdvisorySeverity(level, $"Debian urgency {urgency.TrimEnd('*')}");
    }

    /// <summary>A database's own word, as GitHub's <c>MODERATE</c>.</summary>
    public static AdvisorySeverity OfWord(string word)
    {
        ArgumentNullException.ThrowIfNull(word);
        SeverityLevel level = word.ToUpperInvariant() switch
        {
            "CRITICAL" => SeverityLevel.Critical,
            "HIGH" => SeverityLevel.High,
            "MODERATE" or "MEDIUM" => SeverityLevel.Medium,
            "LOW" => SeverityLevel.Low,
            _ => SeverityLevel.Unknown,
        };
        return level == SeverityLevel.Unknown ? Unknown : new AdvisorySeverity(level, $"rated {word.ToUpperInvariant()}");
    }

    /// <summary>Of a CVSS 3 vector its base score; of another one that nothing is known but the vector.</summary>
    public static AdvisorySeverity OfVector(string vector) =>
        CvssVector.TryParse(vector, out CvssVector? parsed)
            ? new AdvisorySeverity(parsed.Level, string.Create(CultureInfo.InvariantCulture, $"{parsed} {parsed.BaseScore:0.0}"))
            : new AdvisorySeverity(SeverityLevel.Unknown, vector);

    /// <summary>The worse of two; where neither is rated, the one that says anything.</summary>
    public AdvisorySeverity Or(AdvisorySeverity other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return other.Level > Level || (other.Level == Level && Source.Length == 0) ? other : this;
    }
}
