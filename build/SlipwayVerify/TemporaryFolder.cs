namespace Slipway.SlipwayVerify;

/// <summary>A folder for what is unpacked and spooled, made when it is first asked for. Disposing deletes it.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    private DirectoryInfo? _folder;

    /// <exception cref="IOException">There is no room for it; names where it was to be.</exception>
    public string Path
    {
        get
        {
            try
            {
                return (_folder ??= Directory.CreateTempSubdirectory("slipway-verify-")).FullName;
            }
            catch (IOException e)
            {
                throw new IOException($"{System.IO.Path.GetTempPath()}: {e.Message}. Name a folder that may be written by TMPDIR", e);
            }
        }
    }

    public void Dispose()
    {
        if (_folder is not null && Directory.Exists(_folder.FullName))
            _folder.Delete(recursive: true);
    }
}
