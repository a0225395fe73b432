namespace Slipway.Tuf;

/// <summary>How large things may be (specification, 5.3.3, 5.4.1, 5.5.1, 5.6.1), in bytes, and how many.</summary>
internal static class MetadataLimits
{
    public const int Root = 512 * 1024,
        Timestamp = 16 * 1024,
        Snapshot = 2 * 1024 * 1024,
        Targets = 5 * 1024 * 1024,
        Target = 4 * 1024 * 1024;

    /// <summary>Of everything that one update reads.</summary>
    public const int Whole = 16 * 1024 * 1024;

    /// <summary>Roots that one update fetches.</summary>
    public const int Rotations = 256;

    /// <summary>Roles that one search visits, the top-level targets included (5.6.7.1).</summary>
    public const int Roles = 32;

    public const int Signatures = 256;

    public const int Keys = 1024;
}
