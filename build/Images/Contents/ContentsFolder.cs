using Slipway.Oci;

namespace Slipway.Images;

/// <summary>
/// A folder beside a layout with the <see cref="ImageContents"/> of each platform, <c>ARCHITECTURE.json</c>: what Assemble
/// leaves for whoever asks whose a file is.
/// </summary>
/// <param name="folder">Made when the first list comes.</param>
public sealed class ContentsFolder(string folder)
{
    private const long LongestList = 64 << 20;

    /// <summary>Removes every list, so that none of an earlier image stays.</summary>
    public void Clear()
    {
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
    }

    /// <summary>Writes a platform's list; it appears whole or not at all.</summary>
    public async Task WriteAsync(ImageContents contents, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(contents);
        Directory.CreateDirectory(folder);
        string path = PathOf(contents.Platform);
        await File.WriteAllBytesAsync(path + ".unfinished", ContentsDocument.ToBytes(contents), cancellationToken);
        File.Move(path + ".unfinished", path, overwrite: true);
    }

    /// <param name="image">The image's name, for the error.</param>
    /// <exception cref="ContentException">There is no list of that platform, or a broken one.</exception>
    public async Task<ImageContents> ReadAsync(string image, Platform platform, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(platform);
        FileInfo file = new(PathOf(platform));
        NextCommand next = new("Assemble") { Image = image };
        string mend = $"Run {next}";
        // A layout may be others': a link leads elsewhere, and opening a pipe, which has no length, could wait for ever.
        if (!file.Exists || file.Length == 0 || file.LinkTarget is not null)
            throw next.After(new ContentException($"{image} {platform}: the list of contents {file.FullName} is missing. {mend}"));
        if (file.Length > LongestList)
            throw next.After(
                new ContentException(
                    $"{image} {platform}: the list of contents wanted at most {LongestList} bytes, got {file.Length}. {mend}"
                )
            );
        try
        {
            ImageContents contents = ContentsDocument.Parse(await File.ReadAllBytesAsync(file.FullName, cancellationToken));
            return contents.Platform == platform ? contents : throw new ContentException($"it describes {contents.Platform}");
        }
        catch (ContentException e)
        {
            throw next.After(new ContentException($"{image} {platform}: {file.FullName}: {e.Message}. {mend}", e));
        }
    }

    private string PathOf(Platform platform) => Path.Combine(folder, platform.Architecture + ".json");
}
