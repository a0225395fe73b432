using System.Globalization;
using Slipway.Http;

namespace Slipway.Tuf;

/// <summary>One update, from a pinned root to a target file (specification, 5). It is run once.</summary>
/// <param name="files">What is read.</param>
/// <param name="trusted">What was believed before; null for nothing.</param>
/// <param name="now">When the update began; null where what expired is believed as well, for it was believed when it was fresh.</param>
internal sealed class MetadataUpdate(FileReader files, VerifiedTarget? trusted, DateTimeOffset? now)
{
    /// <summary>Where the targets are below the metadata.</summary>
    private const string TargetsFolder = "targets/";

    /// <summary>Called when all roots were verified and some of them are new.</summary>
    public Func<RecordedFiles, Task> OnRoots { get; init; } = _ => Task.CompletedTask;

    /// <param name="pinned">A root that is believed.</param>
    /// <param name="path">The target file.</param>
    /// <exception cref="TufException">Something is not to be believed; which and why.</exception>
    /// <exception cref="RemoteException">Something cannot be had.</exception>
    public async Task<VerifiedTarget> RunAsync(ReadOnlyMemory<byte> pinned, string path, CancellationToken cancellationToken)
    {
        (RootMetadata root, bool isRotated) = await UpdateRootAsync(RootMetadata.Pinned(pinned), cancellationToken);
        VerifiedTarget? before = isRotated ? null : trusted;
        TimestampMetadata timestamp = await UpdateTimestampAsync(root, before, cancellationToken);
        SnapshotMetadata snapshot = await UpdateSnapshotAsync(root, timestamp, before, cancellationToken);
        TargetsMetadata targets = await UpdateTargetsAsync(root, snapshot, root[TufRole.Targets], cancellationToken);
        List<TargetsMetadata> asked = [targets];
        TargetSearch search = new(path, async (role, token) =>
        {
            asked.Add(await UpdateTargetsAsync(root, snapshot, role, token));
            return asked[^1];
        });
        TargetFile file = await search.FindAsync(targets, cancellationToken);
        ReadOnlyMemory<byte> content = await files.ReadAsync(
            TargetsFolder + Escape(file.Address(path, root.IsConsistentSnapshot)),
            (int)Math.Min(file.Length, MetadataLimits.Target),
            bytes =>
            {
                file.Require(bytes.Span, path);
                return bytes;
            },
            cancellationToken
        );
        return new VerifiedTarget(root, timestamp, snapshot)
        {
            Content = content,
            TargetsVersion = targets.Header.Version,
            Expires = asked
                .Select(role => role.Header.Expires)
                .Append(root.Header.Expires)
                .Append(timestamp.Header.Expires)
                .Append(snapshot.Header.Expires)
                .Min(),
            Files = files.Verified,
        };
    }

    /// <summary>Goes from root to root until there is no further one (5.3).</summary>
    /// <returns>
    /// The last one; and whether, since <c>trusted</c>, other keys came to sign timestamp or snapshot (5.3.11), which ends what an attacker
    /// who had the old ones could do with versions far ahead.
    /// </returns>
    private async Task<(RootMetadata Root, bool IsRotated)> UpdateRootAsync(RootMetadata root, CancellationToken cancellationToken)
    {
        bool isRotated = false;
        while (files.Fetched < MetadataLimits.Rotations)
        {
            string name = string.Create(CultureInfo.InvariantCulture, $"{root.Version + 1}.root.json");
            RootMetadata next;
            try
            {
                RootMetadata last = root;
                next = await files.ReadAsync(name, MetadataLimits.Root, bytes => last.Next(bytes, name), cancellationToken);
            }
            catch (RemoteException e) when (e.Fault is RemoteFault.NotFound or RemoteFault.Refused)
            {
                // Some stores refuse what they do not have; one that hides a root can say so either way, and 5.3.10 is the answer to that.
                break;
            }

            root = next;
            isRotated |= trusted is not null && root.Version > trusted.RootVersion && !root.KeepsOnlineKeys(trusted.Root);
        }

        if (files.Fetched > 0)
            await OnRoots(files.Verified);
        root.Header.RequireFresh(now);
        return (root, isRotated);
    }

    /// <summary>Reads the newest timestamp (5.4); one of the same version as before changes nothing, whatever else it says.</summary>
    private async Task<TimestampMetadata> UpdateTimestampAsync(
        RootMetadata root,
        VerifiedTarget? before,
        CancellationToken cancellationToken
    )
    {
        TimestampMetadata timestamp = await files.ReadNewestAsync(
            TimestampMetadata.FileName,
            MetadataLimits.Timestamp,
            bytes =>
            {
                TimestampMetadata read = TimestampMetadata.Verify(bytes, root);
                if (before is not null)
                    read.RequireNotBefore(before.Timestamp);
                return read;
            },
            cancellationToken
        );
        if (before is not null && timestamp.Header.Version == before.TimestampVersion)
        {
            files.Keep(TimestampMetadata.FileName);
            timestamp = before.Timestamp;
        }

        timestamp.Header.RequireFresh(now);
        return timestamp;
    }

    /// <summary>Reads the snapshot that the timestamp names (5.5).</summary>
    private Task<SnapshotMetadata> UpdateSnapshotAsync(
        RootMetadata root,
        TimestampMetadata timestamp,
        VerifiedTarget? before,
        CancellationToken cancellationToken
    ) =>
        files.ReadAsync(
            NameOf(SnapshotMetadata.FileName, timestamp.Snapshot, root),
            LimitOf(timestamp.Snapshot, MetadataLimits.Snapshot),
            bytes =>
            {
                SnapshotMetadata read = SnapshotMetadata.Verify(bytes, timestamp.Snapshot, root);
                if (before is not null)
                    read.RequireNotBefore(before.Snapshot);
                read.Header.RequireFresh(now);
                return read;
            },
            cancellationToken
        );

    /// <summary>Reads a role's targets as the snapshot names them (5.6).</summary>
    private Task<TargetsMetadata> UpdateTargetsAsync(
        RootMetadata root,
        SnapshotMetadata snapshot,
        TufRole role,
        CancellationToken cancellationToken
    )
    {
        MetaFile wanted = snapshot.Of(role.Name);
        return files.ReadAsync(
            NameOf(Uri.EscapeDataString(role.Name) + ".json", wanted, root),
            LimitOf(wanted, MetadataLimits.Targets),
            bytes =>
            {
                TargetsMetadata read = TargetsMetadata.Verify(bytes, wanted, role);
                read.Header.RequireFresh(now);
                return read;
            },
            cancellationToken
        );
    }

    private static string NameOf(string file, MetaFile wanted, RootMetadata root) =>
        root.IsConsistentSnapshot ? string.Create(CultureInfo.InvariantCulture, $"{wanted.Version}.{file}") : file;

    private static string Escape(string path) => string.Join('/', path.Split('/').Select(Uri.EscapeDataString));

    private static int LimitOf(MetaFile wanted, int limit) => (int)Math.Min(wanted.Length ?? limit, limit);
}
