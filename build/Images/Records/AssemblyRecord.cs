using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Slipway.Oci;

namespace Slipway.Images;

/// <summary>
/// When, from what and by what an image was assembled: the file that Assemble leaves beside the layout, for provenance. It is no
/// part of the layout, whose bytes know nothing of clocks.
/// </summary>
/// <param name="Index">The digest of the image's index.</param>
/// <param name="StartedOn">A whole second of UTC, as is <paramref name="FinishedOn"/>.</param>
public sealed partial record AssemblyRecord(
    Digest Index,
    AssemblyInput Input,
    Toolchain Toolchain,
    DateTimeOffset StartedOn,
    DateTimeOffset FinishedOn
)
{
    public const string FileName = "assembly.json";

    private const int Schema = 1;
    private const int MostParts = 32;

    /// <summary>More bytes than this no record has.</summary>
    internal const long LongestRecord = 64 << 10;

    /// <summary>The image's name; null where nobody asks.</summary>
    public string? Image { get; init; }

    /// <summary>Where it was assembled, or merged; null in a record that says nothing of it.</summary>
    public AssemblyOrigin? Origin { get; init; }

    /// <summary>The platforms in the index's order where they were assembled apart; none where one machine made all of them.</summary>
    public ImmutableArray<AssemblyPart> Parts { get; init; } = [];

    /// <summary>What made the layers: of parts that differ in it, each.</summary>
    public IEnumerable<Toolchain> Toolchains => Parts.Select(part => part.Toolchain).DefaultIfEmpty(Toolchain).Distinct();

    /// <summary>Replaces the file in one step.</summary>
    public async Task WriteAsync(string path, CancellationToken cancellationToken)
    {
        await File.WriteAllBytesAsync(path + ".unfinished", ToBytes(), cancellationToken);
        File.Move(path + ".unfinished", path, overwrite: true);
    }

    public byte[] ToBytes() =>
        OciJson.WriteIndented(writer =>
        {
            writer.WriteStartObject();
            writer.WriteNumber("schema", Schema);
            if (Image is not null)
                writer.WriteString("image", Image);
            writer.WriteString("digest", Index.ToString());
            writer.WriteString("definition", Input.Definition.ToString());
            writer.WriteString("lock", Input.Lock.ToString());
            writer.WriteString("files", Input.Files.ToString());
            if (Input.Dockerfile is not null)
                writer.WriteString("dockerfile", Input.Dockerfile.ToString());
            Toolchain.Write(writer);
            writer.WriteString("startedOn", UtcSecond.Text(StartedOn));
            writer.WriteString("finishedOn", UtcSecond.Text(FinishedOn));
            Origin?.Write(writer);
            if (!Parts.IsEmpty)
            {
                writer.WriteStartArray("parts");
                foreach (AssemblyPart part in Parts)
                    part.Write(writer);
                writer.WriteEndArray();
            }

            writer.WriteEndObject();
        });

    /// <param name="path">Where the record is.</param>
    /// <param name="image">The image that is to be signed.</param>
    /// <param name="input">What it is supposed to be assembled from.</param>
    /// <exception cref="ContentException">It was assembled from something else, or nobody knows from what.</exception>
    public static async Task<AssemblyRecord> RequireAsync(
        string path,
        AssembledImage image,
        AssemblyInput input,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(input);
        NextCommand next = input.Dockerfile is not null
            ? new("BuildDockerfile", "Inspect") { Image = image.Name, Options = ["--dockerfile"] }
            : new("Assemble", "Inspect") { Image = image.Name };
        string mend = $"nothing was signed. Run {next}";
        FileInfo file = new(path);
        if (!file.Exists)
            throw next.After(
                new ContentException($"{image.Name}: {path}, which says what {image.Index.Digest} was assembled from, is missing; {mend}")
            );
        if (file.Length > LongestRecord)
            throw next.After(new ContentException($"{path}: wanted at most {LongestRecord} bytes, got {file.Length}; {mend}"));
        AssemblyRecord record = Parse(await File.ReadAllBytesAsync(path, cancellationToken), path, mend);
        if (record.Index != image.Index.Digest)
            throw next.After(
                new ContentException($"{path}: wanted the record of {image.Index.Digest}, got that of {record.Index}; {mend}")
            );
        return record.Input == input
            ? record
            : throw next.After(
                new ContentException(
                    $"{image.Name}: {image.Index.Digest} was assembled from another definition, lock or file than the present one; {mend}"
                )
            );
    }

    /// <summary>The record of what was built, whatever that is worth now.</summary>
    /// <exception cref="ContentException">There is none, or it is none.</exception>
    public static async Task<AssemblyRecord> ReadAsync(string path, CancellationToken cancellationToken)
    {
        const string Mend = "it is not known what was built. Build the image again";
        return new FileInfo(path) is { Exists: true, Length: <= LongestRecord }
            ? Parse(await File.ReadAllBytesAsync(path, cancellationToken), path, Mend)
            : throw new ContentException($"{path}: the file is missing or not such a record; {Mend}");
    }

    /// <param name="mend">What the error says after what is wrong.</param>
    /// <exception cref="ContentException">It is no such record.</exception>
    internal static AssemblyRecord Parse(ReadOnlyMemory<byte> json, string path, string mend)
    {
        try
        {
            return OciJson.Read(json, path, root => root.RequiredInt("schema") is var schema && schema != Schema
                    ? throw new ContentException($"schema wanted {Schema}, got {schema}")
                    : new AssemblyRecord(
                        Digest.Parse(root.RequiredString("digest")),
                        new AssemblyInput(
                            Digest.Parse(root.RequiredString("definition")),
                            Digest.Parse(root.RequiredString("lock")),
                            Digest.Parse(root.RequiredString("files"))
                        )
                        {
                            Dockerfile = root.OptionalString("dockerfile") is { } dockerfile ? Digest.Parse(dockerfile) : null,
                        },
                        Toolchain.Read(root),
                        Time(root.RequiredString("startedOn")),
                        Time(root.RequiredString("finishedOn"))
                    )
                    {
                        Image = root.OptionalString("image") is { } image ? Name(image) : null,
                        Origin = AssemblyOrigin.Read(root),
                        Parts = ReadParts(root),
                    });
        }
        catch (ContentException e)
        {
            throw new ContentException($"{e.Message}; {mend}", e);
        }
    }

    internal static DateTimeOffset Time(string text) =>
        UtcSecond.TryParse(text, out DateTimeOffset time)
            ? time
            : throw new ContentException($"wanted a time like 2026-01-02T03:04:05Z, got '{Printable.Of(text)}'");

    private static ImmutableArray<AssemblyPart> ReadParts(System.Text.Json.JsonElement root)
    {
        ImmutableArray<AssemblyPart> parts = [.. root.Items("parts").Take(MostParts + 1).Select(AssemblyPart.Read)];
        // Records of no parts are equal by value.
        return parts.IsEmpty ? []
            : parts.Length <= MostParts ? parts
            : throw new ContentException($"parts: wanted at most {MostParts}, got more");
    }

    private static string Name(string text) =>
        ImageGrammar().IsMatch(text) ? text : throw new ContentException($"image: wanted an image's name, got '{Printable.Of(text)}'");

    [GeneratedRegex(@"\A[a-z0-9][a-z0-9._-]{0,127}\z")]
    private static partial Regex ImageGrammar();
}
