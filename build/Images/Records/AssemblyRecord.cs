using Slipway.Oci;

namespace Slipway.Images;

/// <summary>
/// When, from what and by what an image was assembled: the file that Assemble leaves beside the layout, for provenance. It is no
/// part of the layout, whose bytes know nothing of clocks.
/// </summary>
/// <param name="Index">The digest of the image's index.</param>
/// <param name="StartedOn">A whole second of UTC, as is <paramref name="FinishedOn"/>.</param>
public sealed record AssemblyRecord(
    Digest Index,
    AssemblyInput Input,
    Toolchain Toolchain,
    DateTimeOffset StartedOn,
    DateTimeOffset FinishedOn
)
{
    public const string FileName = "assembly.json";

    private const int Schema = 1;
    private const long LongestRecord = 64 << 10;

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
            writer.WriteString("digest", Index.ToString());
            writer.WriteString("definition", Input.Definition.ToString());
            writer.WriteString("lock", Input.Lock.ToString());
            writer.WriteString("files", Input.Files.ToString());
            if (Input.Dockerfile is not null)
                writer.WriteString("dockerfile", Input.Dockerfile.ToString());
            writer.WriteString("sdk", Toolchain.Sdk);
            writer.WriteString("runtime", Toolchain.Runtime);
            writer.WriteString("startedOn", Text(StartedOn));
            writer.WriteString("finishedOn", Text(FinishedOn));
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

    private static AssemblyRecord Parse(ReadOnlyMemory<byte> json, string path, string mend)
    {
        try
        {
            return OciJson.Read(json, path, root =>
                root.RequiredInt("schema") is var schema && schema != Schema
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
                        new Toolchain(root.RequiredString("sdk"), root.RequiredString("runtime")),
                        Time(root.RequiredString("startedOn")),
                        Time(root.RequiredString("finishedOn"))
                    )
            );
        }
        catch (ContentException e)
        {
            throw new ContentException($"{e.Message}; {mend}", e);
        }
    }

    private static string Text(DateTimeOffset time) => UtcSecond.Text(time);

    private static DateTimeOffset Time(string text) =>
        UtcSecond.TryParse(text, out DateTimeOffset time)
            ? time
            : throw new ContentException($"wanted a time like 2026-01-02T03:04:05Z, got '{Printable.Of(text)}'");
}
