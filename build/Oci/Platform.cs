namespace Slipway.Oci;

/// <summary>An operating system and CPU architecture in Go's words, as in the image index specification.</summary>
public sealed record Platform(string Os, string Architecture, string? Variant = null)
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

    public override string ToString() => Variant is null ? $"{Os}/{Architecture}" : $"{Os}/{Architecture}/{Variant}";
}
