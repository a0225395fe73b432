using Slipway.Oci;

namespace Slipway.Definitions;

/// <summary>
/// Which paths of an image are meant, written as an absolute path: <c>*</c> is any text within one part and <c>?</c> one character
/// of it, <c>**</c> as a whole part is any number of parts, none among them, and <c>{multiarch}</c> is the platform's folder of
/// libraries, <c>x86_64-linux-gnu</c>. All else stands for itself, brackets and backslashes too.
/// </summary>
public sealed class PathPattern
{
    private const string Multiarch = "{multiarch}";

    private PathPattern(string text, string place)
    {
        Text = text;
        Place = place;
    }

    /// <summary>As it was written.</summary>
    public string Text { get; }

    /// <summary>Where it was written, <c>FILE:LINE:COLUMN</c>, for errors.</summary>
    public string Place { get; }

    /// <exception cref="DefinitionException">The text is no such pattern; says why, and the place.</exception>
    public static PathPattern Parse(string text, string place)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Fault(text) is { } fault
            ? throw new DefinitionException($"{place}: pattern '{text}': {fault}")
            : new PathPattern(text, place);
    }

    /// <summary>The pattern as it is on one platform.</summary>
    /// <exception cref="DefinitionException">It has a placeholder that the platform has no value for.</exception>
    public PathMatcher For(Platform platform) => new(TextFor(platform)[1..]);

    /// <summary>The same as text, with its leading slash.</summary>
    /// <exception cref="DefinitionException">It has a placeholder that the platform has no value for.</exception>
    public string TextFor(Platform platform)
    {
        ArgumentNullException.ThrowIfNull(platform);
        if (!Text.Contains(Multiarch, StringComparison.Ordinal))
            return Text;
        // Debian's words (dpkg-architecture, DEB_HOST_MULTIARCH).
        string folder = platform.Architecture switch
        {
            "amd64" => "x86_64-linux-gnu",
            "arm64" => "aarch64-linux-gnu",
            _ => throw new DefinitionException(
                $"{Place}: pattern '{Text}': {Multiarch} is defined for amd64 and arm64, not for {platform}"
            ),
        };
        return Text.Replace(Multiarch, folder, StringComparison.Ordinal);
    }

    public override string ToString() => Text;

    private static string? Fault(string text)
    {
        if (!text.StartsWith('/'))
            return "wanted an absolute path of the image";
        string[] parts = text[1..].Split('/');
        if (parts.Any(part => part is "" or "." or ".."))
            return "wanted a path without empty parts, '.' and '..'";
        if (parts.Any(part => part != "**" && part.Contains("**", StringComparison.Ordinal)))
            return "'**' wanted alone between slashes; within a part use '*'";
        return text.Replace(Multiarch, "", StringComparison.Ordinal).AsSpan().ContainsAny('{', '}')
            ? $"wanted no braces except {Multiarch}"
            : null;
    }
}
