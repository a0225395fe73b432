namespace Slipway.Updates;

/// <summary>Lists what a repository has released.</summary>
public interface IReleaseList
{
    /// <summary>The tags of all published releases that are no drafts and not marked as pre-releases, in any order.</summary>
    /// <param name="repository"><c>OWNER/NAME</c>.</param>
    /// <exception cref="Http.RemoteException">They cannot be listed.</exception>
    Task<IReadOnlyList<string>> TagsAsync(string repository, CancellationToken cancellationToken);
}
