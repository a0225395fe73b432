using Slipway.Oci;

namespace Slipway.Archives;

/// <summary>A .deb that is damaged, cut short, too large, or holds what must not get into an image.</summary>
public sealed class DebException : ContentException
{
    private const int LongestText = 500;

    /// <param name="member">Which part: a member of the ar archive, with a path inside it where there is one.</param>
    /// <param name="what">What is wrong, what was wanted and what was there.</param>
    public DebException(string member, string what, Exception? inner = null)
        : base($"{Printable(member)}: {Printable(what)}", inner) => Member = Printable(member);

    /// <summary>For example <c>data.tar.xz ./usr/bin/ls</c>.</summary>
    public string Member { get; }

    // What a package says may end up on a terminal: no escape sequences, no screenfuls.
    private static string Printable(string text) =>
        Oci.Printable.Line(string.Concat(text.Take(LongestText).Select(c => char.IsControl(c) ? $"\\x{(int)c:x2}" : c.ToString())));
}
