using System.Text.Json;
using System.Text.RegularExpressions;

namespace Slipway.Oci;

/// <summary>An operating system and CPU architecture in Go's words, as in the image index specification.</summary>
public sealed partial record Platform(string Os, string Architecture, string? Variant = null)
{
    public static readonly Platform LinuxAmd64 = new("linux", "amd64");
    public static readonly Platform LinuxArm64 = new("linux", "arm64");

    /// <summary>Reads <c>os/arch</c> or <c>os/arch/variant</c>.</summary>
    /// <exception cref="ContentException">The text has another shape.</exception>
    public static Platform Parse(string text)
    {
        string[] parts = text.Split('/');
        bool sound = parts.Length is 2 or 3
            && parts.All(part => part.Length > 0 && part.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c)));
        return sound
            ? new Platform(parts[0], parts[1], parts.ElementAtOrDefault(2))
            : throw new ContentException($"platform '{Printable.Of(text)}': wanted OS/ARCH, as in linux/amd64");
    }

    /// <summary>
    /// Reads <c>os</c>, <c>architecture</c> and <c>variant</c> of a document (OCI image specification, image-index.md and config.md). What Go's
    /// words look like holds of each: at most 32 lower-case letters, digits, dots, hyphens and underscores. Of what is no image, some tools
    /// leave them empty, or write <c>unknown</c>.
    /// </summary>
    /// <exception cref="ContentException">One is missing or is no such word; says which.</exception>
    public static Platform Read(JsonElement element) =>
        new(Word(element, "os"), Word(element, "architecture"), element.Find("variant") is null || Word(element, "variant") is not { Length: > 0 } variant ? null : variant);

    private static string Word(JsonElement element, string name) => element.RequiredString(name) is var text && (text.Length == 0 || Grammar().IsMatch(text))
        ? text
        : throw new ContentException($"'{name}' wanted a word as linux or arm64, got '{Printable.Of(text)}'");

    [GeneratedRegex(@"^[a-z0-9][a-z0-9._-]{0,31}\z")]
    private static partial Regex Grammar();

    public override string ToString() => Variant is null ? $"{Os}/{Architecture}" : $"{Os}/{Architecture}/{Variant}";
}
