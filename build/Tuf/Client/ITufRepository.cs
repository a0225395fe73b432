using Slipway.Http;

namespace Slipway.Tuf;

/// <summary>Files of a TUF repository, by their paths below its address. Whoever reads them verifies them.</summary>
public interface ITufRepository
{
    /// <summary>Reads a file whole.</summary>
    /// <param name="path">As <c>7.root.json</c> or <c>targets/HASH.NAME</c>, escaped as in an address.</param>
    /// <param name="limit">In bytes; nobody reads more than that and one byte.</param>
    /// <exception cref="TufException">The file is longer.</exception>
    /// <exception cref="RemoteException">There is no such file, or it cannot be had.</exception>
    Task<ReadOnlyMemory<byte>> ReadAsync(string path, int limit, CancellationToken cancellationToken);
}
