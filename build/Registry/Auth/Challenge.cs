using System.Collections.Immutable;
using System.Text.RegularExpressions;

namespace Slipway.Registry;

/// <summary>
/// One challenge of a <c>WWW-Authenticate</c> field (RFC 9110, sections 11.3, 11.4 and 11.6.1). Scheme and parameter
/// names are in lower case; quoted strings are unquoted.
/// </summary>
public sealed partial record Challenge(string Scheme, ImmutableDictionary<string, string> Parameters)
{
    private const int MaximumLength = 8 * 1024;

    /// <summary>A parameter's value; null when the challenge has none of this name.</summary>
    public string? this[string name] => Parameters.GetValueOrDefault(name);

    /// <summary>
    /// The challenges of one field value, in order. A value that breaks the grammar, repeats a parameter or exceeds 8 KiB
    /// gives none: guessing what a malformed challenge meant could send a secret to the wrong place.
    /// </summary>
    public static ImmutableArray<Challenge> Parse(string field)
    {
        ArgumentNullException.ThrowIfNull(field);
        if (field.Length > MaximumLength)
            return [];
        ImmutableArray<Challenge>.Builder challenges = ImmutableArray.CreateBuilder<Challenge>();
        int at = Separators().Match(field).Length;
        while (at < field.Length)
        {
            Match scheme = SchemeGrammar().Match(field, at);
            if (!scheme.Success)
                return [];
            at += scheme.Length;
            Match token68 = Token68Grammar().Match(field, at);
            at += token68.Length;
            at += Separators().Match(field, at).Length;
            ImmutableDictionary<string, string>.Builder parameters = ImmutableDictionary.CreateBuilder<string, string>();
            while (!token68.Success && Parameter().Match(field, at) is { Success: true } parameter)
            {
                at += parameter.Length;
                string value = parameter.Groups["quoted"] is { Success: true } quoted
                    ? Escape().Replace(quoted.Value, "$1")
                    : parameter.Groups["value"].Value;
                if (!parameters.TryAdd(parameter.Groups["name"].Value.ToLowerInvariant(), value))
                    return [];
                at += Separators().Match(field, at).Length;
            }

            challenges.Add(new Challenge(scheme.Groups["name"].Value.ToLowerInvariant(), parameters.ToImmutable()));
            at += Separators().Match(field, at).Length;
        }

        return challenges.ToImmutable();
    }

    [GeneratedRegex(@"\G[ \t,]*")]
    private static partial Regex Separators();

    [GeneratedRegex(@"\G(?<name>[!#$%&'*+.^_`|~0-9A-Za-z-]+)([ \t]+|(?=,)|\z)")]
    private static partial Regex SchemeGrammar();

    [GeneratedRegex(@"\G[A-Za-z0-9._~+/-]+=*[ \t]*((?=,)|\z)")]
    private static partial Regex Token68Grammar();

    [GeneratedRegex(
        """\G(?<name>[!#$%&'*+.^_`|~0-9A-Za-z-]+)[ \t]*=[ \t]*((?<value>[!#$%&'*+.^_`|~0-9A-Za-z-]+)|"(?<quoted>([^"\\\x00-\x08\x0A-\x1F\x7F]|\\[\t\x20-\x7E])*)")[ \t]*((?=,)|\z)"""
    )]
    private static partial Regex Parameter();

    [GeneratedRegex(@"\\(.)")]
    private static partial Regex Escape();
}
