using System.Collections.Immutable;
using System.Text.Json;
using System.Text.RegularExpressions;
using Slipway.Oci;

namespace Slipway.Verification;

/// <summary>
/// All that decides what a build makes: the external parameters of <c>docs/build-types/image-v1.md</c> (SLSA provenance v1,
/// "BuildDefinition").
/// </summary>
public sealed partial record BuildParameters
{
    private const int MostPlatforms = 32;

    private static readonly string[] Known =
    [
        "image",
        "source",
        "commit",
        "tag",
        "modified",
        "definition",
        "lock",
        "dockerfile",
        "platforms",
    ];

    /// <summary>The image's name.</summary>
    public required string Image { get; init; }

    /// <summary>The https address of the repository that holds definition and lock.</summary>
    public required string Source { get; init; }

    /// <summary>The git commit, in hex.</summary>
    public required string Commit { get; init; }

    /// <summary>The git tag exactly at the commit, <c>IMAGE/vX.Y.Z</c>; null when there is none.</summary>
    public required string? Tag { get; init; }

    /// <summary>Whether the work tree had changes that the commit lacks.</summary>
    public required bool IsModified { get; init; }

    /// <summary>Of the bytes of <c>image.yaml</c>.</summary>
    public required Digest Definition { get; init; }

    /// <summary>Of <c>image.lock.json</c>, as Lock writes it.</summary>
    public required Digest Lock { get; init; }

    /// <summary>Of all that the Dockerfile could copy from, itself among it; null when the image was assembled.</summary>
    public Digest? Dockerfile { get; init; }

    /// <summary>Those of the index, in its order.</summary>
    public required ImmutableArray<Platform> Platforms { get; init; }

    public bool Equals(BuildParameters? other) => other is not null && ToBytes().AsSpan().SequenceEqual(other.ToBytes());

    public override int GetHashCode() => HashCode.Combine(Image, Commit, Tag, Lock);

    /// <summary>Every member known, as verifiers should have it.</summary>
    /// <exception cref="ContentException">One is unknown, missing or not what it must be.</exception>
    internal static BuildParameters Read(JsonElement element)
    {
        if (element.EnumerateObject().Select(member => member.Name).FirstOrDefault(name => !Known.Contains(name)) is { } unknown)
            throw new ContentException($"externalParameters: unknown member '{Printable.Of(unknown)}'");
        return new BuildParameters
        {
            Image = Sound(element.RequiredString("image"), ImageGrammar(), "an image's name"),
            Source = Https(element.RequiredString("source")),
            Commit = Sound(element.RequiredString("commit"), CommitGrammar(), "a commit in hex"),
            Tag = element.OptionalString("tag") is { } tag ? Sound(tag, TagGrammar(), "a git tag") : null,
            IsModified = element.OptionalFlag("modified") ?? false,
            Definition = Digest.Parse(element.RequiredString("definition")),
            Lock = Digest.Parse(element.RequiredString("lock")),
            Dockerfile = element.OptionalString("dockerfile") is { } dockerfile ? Digest.Parse(dockerfile) : null,
            Platforms = ReadPlatforms(element),
        };
    }

    internal void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("image", Image);
        writer.WriteString("source", Source);
        writer.WriteString("commit", Commit);
        if (Tag is not null)
            writer.WriteString("tag", Tag);
        if (IsModified)
            writer.WriteBoolean("modified", true);
        writer.WriteString("definition", Definition.ToString());
        writer.WriteString("lock", Lock.ToString());
        if (Dockerfile is not null)
            writer.WriteString("dockerfile", Dockerfile.ToString());
        ReleaseJson.WriteStrings(writer, "platforms", Platforms.Select(platform => platform.ToString()));
        writer.WriteEndObject();
    }

    private byte[] ToBytes() => OciJson.Write(Write);

    private static ImmutableArray<Platform> ReadPlatforms(JsonElement element)
    {
        ImmutableArray<Platform> platforms =
        [
            .. element.Items("platforms").Take(MostPlatforms + 1).Select(platform => Platform.Parse(platform.TextOf("platforms"))),
        ];
        return platforms.Length is > 0 and <= MostPlatforms
            ? platforms
            : throw new ContentException(
                $"externalParameters: wanted 1 to {MostPlatforms} platforms, got {(platforms.IsEmpty ? "none" : "more")}"
            );
    }

    private static string Sound(string text, Regex grammar, string wanted) =>
        grammar.IsMatch(text) ? text : throw new ContentException($"externalParameters: wanted {wanted}, got '{Printable.Of(text)}'");

    private static string Https(string text) =>
        Uri.TryCreate(ResourceDescriptor.Text(text), UriKind.Absolute, out Uri? address) && address is { Scheme: "https", UserInfo: "" }
            ? text
            : throw new ContentException($"externalParameters: source wanted an https address, got '{Printable.Of(text)}'");

    [GeneratedRegex(@"\A[a-z0-9][a-z0-9._-]{0,127}\z")]
    private static partial Regex ImageGrammar();

    [GeneratedRegex(@"\A([0-9a-f]{40}|[0-9a-f]{64})\z")]
    private static partial Regex CommitGrammar();

    [GeneratedRegex(@"\A[!-~]{1,255}\z")]
    private static partial Regex TagGrammar();
}
