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
        bool sound =
            parts.Length is 2 or 3
            && parts.All(part => part.Length > 0 && part.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c)));
        return sound
            ? new Platform(parts[0], parts[1], parts.ElementAtOrDefault(2))
            : throw new ContentException($"platform '{Printable.Of(text)}': wanted OS/ARCH, as in linux/amd64");
    }

    /// <summary>
    /// The same platform in the one spelling that is compared: 64-bit ARM is version 8 where nothing else is said, 32-bit ARM version 7,
    /// and the kernel's names of processors are Go's (as containerd and Docker normalize what others write). What is written stays as it
    /// was.
    /// </summary>
    public Platform Normalized
    {
        get
        {
            string os = Os.ToLowerInvariant(),
                variant = Variant?.ToLowerInvariant() ?? "";
            (string architecture, variant) = (Architecture.ToLowerInvariant(), variant) switch
            {
                ("i386", _) => ("386", ""),
                ("x86_64" or "x86-64" or "amd64", var level) => ("amd64", level == "v1" ? "" : level),
                ("aarch64" or "arm64", "8" or "v8" or "v8.0") => ("arm64", ""),
                ("aarch64" or "arm64", "9" or "9.0" or "v9.0") => ("arm64", "v9"),
                ("aarch64", var version) => ("arm64", version),
                ("armhf", _) or ("arm", "" or "7") => ("arm", "v7"),
                ("armel", _) => ("arm", "v6"),
                ("arm", "5" or "6" or "8") => ("arm", "v" + variant),
                (var other, var version) => (other, version),
            };
            return new Platform(os == "macos" ? "darwin" : os, architecture, variant.Length == 0 ? null : variant);
        }
    }

    /// <summary>Whether both are the same platform, however each is spelled.</summary>
    public bool IsSameAs(Platform other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return Normalized == other.Normalized;
    }

    /// <summary>
    /// Reads <c>os</c>, <c>architecture</c> and <c>variant</c> of a document (OCI image specification, image-index.md and config.md). What
    /// Go's words look like holds of each: at most 32 lower-case letters, digits, dots, hyphens and underscores. Of what is no image, some
    /// tools leave them empty, or write <c>unknown</c>.
    /// </summary>
    /// <exception cref="ContentException">One is missing or is no such word; says which.</exception>
    public static Platform Read(JsonElement element) =>
        new(
            Word(element, "os"),
            Word(element, "architecture"),
            element.Find("variant") is null || Word(element, "variant") is not { Length: > 0 } variant ? null : variant
        );

    private static string Word(JsonElement element, string name) =>
        element.RequiredString(name) is var text && (text.Length == 0 || Grammar().IsMatch(text))
            ? text
            : throw new ContentException($"'{name}' wanted a word as linux or arm64, got '{Printable.Of(text)}'");

    [GeneratedRegex(@"^[a-z0-9][a-z0-9._-]{0,31}\z")]
    private static partial Regex Grammar();

    public override string ToString() => Variant is null ? $"{Os}/{Architecture}" : $"{Os}/{Architecture}/{Variant}";
}
