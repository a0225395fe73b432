using Slipway.Git;
using Slipway.Images;
using Slipway.Verification;

namespace Slipway.Release;

/// <summary>Says where this process assembles or merges, and at which commit, for the record beside a layout.</summary>
/// <param name="environment">Reads a variable; null when it is not set.</param>
public sealed class BuildPlace(GitRepository git, Func<string, string?> environment)
{
    /// <summary>
    /// Null where the CI does not say what runs: assembling needs no name, and what nobody knows is not called local. Merging refuses
    /// such a layout.
    /// </summary>
    public async Task<AssemblyOrigin?> FindAsync(CancellationToken cancellationToken)
    {
        Builder builder;
        try
        {
            builder = Builder.Of(environment);
        }
        catch (ReleaseException)
        {
            return null;
        }

        (string? commit, bool isModified) = await git.HeadAsync(cancellationToken);
        return new AssemblyOrigin(builder.Id)
        {
            Invocation = builder.InvocationId,
            Runner = builder.Parameters.GetValueOrDefault("runner"),
            Commit = commit,
            IsModified = isModified,
        };
    }
}
