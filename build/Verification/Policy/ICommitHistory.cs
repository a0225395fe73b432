namespace Slipway.Verification;

/// <summary>Tells which commit comes before which, as a clone knows it.</summary>
public interface ICommitHistory
{
    /// <summary>Whether it has a commit.</summary>
    public Task<bool> HasAsync(string commit, CancellationToken cancellationToken);

    /// <summary>Whether one commit comes before another or is it; null where not all commits between them are there.</summary>
    public Task<bool?> IsAncestorAsync(string ancestor, string commit, CancellationToken cancellationToken);
}
