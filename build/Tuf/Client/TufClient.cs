using Slipway.Http;

namespace Slipway.Tuf;

/// <summary>
/// A client of The Update Framework (specification 1.0, section 5): brings a target file of a repository that only a pinned root is known
/// of, and believes nothing that is not signed as the metadata wants, is older than what was believed, or has expired.
/// </summary>
/// <param name="pinned">The bytes of the root that is believed because of where they come from.</param>
/// <param name="time">The clock that expiry is judged by.</param>
public sealed class TufClient(ReadOnlyMemory<byte> pinned, TimeProvider time)
{
    /// <summary>Throws where a target is vouched for and cannot be used all the same: then nothing of it is kept.</summary>
    public Action<ReadOnlyMemory<byte>> RequireContent { get; init; } = _ => { };

    /// <summary>
    /// Proves recorded files again: signatures, versions, lengths and hashes, from the pinned root to the target. Whether they expired
    /// meanwhile does not count.
    /// </summary>
    /// <param name="path">The target file, as <c>trusted_root.json</c>.</param>
    /// <exception cref="TufException">They do not prove it.</exception>
    public async Task<VerifiedTarget> ReplayAsync(ITufRepository recorded, string path, CancellationToken cancellationToken)
    {
        FileReader files = new(recorded, RecordedFiles.None);
        try
        {
            return await new MetadataUpdate(files, null, null).RunAsync(pinned, Sound(path), cancellationToken);
        }
        catch (RemoteException e)
        {
            throw new TufException(TufFailure.Malformed, e.Message, e);
        }
    }

    /// <summary>
    /// Brings the newest state. The store gets it when all of it was verified, and the roots as soon as all of them were (5.3.8), so that
    /// nobody can take a root back by breaking what comes after it.
    /// </summary>
    /// <param name="repository">The repository as it is now.</param>
    /// <param name="trusted">What was believed before, which nothing may be older than; null for nothing.</param>
    /// <param name="store">Has what was verified before, and gets what is.</param>
    /// <param name="path">The target file, as <c>trusted_root.json</c>.</param>
    /// <exception cref="TufException">Something is not to be believed; which and why. What was believed stays.</exception>
    /// <exception cref="RemoteException">Something cannot be had. What was believed stays.</exception>
    /// <exception cref="IOException">It cannot be kept.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be kept.</exception>
    public async Task<VerifiedTarget> UpdateAsync(
        ITufRepository repository,
        VerifiedTarget? trusted,
        MetadataStore store,
        string path,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(store);
        RecordedFiles before = trusted?.Files ?? RecordedFiles.None;
        FileReader files = new(repository, before.With(store.ReadRoots()));
        MetadataUpdate update = new(files, trusted, time.GetUtcNow())
        {
            OnRoots = roots => store.WriteRootsAsync(roots, cancellationToken),
        };
        VerifiedTarget target = await update.RunAsync(pinned, Sound(path), cancellationToken);
        RequireContent(target.Content);
        await store.WriteTrustedAsync(target.Files, kept => IsNewerAsync(target, kept, path, cancellationToken), cancellationToken);
        return target;
    }

    /// <summary>Whether what another process kept meanwhile is older, or nothing.</summary>
    private async Task<bool> IsNewerAsync(VerifiedTarget target, RecordedFiles? kept, string path, CancellationToken cancellationToken)
    {
        try
        {
            return kept is null || target.IsNotBefore(await ReplayAsync(kept, path, cancellationToken));
        }
        catch (TufException)
        {
            return true;
        }
    }

    /// <summary>A target's path that leads nowhere else.</summary>
    private static string Sound(string path) =>
        path.Split('/').All(part => part is not ("" or "." or "..") && !part.Contains('\\', StringComparison.Ordinal))
            ? path
            : throw new ArgumentException($"target path '{path}': wanted names with slashes between them", nameof(path));
}
