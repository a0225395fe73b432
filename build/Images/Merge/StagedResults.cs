namespace Slipway.Images;

/// <summary>
/// Results of an image that are made beside the present ones, which stay as they are until all is there: disposing deletes what was not
/// taken over, and so does the next run after one that was killed.
/// </summary>
public sealed class StagedResults : IDisposable
{
    private const string Records = "*.json";

    private readonly string _folder;
    private readonly string _old;
    private readonly string _results;
    private readonly bool _madeResults;

    /// <param name="results">The folder of the image's results, in an artifacts folder.</param>
    public StagedResults(string results)
    {
        _madeResults = !Directory.Exists(results);
        (_folder, _old) = (Path.Combine(results, ".merge"), Path.Combine(results, ".merged-away"));
        _results = results;
        Delete();
        Directory.CreateDirectory(Made);
    }

    /// <summary>An artifacts folder for what is made, whose folder of the image is there.</summary>
    public string Artifacts => _folder;

    private string Made => Path.Combine(_folder, Path.GetFileName(_results));

    /// <summary>
    /// Puts what was made in the place of what was there. Between the two no record is there, so that a run that is killed meanwhile leaves
    /// nothing that can be signed; the records come last.
    /// </summary>
    /// <param name="folders">Names of the folders to replace.</param>
    public void TakeOver(params ReadOnlySpan<string> folders)
    {
        foreach (string record in Directory.EnumerateFiles(Made, Records).Select(Path.GetFileName).OfType<string>())
            File.Delete(Path.Combine(_results, record));
        Directory.CreateDirectory(_old);
        foreach (string folder in folders)
        {
            if (Directory.Exists(Path.Combine(_results, folder)))
                Directory.Move(Path.Combine(_results, folder), Path.Combine(_old, folder));
            if (Directory.Exists(Path.Combine(Made, folder)))
                Directory.Move(Path.Combine(Made, folder), Path.Combine(_results, folder));
        }

        foreach (string record in Directory.EnumerateFiles(Made, Records).ToArray())
            File.Move(record, Path.Combine(_results, Path.GetFileName(record)), overwrite: true);
    }

    public void Dispose()
    {
        Delete();
        if (_madeResults && !Directory.EnumerateFileSystemEntries(_results).Any())
            Directory.Delete(_results);
    }

    private void Delete()
    {
        foreach (string folder in (ReadOnlySpan<string>)[_folder, _old])
        {
            if (Directory.Exists(folder))
                Directory.Delete(folder, recursive: true);
        }
    }
}
