namespace Slipway.Inspection;

/// <summary>Where the layers of a compared image wait while they are read, as files.</summary>
/// <param name="Folder">Made when it is needed, and deleted.</param>
public sealed record ComparisonSpool(string Folder)
{
    /// <summary>Whether layers are taken as they are, even where the configuration says something else of them.</summary>
    public bool MeasuresLayers { get; init; }
}
