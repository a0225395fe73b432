using System.Text;

namespace Slipway.Release;

/// <summary>A file that a release hands out beside its images.</summary>
/// <param name="Name">
/// Without folder: letters, digits, dots, hyphens and underscores, which every host of releases keeps as they are.
/// </param>
/// <param name="MediaType">As a server is told.</param>
/// <param name="Content">All of it.</param>
public sealed record ReleasedFile(string Name, string MediaType, ReadOnlyMemory<byte> Content)
{
    public const string Json = "application/json",
        Text = "text/plain",
        Binary = "application/octet-stream";

    public static ReleasedFile OfText(string name, string text) => new(name, Text, Encoding.UTF8.GetBytes(text));

    public bool Equals(ReleasedFile? other) =>
        other is not null && (Name, MediaType) == (other.Name, other.MediaType) && Content.Span.SequenceEqual(other.Content.Span);

    public override int GetHashCode() => Name.GetHashCode(StringComparison.Ordinal);
}
