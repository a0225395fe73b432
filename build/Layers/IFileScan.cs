namespace Slipway.Layers;

/// <summary>Reads the files of a layer, each once and in the archive's order, and says what was asked of their content.</summary>
public interface IFileScan
{
    /// <param name="path">In the image, without a leading slash.</param>
    /// <param name="content">Read to its end; not disposed.</param>
    FileFindings Scan(string path, Stream content);
}
