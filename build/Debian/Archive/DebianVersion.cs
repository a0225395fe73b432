using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Slipway.Oci;

namespace Slipway.Debian;

/// <summary>
/// A package version, <c>[epoch:]upstream[-revision]</c>, ordered as deb-version(7) says. Two texts that the order does
/// not tell apart (<c>1.0</c> and <c>1.00-0</c>) are equal; <see cref="ToString"/> gives the text as it was parsed.
/// </summary>
public sealed class DebianVersion : IComparable<DebianVersion>, IEquatable<DebianVersion>
{
    private readonly string _text;
    private readonly string _upstream;
    private readonly string _revision;

    private DebianVersion(string text, int epoch, string upstream, string revision)
    {
        _text = text;
        Epoch = epoch;
        _upstream = upstream;
        _revision = revision;
    }

    /// <summary>The number before the colon; 0 when there is none.</summary>
    public int Epoch { get; }

    /// <summary>The version without its epoch, as file names in the pool hold it.</summary>
    public string WithoutEpoch => _text[(_text.IndexOf(':', StringComparison.Ordinal) + 1)..];

    /// <exception cref="ContentException">The text is no version; says which part is wrong.</exception>
    public static DebianVersion Parse(string text) =>
        ProblemOf(text, out int epoch, out int revision) is { } problem
            ? throw new ContentException($"version '{text}': {problem}")
            : Make(text, epoch, revision);

    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out DebianVersion? version)
    {
        version = text is not null && ProblemOf(text, out int epoch, out int revision) is null ? Make(text, epoch, revision) : null;
        return version is not null;
    }

    /// <summary>Whether the text is a version, told without making one.</summary>
    public static bool IsValid(ReadOnlySpan<char> text) => ProblemOf(text, out _, out _) is null;

    public int CompareTo(DebianVersion? other)
    {
        if (other is null)
            return 1;
        int order = Epoch.CompareTo(other.Epoch);
        if (order == 0)
            order = ComparePart(_upstream, other._upstream);
        return order != 0 ? order : ComparePart(_revision, other._revision);
    }

    public bool Equals(DebianVersion? other) => CompareTo(other) == 0;

    public override bool Equals(object? obj) => Equals(obj as DebianVersion);

    public override int GetHashCode()
    {
        HashCode hash = default;
        hash.Add(Epoch);
        Hash(ref hash, _upstream);
        Hash(ref hash, _revision);
        return hash.ToHashCode();
    }

    public override string ToString() => _text;

    public static bool operator ==(DebianVersion? left, DebianVersion? right) => left is null ? right is null : left.Equals(right);

    public static bool operator !=(DebianVersion? left, DebianVersion? right) => !(left == right);

    public static bool operator <(DebianVersion left, DebianVersion right) => left.CompareTo(right) < 0;

    public static bool operator >(DebianVersion left, DebianVersion right) => left.CompareTo(right) > 0;

    public static bool operator <=(DebianVersion left, DebianVersion right) => left.CompareTo(right) <= 0;

    public static bool operator >=(DebianVersion left, DebianVersion right) => left.CompareTo(right) >= 0;

    private static DebianVersion Make(string text, int epoch, int revision)
    {
        int begin = text.IndexOf(':', StringComparison.Ordinal) + 1;
        return revision < 0
            ? new DebianVersion(text, epoch, text[begin..], "")
            : new DebianVersion(text, epoch, text[begin..revision], text[(revision + 1)..]);
    }

    /// <summary>What is wrong with a text; null when nothing is. Gives the position of the hyphen before the revision, or -1.</summary>
    private static string? ProblemOf(ReadOnlySpan<char> text, out int epoch, out int hyphen)
    {
        int colon = text.IndexOf(':');
        hyphen = text.LastIndexOf('-');
        epoch = 0;
        if (colon >= 0 && !int.TryParse(text[..colon], NumberStyles.None, CultureInfo.InvariantCulture, out epoch))
            return $"epoch '{text[..colon]}' is not a number";
        ReadOnlySpan<char> upstream = text[(colon + 1)..(hyphen < 0 ? text.Length : hyphen)];
        ReadOnlySpan<char> revision = text[(hyphen < 0 ? text.Length : hyphen + 1)..];
        if (upstream.IsEmpty || !char.IsAsciiDigit(upstream[0]))
            return "the upstream part does not begin with a digit";
        if (hyphen >= 0 && revision.IsEmpty)
            return "the revision after '-' is empty";
        foreach (char c in upstream)
        {
            // A colon here follows the epoch's.
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('.' or '+' or '-' or '~' or ':'))
                return $"character '{c}' is not allowed in the upstream part";
        }

        foreach (char c in revision)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('.' or '+' or '~'))
                return $"character '{c}' is not allowed in the revision";
        }

        return null;
    }

    /// <summary>Non-digits and digits in turn; digits as numbers, non-digits by <see cref="Weight"/>.</summary>
    private static int ComparePart(ReadOnlySpan<char> left, ReadOnlySpan<char> right)
    {
        while (!left.IsEmpty || !right.IsEmpty)
        {
            while (Weight(left) is var a && Weight(right) is var b && (a != 0 || b != 0))
            {
                if (a != b)
                    return a.CompareTo(b);
                left = left[1..];
                right = right[1..];
            }

            ReadOnlySpan<char> leftNumber = TakeNumber(ref left);
            ReadOnlySpan<char> rightNumber = TakeNumber(ref right);
            int order = leftNumber.Length.CompareTo(rightNumber.Length);
            if (order == 0)
                order = leftNumber.SequenceCompareTo(rightNumber);
            if (order != 0)
                return order;
        }

        return 0;
    }

    /// <summary>The rank of the next non-digit: '~' before the end (0, as a digit is), letters before all else.</summary>
    private static int Weight(ReadOnlySpan<char> text) =>
        text.IsEmpty || char.IsAsciiDigit(text[0]) ? 0
        : text[0] == '~' ? -1
        : char.IsAsciiLetter(text[0]) ? text[0]
        : text[0] + 256;

    private static ReadOnlySpan<char> TakeNumber(ref ReadOnlySpan<char> text)
    {
        int end = text.IndexOfAnyExceptInRange('0', '9');
        ReadOnlySpan<char> number = end < 0 ? text : text[..end];
        text = text[number.Length..];
        return number.TrimStart('0');
    }

    private static void Hash(ref HashCode hash, ReadOnlySpan<char> part)
    {
        while (!part.IsEmpty)
        {
            for (; Weight(part) != 0; part = part[1..])
                hash.Add(part[0]);
            foreach (char digit in TakeNumber(ref part))
                hash.Add(digit);
        }
    }
}
