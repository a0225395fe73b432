namespace Slipway.Registry;

/// <summary>What became of a deletion (distribution specification, "Deleting tags", "Deleting Manifests").</summary>
public enum Deletion
{
    /// <summary>It was there and is gone: 202.</summary>
    Done,

    /// <summary>It was not there: 404, or 400 that says so.</summary>
    Absent,

    /// <summary>The registry does not delete such things through this protocol, whoever asks: 400, 405 or 501.</summary>
    Unsupported,
}
