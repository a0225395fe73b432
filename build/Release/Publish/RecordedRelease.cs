using System.Collections.Immutable;
using System.Text.Json;
using Slipway.Oci;
using Slipway.Verification;

namespace Slipway.Release;

/// <summary>What a <c>release.json</c> says was published: the record of <see cref="ReleaseRecord"/>, read back.</summary>
public sealed record RecordedRelease
{
    private const int Schema = 1;

    public required string Image { get; init; }

    /// <summary>The release-style tag of the index.</summary>
    public required string Release { get; init; }

    /// <summary>Whether the publication came to its end.</summary>
    public required bool IsComplete { get; init; }

    /// <summary>The index, then its manifests.</summary>
    public required ImmutableArray<Digest> Subjects { get; init; }

    /// <summary>By repository, <c>quay.io/poseidon/kubelet</c>: what each tag named there.</summary>
    public required ImmutableSortedDictionary<string, ImmutableSortedDictionary<string, Digest>> Tags { get; init; }

    /// <summary>Where it was read, for messages.</summary>
    public required string Origin { get; init; }

    /// <exception cref="ContentException">The file is no record, of another schema, or damaged; says which file.</exception>
    public static async Task<RecordedRelease> ReadAsync(string path, CancellationToken cancellationToken) =>
        Parse(await RecordFile.ReadAsync(path, cancellationToken), path);

    /// <summary>Every file called <c>release.json</c> below a folder, in ordinal order of their paths.</summary>
    /// <exception cref="ContentException">
    /// There is none, or one is broken: a record that cannot be read is no record that agrees.
    /// </exception>
    public static async Task<ImmutableArray<RecordedRelease>> ReadAllAsync(string folder, CancellationToken cancellationToken)
    {
        var records = ImmutableArray.CreateBuilder<RecordedRelease>();
        EnumerationOptions below = new()
        {
            RecurseSubdirectories = true,
            AttributesToSkip = FileAttributes.ReparsePoint,
            IgnoreInaccessible = false,
        };
        foreach (string path in Directory.EnumerateFiles(folder, ReleaseRecord.FileName, below).Order(StringComparer.Ordinal))
            records.Add(await ReadAsync(path, cancellationToken));
        return records.Count > 0
            ? records.ToImmutable()
            : throw new ContentException($"{folder}: no file below it is named {ReleaseRecord.FileName}");
    }

    /// <param name="origin">What to call the document in errors.</param>
    /// <exception cref="ContentException">It is no record, of another schema, or damaged.</exception>
    public static RecordedRelease Parse(ReadOnlyMemory<byte> json, string origin) => OciJson.Read(json, origin, root =>
        {
            int schema = root.RequiredInt("schema");
            if (schema != Schema)
                throw new ContentException($"schema wanted {Schema}, got {schema}: the record was made by another version");
            string release = root.RequiredString("release");
            return new RecordedRelease
            {
                Image = root.RequiredString("image"),
                Release =
                    TagStyles.Of(release) == TagStyle.Release
                    || (TagStyles.Of(release) == TagStyle.Build && TagStyles.WayOf(release) == BuildMethod.Dockerfile)
                        ? release
                        : throw new ContentException($"'{Printable.Of(release)}' is not a release"),
                IsComplete = root.OptionalFlag("complete") ?? false,
                Subjects = [.. root.RequiredItems("subjects").Select(subject => Digest.Parse(subject.RequiredString("digest")))],
                Tags = DestinationsOf(root),
                Origin = origin,
            };
        });

    private static ImmutableSortedDictionary<string, ImmutableSortedDictionary<string, Digest>> DestinationsOf(JsonElement root)
    {
        var destinations = ImmutableSortedDictionary.CreateBuilder<string, ImmutableSortedDictionary<string, Digest>>(
            StringComparer.Ordinal
        );
        foreach (JsonElement destination in root.RequiredItems("destinations"))
        {
            string name = Reference.Parse(destination.RequiredString("repository")).Name;
            if (!destinations.TryAdd(name, TagsOf(destination)))
                throw new ContentException($"{name} is listed twice");
        }

        return destinations.ToImmutable();
    }

    private static ImmutableSortedDictionary<string, Digest> TagsOf(JsonElement destination) =>
        destination
            .RequiredMembers("tags")
            .ToImmutableSortedDictionary(
                tag => Reference.IsTag(tag.Name) ? tag.Name : throw new ContentException($"'{Printable.Of(tag.Name)}' is not a tag"),
                tag =>
                    Digest.Parse(
                        tag.Value.ValueKind == JsonValueKind.Null
                            ? throw new ContentException($"tag {tag.Name} names nothing")
                            : tag.Value.TextOf(tag.Name)
                    ),
                StringComparer.Ordinal
            );
}
