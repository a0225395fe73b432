using Slipway.Oci;

namespace Slipway.Images;

/// <summary>A layout with some platforms of an image, and what Assemble left beside it.</summary>
/// <param name="Folder">Holds both, as it was named.</param>
/// <param name="Layout">Holds the image.</param>
/// <param name="Record">Says from what, where and when it was assembled.</param>
/// <param name="RecordDigest">Of that file's bytes.</param>
/// <param name="Image">What the layout holds; its blobs are there in the right size, and not read yet.</param>
public sealed record LayoutPart(string Folder, OciLayout Layout, AssemblyRecord Record, Digest RecordDigest, AssembledImage Image)
{
    /// <summary>What every refusal ends with.</summary>
    internal const string Outcome = "nothing was merged";

    /// <summary>The lists of contents.</summary>
    public ContentsFolder Contents => new(Path.Combine(Folder, "contents"));

    /// <summary>Reads a layout that others may have made, by its own record.</summary>
    /// <param name="folder">Holds <c>assembly.json</c> and <c>contents</c>.</param>
    /// <param name="layout">The layout's folder.</param>
    /// <exception cref="ContentException">Something is missing, broken, or belongs to something else.</exception>
    public static async Task<LayoutPart> ReadAsync(string folder, string layout, CancellationToken cancellationToken)
    {
        byte[] bytes = ReadFile(Path.Combine(folder, AssemblyRecord.FileName), AssemblyRecord.LongestRecord);
        AssemblyRecord record = AssemblyRecord.Parse(bytes, Path.Combine(folder, AssemblyRecord.FileName), Outcome);
        if (record.Image is not { } name || record.Origin is null)
            throw new ContentException(
                $"{folder}: {AssemblyRecord.FileName} does not say which image was assembled, or where; {Outcome}. "
                    + "Assemble it with this version of the program"
            );
        OciLayout opened;
        AssembledImage image;
        try
        {
            opened = OciLayout.Open(layout);
            image = await ImageReader.ReadAsync(name, opened, cancellationToken);
        }
        catch (ContentException e)
        {
            throw new ContentException($"{name}: {folder}: {e.Message}; {Outcome}", e);
        }

        return record.Index == image.Index.Digest
            ? new LayoutPart(folder, opened, record, Digest.Of(bytes), image)
            : throw new ContentException(
                $"{name}: {folder}: {AssemblyRecord.FileName} is of {record.Index}, and the layout holds {image.Index.Digest}; {Outcome}"
            );
    }

    /// <summary>A small file of a folder that others may have made: never a link, a pipe or more than a limit.</summary>
    /// <param name="limit">In bytes.</param>
    /// <exception cref="ContentException">It is missing or none of that.</exception>
    public static byte[] ReadFile(string path, long limit)
    {
        FileInfo file = new(path);
        if (file.LinkTarget is not null)
            throw new ContentException($"{path}: it is a symbolic link, and was not followed; {Outcome}");
        // A pipe or a device has no length, and opening one could wait for ever.
        if (!file.Exists || file.Length == 0)
            throw new ContentException($"{path}: the file is missing or empty; {Outcome}");
        return file.Length <= limit
            ? File.ReadAllBytes(path)
            : throw new ContentException($"{path}: wanted at most {limit} bytes, got {file.Length}; {Outcome}");
    }

    /// <summary>Who made each of its platforms.</summary>
    internal IEnumerable<AssemblyPart> Parts =>
        Image.Platforms.Select(platform =>
            // What was merged before keeps the names of those who assembled it.
            Record.Parts.FirstOrDefault(part => part.Manifest == platform.Manifest.Digest && part.Platform == platform.Platform)
                is { } known
                ? known with
                {
                    Record = RecordDigest,
                }
                : new AssemblyPart
                {
                    Platform = platform.Platform,
                    Manifest = platform.Manifest.Digest,
                    Record = RecordDigest,
                    Toolchain = Record.Toolchain,
                    Origin = Record.Origin!,
                    StartedOn = Record.StartedOn,
                    FinishedOn = Record.FinishedOn,
                }
        );

    internal ContentException Refusal(string problem) => new($"{Record.Image}: {Folder}: {problem}; {Outcome}");
}
