namespace Slipway.Tuf;

/// <summary>A target file that a chain of metadata from a pinned root vouches for, and that metadata.</summary>
public sealed record VerifiedTarget
{
    internal VerifiedTarget(RootMetadata root, TimestampMetadata timestamp, SnapshotMetadata snapshot)
    {
        Root = root;
        Timestamp = timestamp;
        Snapshot = snapshot;
    }

    public required ReadOnlyMemory<byte> Content { get; init; }

    /// <summary>The version of each role's metadata.</summary>
    public long RootVersion => Root.Version;

    public long TimestampVersion => Timestamp.Header.Version;

    public long SnapshotVersion => Snapshot.Header.Version;

    public required long TargetsVersion { get; init; }

    /// <summary>When the first of the metadata expires: from then on an update has to find newer one.</summary>
    public required DateTimeOffset Expires { get; init; }

    /// <summary>All files that prove this.</summary>
    public required RecordedFiles Files { get; init; }

    internal RootMetadata Root { get; }

    internal TimestampMetadata Timestamp { get; }

    internal SnapshotMetadata Snapshot { get; }

    /// <summary>Whether this is a later state of the repository than the other, or the same one.</summary>
    public bool IsNotBefore(VerifiedTarget other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return RootVersion > other.RootVersion || (RootVersion == other.RootVersion && TimestampVersion >= other.TimestampVersion);
    }
}
