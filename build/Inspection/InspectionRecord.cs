using System.Collections.Immutable;
using System.Text.Json;
using Slipway.Http;
using Slipway.Images;
using Slipway.Oci;

namespace Slipway.Inspection;

/// <summary>
/// Which image passed its inspection: the file that Inspect leaves and Sign asks for, so that leaving Inspect out signs
/// nothing. It is no proof against someone who writes files; a signature is.
/// </summary>
public static class InspectionRecord
{
    public const string FileName = "inspection.json";

    /// <summary>More bytes than this no record has: an image may violate its contract at every file.</summary>
    public const long LongestRecord = 8 << 20;

    public static byte[] ToBytes(InspectionResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        return OciJson.WriteIndented(writer => Write(writer, result));
    }

    /// <summary>A result as JSON.</summary>
    public static void Write(Utf8JsonWriter writer, InspectionResult result)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(result);
        writer.WriteStartObject();
        writer.WriteString("image", result.Image);
        writer.WriteString("digest", result.Index.ToString());
        writer.WriteBoolean("passed", result.Passed);
        writer.WriteStartArray("violations");
        foreach (Violation violation in result.Violations)
        {
            writer.WriteStartObject();
            writer.WriteString("platform", violation.Platform.ToString());
            writer.WriteString("path", violation.Path);
            writer.WriteString("rule", violation.Rule);
            writer.WriteString("problem", violation.Problem);
            writer.WriteString("mend", violation.Mend);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    /// <param name="path">Where the record is.</param>
    /// <param name="image">The image that is to be signed, or merged.</param>
    /// <param name="outcome">What was not done, for the error.</param>
    /// <exception cref="ContentException">That very image did not pass, or was not inspected.</exception>
    public static async Task RequireAsync(
        string path,
        AssembledImage image,
        CancellationToken cancellationToken,
        string outcome = "nothing was signed"
    )
    {
        ArgumentNullException.ThrowIfNull(image);
        NextCommand next = new("Inspect") { Image = image.Name };
        string mend = $"{outcome}. Run {next}";
        FileInfo file = new(path);
        // A layout may be others': a link leads elsewhere, and opening a pipe, which has no length, could wait for ever.
        if (!file.Exists || file.Length == 0 || file.LinkTarget is not null)
            throw next.After(new ContentException($"{image.Name}: {image.Index.Digest} was not inspected; {mend}"));
        if (file.Length > LongestRecord)
            throw next.After(new ContentException($"{path}: wanted at most {LongestRecord} bytes, got {file.Length}; {mend}"));
        (string digest, bool passed) = Read(await File.ReadAllBytesAsync(path, cancellationToken), path, mend);
        if (digest != image.Index.Digest.ToString())
            throw next.After(
                new ContentException($"{image.Name}: {image.Index.Digest} was not inspected, {Printable.Of(digest)} was; {mend}")
            );
        if (!passed)
            throw next.After(new ContentException($"{image.Name}: {digest} violates its contract; {mend}"));
    }

    /// <summary>What an inspection found, as its record tells it.</summary>
    /// <exception cref="ContentException">It is no such record, or a longer one than any is.</exception>
    public static RecordedInspection Read(string path)
    {
        try
        {
            return Parse(RegularFile.ReadBytes(path, (int)LongestRecord), path);
        }
        catch (UnfitFileException e)
        {
            throw new ContentException(e.Message, e);
        }
    }

    /// <param name="origin">What to call the document in errors.</param>
    /// <exception cref="ContentException">It is no such record.</exception>
    public static RecordedInspection Parse(ReadOnlyMemory<byte> json, string origin) =>
        OciJson.Read(json, origin, root => new RecordedInspection(
            root.RequiredString("image"),
            Digest.Parse(root.RequiredString("digest")),
            root.RequiredFlag("passed"),
            [
                .. root.RequiredItems("violations")
                    .Select(violation => new Violation(
                        root.RequiredString("image"),
                        Platform.Parse(violation.RequiredString("platform")),
                        violation.RequiredString("path"),
                        violation.RequiredString("rule"),
                        violation.RequiredString("problem"),
                        violation.RequiredString("mend")
                    )),
            ]
        ));

    private static (string Digest, bool Passed) Read(ReadOnlyMemory<byte> json, string path, string mend)
    {
        try
        {
            return OciJson.Read(json, path, root => (root.RequiredString("digest"), root.RequiredFlag("passed")));
        }
        catch (ContentException e)
        {
            throw new ContentException($"{e.Message}; {mend}", e);
        }
    }
}

/// <summary>What a record says that an inspection found.</summary>
/// <param name="Image">The image's name.</param>
/// <param name="Index">Its index's digest: this very image was judged.</param>
public sealed record RecordedInspection(string Image, Digest Index, bool Passed, ImmutableArray<Violation> Violations);
