using Slipway.Oci;

namespace Slipway.Tuf;

/// <summary>
/// Finds the role that vouches for a target path: the top-level targets, then the roles that are delegated to, in the order of the
/// metadata and depth first (specification, 5.6.7).
/// </summary>
/// <param name="path">The target path.</param>
/// <param name="read">Reads and verifies the metadata of a role that is delegated to.</param>
internal sealed class TargetSearch(string path, Func<TufRole, CancellationToken, Task<TargetsMetadata>> read)
{
    /// <exception cref="TufException">Nobody vouches for it, or a role on the way cannot be believed.</exception>
    public async Task<TargetFile> FindAsync(TargetsMetadata top, CancellationToken cancellationToken)
    {
        if (top.Files.TryGetValue(path, out TargetFile? file))
            return file;
        HashSet<string> visited = [TufRole.Targets];
        Stack<TufRole> next = new();
        Push(next, top);
        while (visited.Count < MetadataLimits.Roles && next.TryPop(out TufRole? role))
        {
            if (!visited.Add(role.Name))
                continue;
            TargetsMetadata targets = await read(role, cancellationToken);
            if (targets.Files.TryGetValue(path, out file))
                return file;
            Push(next, targets);
        }

        throw new TufException(TufFailure.TargetMissing, $"{Printable.Of(path)}: none of the {visited.Count} roles asked has this target");
    }

    /// <summary>The first comes to lie on top; a terminating one that matches ends what is asked at all.</summary>
    private void Push(Stack<TufRole> next, TargetsMetadata targets)
    {
        List<TufRole> matching = [];
        foreach (Delegation delegation in targets.Delegations)
        {
            if (!delegation.Matches(path))
                continue;
            matching.Add(delegation.Role);
            if (!delegation.IsTerminating)
                continue;
            next.Clear();
            break;
        }

        for (int i = matching.Count - 1; i >= 0; i--)
            next.Push(matching[i]);
    }
}
