using Slipway.Http;
using Slipway.Oci;
using Slipway.Sigstore;

namespace Slipway.Tuf;

/// <summary>
/// Gives the trusted root of Sigstore's public good instance that is to be used, and keeps it fresh by TUF. Safe for concurrent use, by
/// several processes too.
/// </summary>
public sealed class SigstoreRoots
{
    /// <summary>What the folder is called in a cache.</summary>
    public const string FolderName = "sigstore";

    private readonly MetadataStore _store;
    private readonly TufClient _client;
    private readonly ITufRepository _embedded;

    /// <param name="folder">Where what was refreshed is kept; made when something is. May be deleted at any time.</param>
    /// <param name="time">The clock that expiry is judged by.</param>
    public SigstoreRoots(string folder, TimeProvider time)
        : this(folder, time, PublicGood.Root, PublicGood.Embedded) { }

    /// <summary>
    /// The folder below a user's cache (XDG base directory specification) that all programs of this project share; null where neither
    /// <c>XDG_CACHE_HOME</c> nor a home says where that is.
    /// </summary>
    /// <param name="environment">Reads a variable; null when it is not set.</param>
    public static string? SharedFolder(Func<string, string?> environment)
    {
        ArgumentNullException.ThrowIfNull(environment);
        string? caches = environment("XDG_CACHE_HOME");
        string home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        return caches is { Length: > 0 } && Path.IsPathFullyQualified(caches) ? Path.Combine(caches, "slipway", FolderName)
            : home.Length > 0 ? Path.Combine(home, ".cache", "slipway", FolderName)
            : null;
    }

    internal SigstoreRoots(string folder, TimeProvider time, ReadOnlyMemory<byte> pinned, ITufRepository embedded)
    {
        _store = new MetadataStore(folder);
        _client = new TufClient(pinned, time) { RequireContent = content => TrustedRoot.Parse(content) };
        _embedded = embedded;
    }

    /// <summary>
    /// The refreshed one if its metadata proves it from the pinned root, whether that expired or not, and is no older than what this
    /// program brings along; else the latter. Asks nobody.
    /// </summary>
    public async Task<TrustedRootFile> CurrentAsync(CancellationToken cancellationToken)
    {
        TrustedRootFile embedded = TrustedRootFile.Embedded(
            await _client.ReplayAsync(_embedded, PublicGood.TrustedRoot, cancellationToken)
        );
        if (_store.ReadTrusted() is not { } kept)
            return embedded;
        try
        {
            TrustedRootFile refreshed = Refreshed(await _client.ReplayAsync(kept, PublicGood.TrustedRoot, cancellationToken));
            return refreshed.Metadata!.IsNotBefore(embedded.Metadata!)
                ? refreshed
                : embedded with
                {
                    PassedOver = "it is older than the one that this program brings along",
                };
        }
        catch (ContentException e)
        {
            return embedded with { PassedOver = e is TufException { Problem: var problem } ? problem : e.Message };
        }
    }

    /// <summary>Brings the newest one from the repository and keeps it.</summary>
    /// <exception cref="TufException">What is there is not to be believed; the one in use stays.</exception>
    /// <exception cref="ContentException">What is there is vouched for and no trusted root; the one in use stays.</exception>
    /// <exception cref="RemoteException">The repository cannot be read; the one in use stays.</exception>
    /// <exception cref="IOException">It cannot be kept.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be kept.</exception>
    public async Task<TrustedRootFile> RefreshAsync(ITufRepository repository, CancellationToken cancellationToken)
    {
        TrustedRootFile current = await CurrentAsync(cancellationToken);
        return Refreshed(await _client.UpdateAsync(repository, current.Metadata, _store, PublicGood.TrustedRoot, cancellationToken));
    }

    private TrustedRootFile Refreshed(VerifiedTarget metadata) => TrustedRootFile.Refreshed(_store, metadata);
}
