using System.Diagnostics.CodeAnalysis;

namespace Slipway.Advisories;

/// <summary>
/// The base metrics of a CVSS 3.0 or 3.1 vector (FIRST, "Common Vulnerability Scoring System v3.1: Specification Document", 6 and 7.1).
/// Temporal and environmental metrics are passed over.
/// </summary>
public sealed class CvssVector
{
    private const int LongestVector = 256;

    private static readonly Dictionary<string, string> Values = new(StringComparer.Ordinal)
    {
        ["AV"] = "NALP",
        ["AC"] = "LH",
        ["PR"] = "NLH",
        ["UI"] = "NR",
        ["S"] = "UC",
        ["C"] = "NLH",
        ["I"] = "NLH",
        ["A"] = "NLH",
    };

    private readonly string _text;
    private readonly Dictionary<string, char> _metrics;

    private CvssVector(string text, Dictionary<string, char> metrics) => (_text, _metrics) = (text, metrics);

    /// <summary>From 0.0 to 10.0, with one decimal.</summary>
    public double BaseScore
    {
        get
        {
            bool changed = _metrics["S"] == 'C';
            double iss = 1 - ((1 - Impact("C")) * (1 - Impact("I")) * (1 - Impact("A")));
            double impact = changed ? (7.52 * (iss - 0.029)) - (3.25 * Math.Pow(iss - 0.02, 15)) : 6.42 * iss;
            if (impact <= 0)
                return 0;
            double exploitability = 8.22 * AttackVector * AttackComplexity * PrivilegesRequired(changed) * UserInteraction;
            return RoundUp(Math.Min((changed ? 1.08 : 1) * (impact + exploitability), 10));
        }
    }

    /// <summary>The qualitative rating of the score (5, table 14).</summary>
    public SeverityLevel Level =>
        BaseScore switch
        {
            0 => SeverityLevel.Negligible,
            < 4 => SeverityLevel.Low,
            < 7 => SeverityLevel.Medium,
            < 9 => SeverityLevel.High,
            _ => SeverityLevel.Critical,
        };

    private double AttackVector =>
        _metrics["AV"] switch
        {
            'N' => 0.85,
            'A' => 0.62,
            'L' => 0.55,
            _ => 0.2,
        };

    private double AttackComplexity => _metrics["AC"] == 'L' ? 0.77 : 0.44;

    private double UserInteraction => _metrics["UI"] == 'N' ? 0.85 : 0.62;

    /// <summary>False for what is no CVSS 3 vector, lacks a base metric or names one twice.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out CvssVector? vector)
    {
        vector = null;
        if (
            text is null
            || text.Length > LongestVector
            || !(text.StartsWith("CVSS:3.0/", StringComparison.Ordinal) || text.StartsWith("CVSS:3.1/", StringComparison.Ordinal))
        )
            return false;
        Dictionary<string, char> metrics = new(StringComparer.Ordinal);
        HashSet<string> named = new(StringComparer.Ordinal);
        foreach (string part in text.Split('/')[1..])
        {
            if (
                part.Split(':') is not [{ Length: > 0 } name, { Length: 1 } value]
                || !char.IsAsciiLetterUpper(value[0])
                || !named.Add(name)
            )
                return false;
            if (!Values.TryGetValue(name, out string? known))
                continue;
            if (!known.Contains(value, StringComparison.Ordinal))
                return false;
            metrics.Add(name, value[0]);
        }

        if (metrics.Count != Values.Count)
            return false;
        vector = new CvssVector(text, metrics);
        return true;
    }

    public override string ToString() => _text;

    private double Impact(string metric) =>
        _metrics[metric] switch
        {
            'H' => 0.56,
            'L' => 0.22,
            _ => 0,
        };

    private double PrivilegesRequired(bool changed) =>
        _metrics["PR"] switch
        {
            'N' => 0.85,
            'L' => changed ? 0.68 : 0.62,
            _ => changed ? 0.5 : 0.27,
        };

    /// <summary>To one decimal, without what floating point adds (appendix A).</summary>
    private static double RoundUp(double score)
    {
        long whole = (long)Math.Round(score * 100_000);
        return whole % 10_000 == 0 ? whole / 100_000.0 : (Math.Floor(whole / 10_000.0) + 1) / 10.0;
    }
}
