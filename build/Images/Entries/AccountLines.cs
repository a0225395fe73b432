using System.Collections.Immutable;
using Slipway.Definitions;

namespace Slipway.Images;

/// <summary>Accounts as lines of passwd(5) and group(5), without ends; no password lets anyone in.</summary>
internal static class AccountLines
{
    public static IEnumerable<string> Users(ImmutableArray<Account> accounts) =>
        accounts
            .Where(account => !account.GroupOnly)
            .Select(account =>
                $"{account.Name}:*:{account.Id}:{account.GroupId ?? account.Id}:{account.Name}:{account.Home}:{account.Shell}"
            );

    /// <summary>A user in another's group gets none; one whose number has a group of another name gets no second one.</summary>
    public static IEnumerable<string> Groups(ImmutableArray<Account> accounts) =>
        accounts
            .Where(account => account.GroupId is null)
            .GroupBy(account => account.Id)
            .Select(group => group.FirstOrDefault(account => account.GroupOnly) ?? group.First())
            .Select(account => $"{account.Name}:*:{account.Id}:");
}
